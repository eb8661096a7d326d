"""Guesses what a name that no entry has was meant to be."""

from __future__ import annotations

import shlex

from registry.cards.library import Library
from registry.cards.vocabulary import nearest
from registry.entries import CARD
from registry.sections import SECTIONS

ANYWHERE = tuple(SECTIONS)


def cure(id: str, library: Library, fits: tuple[str, ...] = ANYWHERE) -> str:
    """Return what to do about an id that nobody else knows."""
    if library.staged and id in library.ids and library.ids[id].card.exists():
        path = shlex.quote(f"{id}{CARD}")
        return f" Its card must be in the commit too: run `git add -- {path}`"
    return near(id, library, fits) or " Correct it, or give that entry a card"


def near(
    text: str,
    library: Library,
    fits: tuple[str, ...] = ANYWHERE,
    like: float = 0.6,
    full: bool = False,
) -> str:
    """ "Did you mean 'x'?" with a space before it: the same name in another section that fits, or
    a name like it; with its section when the text has one, or when `full`."""
    section, slash, name = text.rpartition("/")
    pool = [e for e in library.entries if e.section in fits and library.tells(str(e))]
    names = list(dict.fromkeys(entry.name for entry in pool))
    meant = name if name in names else nearest(name, names, like)
    same = sorted((e for e in pool if e.name == meant), key=lambda e: e.section != section)
    return f" Did you mean '{same[0] if slash or full else meant}'?" if same else ""
