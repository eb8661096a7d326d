"""Makes the previews of entries: which files, from where, how much was read, or why none."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping

from catalog.collect import Collection
from catalog.item import Item, Preview, Previews
from catalog.preview import select
from catalog.preview.source import LOCAL_BYTES, REMOTE_BYTES, STORE_SECONDS, Portion
from catalog.preview.workshop import Workshop
from registry import parallel
from registry.entries import Entry
from registry.remote.s3 import Client
from registry.sections import RESULTS

HANDS = 4  # processes that look into files
NONE = re.compile(r"\s*(?:none|no|nothing|not any|n/?a)\b", re.IGNORECASE)
ON, OFF = ("true", "yes", "on"), ""  # what is neither on nor absent is meant to hide
SWITCH, PERSONAL = "preview", "personal_sensitive_information"


def previews(found: Collection, chosen: Iterable[Entry] | None) -> None:
    """Fill in `previews` of these entries, or of all."""
    by_id = {item.id: item for item in found.items}
    wanted = set(by_id) if chosen is None else set(map(str, chosen))
    items = [item for item in found.items if item.id in wanted]
    client = found.client and found.client.hurried(STORE_SECONDS)
    shops = threading.local()
    open_shops: list[Workshop] = []

    def work(item: Item) -> Previews:
        if not hasattr(shops, "own"):
            shops.own = Workshop()
            open_shops.append(shops.own)
        return _of(item, by_id, client, shops.own)

    try:
        for item, made in parallel.over(items, work, HANDS):
            item.previews = made
    finally:
        for shop in open_shops:
            shop.__exit__(None, None, None)


def _of(item: Item, by_id: Mapping[str, Item], client: Client | None, shop: Workshop) -> Previews:
    why = forbidden(item, by_id)
    if why:
        return Previews(why=why)
    made = []
    left, chosen = REMOTE_BYTES, select.choose(item.contents.files)
    for turn, (file, name) in enumerate(chosen):
        share = LOCAL_BYTES if file.place else left // (len(chosen) - turn)
        source = Portion(file, client, share)
        found = shop.look(source, name)
        left -= 0 if file.place else source.read
        made.append(Preview(file.path, file.size or 0, source.read, source.where, found))
    return Previews(made)


def forbidden(item: Item, by_id: Mapping[str, Item]) -> str:
    """Why an entry's data may not be shown; "" if they may.

    Personal data stay so in what was made of them: whatever derives from such an entry is not
    shown either, unless its own card says `preview: true`. What a run was trained on, the card of
    its model says.
    """
    seen, waiting = {item.id}, [item]
    while waiting:
        one = waiting.pop()
        whose = "its card" if one is item else f"the card of `{one.id}`, which it comes from,"
        switch, personal = one.first(SWITCH).lower(), one.first(PERSONAL)
        if switch in ON:
            continue
        if switch != OFF:
            return f"{whose} says `preview: {switch}`"
        if personal and not NONE.match(personal):
            return f"{whose} says that it holds data about people; `preview: true` allows them"
        near = [*one.made_from, *(one.used_by if one.entry.section == RESULTS else ())]
        sources = [by_id[link.id] for link in near if link.id in by_id]
        waiting += [source for source in sources if source.id not in seen]
        seen.update(source.id for source in sources)
    return ""
