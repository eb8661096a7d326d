"""Selects entries by the words that a person typed, and says why a word names none."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from registry.entries import CARD, ROOT, Entry, known
from registry.errors import UsageError
from registry.sections import SECTIONS


def select(words: Iterable[str], sections: Iterable[str], root: Path = ROOT) -> list[Entry]:
    """Return the entries of `sections` that the words name; all of them when there are no words.

    A word is `name`, `section/name` (the tab key adds a slash), `section/` or several of those with
    spaces between. Raises UsageError for a word that names nothing, or names several entries.
    """
    sections = tuple(sections)
    pool = known(sections, root)
    words = [_without_slash(part, pool) for word in words for part in _split(word, pool)]
    for word in words:
        _refuse_other_section(word, sections, pool, root)
    if not words:
        return pool
    return list(dict.fromkeys(entry for word in words for entry in _find(word, pool)))


def select_one(word: str | None, sections: Iterable[str], root: Path = ROOT) -> Entry:
    """Return the one entry that the word names.

    Raises UsageError for none, a section or several.
    """
    if not (word or "").strip():
        raise UsageError("which entry? Add DATASET=section/name")
    named = select([word or ""], sections, root)
    if len(named) != 1 or (word or "").strip("/ ") in SECTIONS:
        raise UsageError(f"one entry at a time: {word!r} is not one. Add DATASET=section/name")
    return named[0]


def _refuse_other_section(
    word: str, sections: tuple[str, ...], pool: list[Entry], root: Path
) -> None:
    section, _, below = word.partition("/")
    if not below and section not in SECTIONS and all(section != entry.name for entry in pool):
        rest = known((s for s in SECTIONS if s not in sections), root)
        section = next((entry.section for entry in rest if entry.name == section), "")
    if section not in SECTIONS or section in sections or word in SECTIONS:
        return
    fate = " and never leaves this machine" if SECTIONS[section].travels == "never" else ""
    raise UsageError(f"{word!r} is in {section}/{fate}: this is for {', '.join(sections)} only")


def _split(word: str, pool: list[Entry]) -> list[str]:
    """A word as it is if it names an entry (names may hold spaces), else its parts."""
    names = {name for e in pool for name in (e.name, str(e))}
    return [word] if word.removesuffix("/") in names else word.split()


def _without_slash(word: str, pool: list[Entry]) -> str:
    """`section/name/` is the entry: so the tab key completes a folder. `section/` stays."""
    plain = word.removesuffix("/")
    return plain if any(plain in (e.name, str(e)) for e in pool) else word


def _find(word: str, pool: list[Entry]) -> list[Entry]:
    section, slash, name = word.partition("/")
    if slash and not name and section in SECTIONS:
        return [e for e in pool if e.section == section]
    named = [e for e in pool if word in (e.name, str(e))]
    if len(named) == 1:
        return named
    if named:
        raise UsageError(f"{word!r} is in several sections: name one of {_list(map(str, named))}")
    raise UsageError(f"{word!r} {_why_not(word, pool)}")


def _why_not(word: str, pool: list[Entry]) -> str:
    """Return why a word names no entry, and what was probably meant."""
    if word in SECTIONS:
        return f"is a section: for all its entries write {word + '/'!r}"
    if word.endswith(CARD):
        return f"is a card: name its entry, {word[: -len(CARD)]!r}"
    if around := _around(word.removesuffix(".dvc"), pool):
        return f"is a path: name its entry, {str(around)!r}"
    if os.path.isabs(word) or ".." in word.split("/") or word.count("/") > 1 or "\n" in word:
        return "is a path: name an entry as `section/name` or `name`"
    names = dict.fromkeys(name for e in pool for name in (str(e), e.name))
    import difflib

    near = difflib.get_close_matches(word, names, n=3, cutoff=0.5)
    if near:
        return f"is not an entry here. Did you mean {_list(near)}?"
    return "is not an entry here. `make status` lists them; a new one needs its card first"


def _around(path: str, pool: list[Entry]) -> Entry | None:
    """Return the entry that a path from the registry's top, or an absolute one, lies in."""
    for entry in pool:
        whole = os.path.normpath(os.path.join(entry.root, path))
        if whole == str(entry.folder) or whole.startswith(f"{entry.folder}/"):
            return entry
    return None


def _list(names: Iterable[str]) -> str:
    return " or ".join(repr(name) for name in names)
