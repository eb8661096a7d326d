"""Makes the previews of entries: which files, from where, how much was read, or why none."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from catalog import stamps
from catalog.collect import Collection
from catalog.item import Item
from catalog.kept import Kept, key_of
from catalog.preview import privacy, select
from catalog.preview.result import Preview, Previews
from catalog.preview.source import LOCAL_BYTES, REMOTE_BYTES, STORE_SECONDS, Portion
from catalog.preview.workshop import Workshop
from registry import parallel
from registry.entries import Entry
from registry.remote.s3 import Client

HANDS = 4  # processes that look into files


def previews(collection: Collection, chosen: Iterable[Entry] | None) -> None:
    """Fill in `previews` of these entries, or of all."""
    by_id = {item.id: item for item in collection.items}
    wanted = set(by_id) if chosen is None else set(map(str, chosen))
    viewer = Viewer(collection.client and collection.client.hurried(STORE_SECONDS), collection.kept)

    def work(item: Item) -> Previews:
        why = privacy.forbidden(item, by_id)
        return Previews(why=why) if why else viewer.look(item)

    try:
        items = [item for item in collection.items if item.id in wanted]
        for item, made in parallel.over(items, work, HANDS):
            item.previews = made
    finally:
        viewer.close()


class Viewer:
    """Looks into entries, in a process of its own for each thread; not twice into one version."""

    def __init__(self, client: Client | None, kept: Kept) -> None:
        self._client, self._kept = client, kept
        self._own = threading.local()
        self._shops: list[Workshop] = []

    def look(self, item: Item) -> Previews:
        name = _state(item)
        former = self._kept.get("previews", name) if name else None
        if former:
            return Previews([Preview(**file) for file in former])
        made = list(self._made(item))
        if name and all(file.lasts for file in made):
            self._kept.put("previews", name, [vars(file) for file in made])
        return Previews(made)

    def _made(self, item: Item) -> Iterable[Preview]:
        left, chosen = REMOTE_BYTES, select.choose(item.contents.files)
        for turn, (file, name) in enumerate(chosen):
            share = LOCAL_BYTES if file.place else left // (len(chosen) - turn)
            source = Portion(file, self._client, share)
            looked = self._shop().look(source, name)
            left -= 0 if file.place else source.read
            yield Preview(file.path, file.size or 0, source.read, source.where, looked)

    def _shop(self) -> Workshop:
        if not hasattr(self._own, "shop"):
            self._own.shop = Workshop()
            self._shops.append(self._own.shop)
        return self._own.shop  # type: ignore[no-any-return]

    def close(self) -> None:
        for shop in self._shops:
            shop.__exit__(None, None, None)


def _state(item: Item) -> str:
    """What tells that its previews would be the same: the version and where it is read, or the
    times of the files here; "" where nothing does."""
    files = [(file.path, file.size, bool(file.place)) for file in item.contents.files]
    if item.version and item.contents.is_of_version:
        return key_of(item.version, files)
    chosen = [file.place for file, _ in select.choose(item.contents.files)]
    return key_of(item.id, files, stamps.stats(chosen)) if chosen and all(chosen) else ""
