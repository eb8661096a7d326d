"""Knows entries, folders `section/name` with their cards, and selects them by a person's words."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from registry.errors import RegistryError, UsageError
from registry.sections import SECTIONS

ROOT = Path(__file__).resolve().parent.parent.parent
CARD = ".card.md"
TEMPLATE = "template"


class Entry(NamedTuple):
    """One dataset or model: a folder `section/name` and a card beside it, under `root`."""

    section: str
    name: str
    root: Path = ROOT

    def __str__(self) -> str:
        return f"{self.section}/{self.name}"

    def __format__(self, spec: str) -> str:
        """For commands to paste: `{entry:sh}` is the entry as one word, `{entry:name}` its name."""
        from shlex import quote

        words = {"sh": str(self), "name": self.name}
        return quote(words[spec]) if spec in words else format(str(self), spec)

    @property
    def folder(self) -> Path:
        return self.root / self.section / self.name

    @property
    def card(self) -> Path:
        return self.root / self.section / (self.name + CARD)

    @property
    def dvc_file(self) -> Path:
        """Where DVC notes which version of a raw dataset this commit means."""
        return self.root / self.section / (self.name + ".dvc")


def with_card(section: str, root: Path = ROOT) -> list[Entry]:
    """The section's entries that have a card, by name."""
    names = [n[: -len(CARD)] for n in _listdir(root / section) if n.endswith(CARD)]
    return [Entry(section, name, root) for name in sorted(names) if name != TEMPLATE]


def on_disk(section: str, root: Path = ROOT) -> list[Entry]:
    """The section's entries that have a folder here or, for a raw dataset, a `.dvc` file.

    A folder that another dataset's `.dvc` file names is that dataset's.
    """
    found = set()
    for name in _listdir(root / section):
        if name.endswith(".dvc") and name != ".dvc" and SECTIONS[section].travels == "dvc":
            found.add(name[: -len(".dvc")])
        elif not name.startswith(".") and (root / section / name).is_dir():
            found.add(name)
    if SECTIONS[section].travels == "dvc" and any(_is_nobodys(root, section, n) for n in found):
        found -= _parts_of_others(root / section)
    return [Entry(section, name, root) for name in sorted(found)]


def _is_nobodys(root: Path, section: str, name: str) -> bool:
    """Whether a folder has neither card nor `.dvc` file of its own."""
    entry = Entry(section, name, root)
    return not entry.dvc_file.exists() and not entry.card.exists()


def _parts_of_others(folder: Path) -> set[str]:
    """The names that the `.dvc` files of other names say to be theirs."""
    from registry import dvc_parser

    parts: set[str] = set()
    for name in (n for n in _listdir(folder) if n.endswith(".dvc") and n != ".dvc"):
        try:
            file = dvc_parser.parse((folder / name).read_bytes(), f"{folder.name}/{name}")
        except (OSError, RegistryError):
            continue
        parts |= {out.path.split("/")[0] for out in file.outs} - {name.removesuffix(".dvc")}
    return {part for part in parts if not (folder / f"{part}.dvc").exists()}


def known(sections: Iterable[str], root: Path = ROOT) -> list[Entry]:
    """Every entry of these sections that this checkout knows by card, by folder or by `.dvc`."""
    return [e for s in sections for e in sorted({*with_card(s, root), *on_disk(s, root)})]


def id_of(path: str) -> str:
    """`section/name` for the path of a card or a `.dvc` file; "" for any other."""
    for end in (CARD, ".dvc"):
        section, _, name = path.removesuffix(end).partition("/")
        if path.endswith(end) and section in SECTIONS and "/" not in name and name != TEMPLATE:
            return f"{section}/{name}"
    return ""


def entry_of(id: str, root: Path = ROOT) -> Entry:
    """The entry that `section/name` names, whether there is one or not."""
    section, _, name = id.partition("/")
    return Entry(section, name, root)


def select(words: Iterable[str], sections: Iterable[str], root: Path = ROOT) -> list[Entry]:
    """The entries of `sections` that the words name; all of them when there are no words.

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
    """The one entry that the word names. Raises UsageError for none, a section or several."""
    if not (word or "").strip():
        raise UsageError("which entry? Add DATASET=section/name")
    found = select([word or ""], sections, root)
    if len(found) != 1 or (word or "").strip("/ ") in SECTIONS:
        raise UsageError(f"one entry at a time: {word!r} is not one. Add DATASET=section/name")
    return found[0]


def _refuse_other_section(
    word: str, sections: tuple[str, ...], pool: list[Entry], root: Path
) -> None:
    section, slash, _ = word.partition("/")
    if not slash and all(word != entry.name for entry in pool):
        rest = known((s for s in SECTIONS if s not in sections), root)
        section = next((entry.section for entry in rest if entry.name == word), "")
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
    found = [e for e in pool if word in (e.name, str(e))]
    if len(found) == 1:
        return found
    if found:
        raise UsageError(f"{word!r} is in several sections: name one of {_list(map(str, found))}")
    raise UsageError(f"{word!r} {_why_not(word, pool)}")


def _why_not(word: str, pool: list[Entry]) -> str:
    """Why a word names no entry, and what was probably meant."""
    if word in SECTIONS:
        return f"is a section: for all its entries write {word + '/'!r}"
    if word.endswith(CARD):
        return f"is a card: name its entry, {word[: -len(CARD)]!r}"
    if os.path.isabs(word) or ".." in word.split("/") or word.count("/") > 1 or "\n" in word:
        return "is a path: name an entry as `section/name` or `name`"
    names = dict.fromkeys(name for e in pool for name in (str(e), e.name))
    import difflib

    near = difflib.get_close_matches(word, names, n=3, cutoff=0.5)
    if near:
        return f"is not an entry here. Did you mean {_list(near)}?"
    return "is not an entry here. `make status` lists them; a new one needs its card first"


def _list(names: Iterable[str]) -> str:
    return " or ".join(repr(name) for name in names)


def _listdir(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


class Amount(NamedTuple):
    """How much there is."""

    files: int
    bytes: int
