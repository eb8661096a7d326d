"""Finds where a card names an entry: in its front matter, its text, its links, and by _name_.

Read as the checker reads: what stands in a comment names nothing, and what stands in code only
where that is asked for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple
from urllib.parse import unquote

from registry.cards.card import Card
from registry.cards.library import Library
from registry.cards.rules import links, mentions
from registry.cards.yaml_values import scalars
from registry.entries import CARD

FIELD, TEXT, LINK, NAME = "field", "text", "link", "name"


class Backlink(NamedTuple):
    """`text[start:end]` names the entry `id`: all of a link's target, else the id or name alone."""

    start: int
    end: int
    line: int
    id: str
    how: str


def find(
    card: Card, ids: Collection[str], library: Library, in_code: bool = False
) -> list[Backlink]:
    """Return where the card names one of these entries, in the order of its text."""
    linked = list(_links(card, ids))
    taken = [range(link.start, link.end) for link in linked]
    spans = [*_fields(card, ids), *_texts(card, ids, library, in_code), *_names(card, ids, library)]
    free = [span for span in spans if not any(span.start in link for link in taken)]
    return sorted({*linked, *free})


def partners(ids: Collection[str], library: Library) -> list[str]:
    """The other entries that name one of these in front matter, and are named there in turn."""
    others = [id for id in library.ids if id not in ids]
    named = {id for one in ids for id in _ids_in_fields(one, others, library)}
    return sorted(id for id in named if _ids_in_fields(id, ids, library))


def _ids_in_fields(id: str, ids: Collection[str], library: Library) -> set[str]:
    """Return which of these the front matter of this entry's card names."""
    card = library.card(library.ids[id]) if id in library.ids else None
    return {entry.id for entry in _fields(card, ids)} if card else set()


def targets(card: Card) -> Iterator[tuple[int, int, str]]:
    """(start, end, path) of every relative link: from the registry's top, with what follows it."""
    for pattern in (links.INLINE, links.DEFINED, links.HTML):
        for match in pattern.finditer(card.words):
            group = next((n for n in range(1, 1 + pattern.groups) if match[n]), 0)
            path = re.split(r"[?#]", match[group])[0]
            if group and path and not links.SCHEME.match(path) and not path.startswith("/"):
                whole = os.path.normpath(os.path.join(card.entry.section, unquote(path)))
                yield match.start(group), match.start(group) + len(path), whole


def leads_to(path: str, id: str) -> bool:
    """Return whether a path is that of the entry, its card, its `.dvc` file, or a file of it."""
    return path in (id, f"{id}{CARD}", f"{id}.dvc") or path.startswith(f"{id}/")


def _links(card: Card, ids: Collection[str]) -> Iterator[Backlink]:
    for start, end, path in targets(card):
        for id in ids:
            if leads_to(path, id):
                yield Backlink(start, end, card.line_at(start), id, LINK)


def _fields(card: Card, ids: Collection[str]) -> Iterator[Backlink]:
    """In front matter. `code` says what was run in its time, and stays as it is."""
    patterns = {id: pattern(id) for id in ids}
    for key, value in card.fields.items():
        for item in scalars(value) if key != "code" else ():
            for id, named in patterns.items():
                for match in named.finditer(card.text, item.start, item.end):
                    yield Backlink(*match.span(), card.line_at(match.start()), id, FIELD)


def _texts(card: Card, ids: Collection[str], library: Library, in_code: bool) -> Iterator[Backlink]:
    text = card.shown if in_code else card.prose
    spaced = [id for id in library.ids if " " in id]
    for id in ids:
        for match in pattern(id).finditer(text):
            longer = (other for other in spaced if other != id and other.startswith(id))
            if not any(text.startswith(other, match.start()) for other in longer):
                yield Backlink(*match.span(), card.line_at(match.start()), id, TEXT)


def _names(card: Card, ids: Collection[str], library: Library) -> Iterator[Backlink]:
    """_name_, where no other entry has that name."""
    for match in mentions.NAMED.finditer(card.words):
        name = mentions.plain(match[1])
        named = [str(entry) for entry in library.names.get(name, [])]
        if named and set(named) <= set(ids):
            start = match.start(1)
            yield Backlink(start, start + len(name), card.line_at(start), named[0], NAME)


def pattern(id: str) -> re.Pattern[str]:
    """Return the id, maybe of its card or of a file of it, and of no entry whose name goes on."""
    goes_on = rf"(?:{re.escape(CARD)}|\.dvc)(?![\w-])|(?![\w-]|\.\w)"
    return re.compile(rf"(?<![\w/.-]){re.escape(id)}(?={goes_on})")
