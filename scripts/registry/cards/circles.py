"""Finds circles that the texts of cards would make: entries that name each other as what made them.

A text tells that two entries belong together, and not always which of them came first.
"""

from __future__ import annotations

from registry.cards import clues
from registry.cards.card import Card
from registry.cards.formats import TODO
from registry.cards.library import Library
from registry.cards.schema import LINEAGE


def closed_by(source: str, card: Card, library: Library) -> list[str]:
    """Return the circle, each id once, that a card closes if it derives from `source`; [] for none.

    Followed is what front matter says, and where it says nothing yet, what the text shows. So it
    does not matter which of several cards is filled in first.
    """
    me = str(card.entry)
    ways, seen = [[me, source]], {source}
    while ways:
        way = ways.pop()
        for id in _sources(way[-1], library):
            if id == me:
                return way
            if id not in seen:
                seen.add(id)
                ways.append([*way, id])
    return []


def _sources(id: str, library: Library) -> list[str]:
    """What an entry is made from, as far as its card tells."""
    if id not in library.sources:
        card = library.card(library.ids[id]) if id in library.ids else None
        library.sources[id] = _told(card, library) if card else []
    return library.sources[id]


def _told(card: Card, library: Library) -> list[str]:
    shown = clues.clues(card, library)
    told = []
    for key in LINEAGE:
        said = [text for text, _ in card.texts(key) if not TODO.search(text)]
        told += said or [clue.text for clue in shown if clue.key == key]
    return told
