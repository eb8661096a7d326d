"""Knows the entries of a checkout: folders `section/name`, each with a card beside it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from registry.errors import RegistryError
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
    """Return the section's entries that have a card, by name."""
    names = [n[: -len(CARD)] for n in _listdir(root / section) if n.endswith(CARD)]
    return [Entry(section, name, root) for name in sorted(names) if name != TEMPLATE]


def on_disk(section: str, root: Path = ROOT) -> list[Entry]:
    """Return the section's entries that have a folder here or, for a raw dataset, a `.dvc` file.

    A folder that another dataset's `.dvc` file names is that dataset's.
    """
    names, folder = set(), os.path.join(root, section)
    for name in _listdir(root / section):
        if name.endswith(".dvc") and name != ".dvc" and SECTIONS[section].travels == "dvc":
            names.add(name[: -len(".dvc")])
        elif not name.startswith(".") and os.path.isdir(os.path.join(folder, name)):
            names.add(name)
    if SECTIONS[section].travels == "dvc" and any(_is_nobodys(root, section, n) for n in names):
        names -= _parts_of_others(root / section)
    return [Entry(section, name, root) for name in sorted(names)]


def _is_nobodys(root: Path, section: str, name: str) -> bool:
    """Return whether a folder has neither card nor `.dvc` file of its own."""
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
    """Return the entry that `section/name` names, whether there is one or not."""
    section, _, name = id.partition("/")
    return Entry(section, name, root)


def _listdir(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


class Amount(NamedTuple):
    """How much there is."""

    files: int
    bytes: int
