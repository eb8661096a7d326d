"""Compares what cards say of each other, or their texts show: circles, and who names whom.

A text tells that two entries belong together, and not always which of them came first. So what is
proposed for one card must not depend on which of several is filled in first.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.cards import clues
from registry.cards.card import Card
from registry.cards.clue import Clue
from registry.cards.formats import TODO
from registry.cards.library import Library
from registry.cards.schema import LINEAGE
from registry.sections import MODELS, RESULTS

PAIRS = {  # each names the other: by which key, of which section that is, and by which key back
    MODELS: ("training_results", RESULTS, "model"),
    RESULTS: ("model", MODELS, "training_results"),
}


def circle(source: str, card: Card, library: Library) -> list[str]:
    """Return the circle, each id once, that a card closes if it derives from `source`; [] for none.

    Followed is what front matter says, and where it says nothing yet, what the text shows.
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


def named_back(card: Card, library: Library) -> Iterator[Clue]:
    """Yield, on no line, the runs whose front matter says that they made this model, or the models
    of this run. A text that names a model may be of runs that did not make it.
    """
    if card.entry.section not in PAIRS:
        return
    key, section, back = PAIRS[card.entry.section]
    for id, entry in library.ids.items():
        other = library.card(entry) if entry.section == section else None
        if other and str(card.entry) in [text for text, _ in other.texts(back)]:
            yield Clue(key, id, 0)


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
