"""Judges what the text mentions as an entry: `section/name`, and _name_.

What is nearly an entry's name is an error, since it was meant to be one; what is like none may be
an entry that is gone, or no entry at all (_train_): at most a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from registry.cards.card import Card
from registry.cards.kinds import Found
from registry.cards.library import Library
from registry.cards.rules import names
from registry.sections import SECTIONS

# A pattern that begins with a literal is looked for quickly: what stands before it comes after it.
SECTION_ALONE = "|".join(rf"{name}(?<![\w/.-]{name})" for name in SECTIONS)
ID = re.compile(rf"({SECTION_ALONE})/([^\W_][\w.-]*)")
NAMED = re.compile(r"_(?<![\w*`/]_)([^\W_](?:[\w.-]*[^\W_])?)_(?![\w`/])")
# How like a name must be: less where the section says that an entry is meant.
VERY_LIKE = {True: 0.75, False: 0.85}


def meant(card: Card, library: Library) -> Iterator[Found]:
    """Every `section/name` and every _name_ in the text that is nearly an entry's is one."""
    for line, said, near in _unknown(card, library):
        if near:
            yield line, said + near


def unknown(card: Card, library: Library) -> Iterator[Found]:
    """Every `section/name` and every _name_ in the text is an entry."""
    for line, said, near in _unknown(card, library):
        if not near:
            yield line, f"{said} Correct it, or write it as `code`"


@lru_cache(1)  # both rules ask it of one card after the other
def _unknown(card: Card, library: Library) -> list[tuple[int, str, str]]:
    """Mentions of what is no entry: line, what is said, and what must have been meant, or ""."""
    return [*_unknown_ids(card, library), *_unknown_names(card, library)]


def _unknown_ids(card: Card, library: Library) -> Iterator[tuple[int, str, str]]:
    spaced = _spaced(library)
    for match in ID.finditer(card.prose):
        section, name = match.group(1), plain(match.group(2))
        if any(card.prose.startswith(id, match.start()) for id in spaced):
            continue
        if not library.tells(f"{section}/{name}") and name != "template":
            said = f"the text must name entries that exist: '{section}/{name}'."
            yield card.line_at(match.start()), said, _near(f"{section}/{name}", library)


def _unknown_names(card: Card, library: Library) -> Iterator[tuple[int, str, str]]:
    for match in NAMED.finditer(card.words):
        name = plain(match.group(1))
        here = library.names.get(name, [])
        if not here and name.isalpha():
            continue  # a word alone is _stressed_, not named
        if not any(library.tells(str(entry)) for entry in here):
            yield (
                card.line_at(match.start()),
                f"_{name}_ must be an entry's name.",
                _near(name, library),
            )


def _spaced(library: Library) -> list[str]:
    """The entries whose names hold spaces: a mention goes on where a word ends."""
    return [id for id in library.ids if " " in id and library.tells(id)]


def _near(text: str, library: Library) -> str:
    """The cure for a text that must have been meant as an entry; "" for one that may not be."""
    if text not in library.meant:
        if text in library.ids or text in library.names:  # of this machine, or of this index, alone
            library.meant[text] = names.cure(text, library)
        else:
            library.meant[text] = names.near(text, library, like=VERY_LIKE["/" in text])
    return library.meant[text]


def plain(name: str) -> str:
    """A name as it is mentioned: without the end of a sentence, `.card.md` or `.dvc`."""
    return re.sub(r"(?:\.card\.md|\.dvc)$", "", name.rstrip(".-"))
