"""Puts together what everybody may see: the entries of a public mirror, as the mirror has them.

Cards, sizes and lists of files come from the mirror, so that nothing of this checkout gets into the
pages that was not published: no other entries, no history, no names of people, no edit of a card.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from catalog import body, relations
from catalog.collect import Collection
from catalog.distribution import Mirror
from catalog.item import Item
from catalog.links import Links
from registry import parallel
from registry.cards.card import parse
from registry.entries import Entry, entry_of
from registry.errors import RegistryError
from registry.inside.contents import Contents, File
from registry.publish import layout, readback
from registry.publish.visitors import Visitor, Web

AT_ONCE = 8


def collect(root: Path, url: str, title: str = "") -> Collection:
    """Return what the mirror at `url` offers. Raises RegistryError where it cannot be read."""
    way = Web(url)
    rows = _json(way, layout.INDEX)["entries"]
    named = [entry_of(id, root) for id in rows]
    looked = parallel.over(named, lambda entry: _item(way, entry, rows[str(entry)]), AT_ONCE)
    items = {str(entry): item for entry, item in looked}
    links = Links(root, items)
    for item in items.values():
        if item.card:
            item.body, item.text, item.summary, item.anchor = body.render(item.card, links)
    published = {id: _mirror(way, url, item) for id, item in items.items()}
    for id, mirror in published.items():
        files = [File(line.path, line.size) for line in mirror.files]
        items[id].contents = Contents(files, "the public mirror", mirror.version[:12])
    edges = relations.connect(items)
    name = title or url.partition("://")[2]
    shown = list(items.values())
    return Collection(
        shown, edges, links, name, "", "", "", "", False, mirror=url, published=published
    )


def _item(way: Visitor, entry: Entry, row: dict[str, Any]) -> Item:
    text = readback.read(way, layout.card(entry)).decode("utf-8", "replace")
    item = Item(entry, parse(entry, text), size=row["bytes"], files=row["files"])
    item.contents = Contents(version=row["version"])
    return item


def _mirror(way: Visitor, url: str, item: Item) -> Mirror:
    """The files of an item's version, as the mirror lists them."""
    version = item.contents.version
    name = layout.files(item.entry, version)
    return Mirror(url, version, layout.parse(readback.read(way, name), f"{url}/{name}"))


def _json(way: Visitor, name: str) -> dict[str, Any]:
    try:
        document = json.loads(readback.read(way, name))
        return {**document, "entries": dict(document["entries"])}
    except (ValueError, KeyError, TypeError):
        raise RegistryError(f"{name} of the mirror is no index: `make publish` writes it") from None
