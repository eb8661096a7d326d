"""Puts together, entry by entry, what cards, Git, S3 and this machine say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from catalog import body, here, history, pushes, relations
from catalog.croissant import Mirror
from catalog.item import Item, Push
from catalog.links import Links
from catalog.relations import Edge
from registry import forge, git, parallel
from registry.cards import check
from registry.cards.library import Library
from registry.entries import Entry, id_of
from registry.errors import RegistryError
from registry.inside import contents
from registry.inside.contents import Contents
from registry.remote.s3 import Client
from registry.sections import EXPERIMENTS, SECTIONS

SIZE = re.compile(r"^[ -] (size|nfiles): (\d+)$", re.MULTILINE)


@dataclass
class Collection:
    """Everything the pages show.

    name: the registry's. commit, when: what was checked out. web: the repository's address for
    people, or "". offline: why S3 told nothing, or "". status: whether this machine was looked at.
    mirror: the address of the public mirror that this is of, or ""; published: its files, by id.
    """

    items: list[Item]
    edges: list[Edge]
    links: Links
    name: str
    commit: str
    when: str
    web: str
    offline: str
    status: bool
    mirror: str = ""
    published: dict[str, Mirror] = field(default_factory=dict)


def collect(root: Path, offline: bool, status: bool) -> Collection:
    """Reads all of the registry once. `offline`: S3 is not asked. `status`: this machine is."""
    library = Library(root)
    shown = [e for e in library.entries if e.section != EXPERIMENTS or library.card(e)]
    answer = pushes.Answer({}, "it was not asked") if offline else pushes.read(root, shown)
    there = (Entry(name.partition("/")[0], name.partition("/")[2], root) for name in answer.pushes)
    entries = sorted({*shown, *there}, key=_place)
    items = {str(e): Item(e, library.card(e), push=answer.pushes.get(str(e))) for e in entries}
    commit, when = history.head(root)
    web = address(root)
    links = Links(root, items, f"{web}/blob/{commit}" if web else "")
    _fill(root, items, links, status)
    _list_files(items, answer.client)
    _judge(library, items, shown)
    edges = relations.connect(items)
    name = web.rpartition("/")[2] or root.name
    return Collection(
        list(items.values()), edges, links, name, commit, when, web, answer.problem, status
    )


def _fill(root: Path, items: dict[str, Item], links: Links, status: bool) -> None:
    """The card's text, Git's history, size and files, and what is here."""
    changes = history.read(root)
    for item in items.values():
        item.changes = changes.get(item.id, [])
        item.size, item.files = amount(item.entry, item.push)
        if item.card:
            item.body, item.text, item.summary = body.render(item.card, links)
        if status:
            how, files, size = here.look(item.entry)
            item.here = here.words(how, files, size)


def _list_files(items: dict[str, Item], client: Client | None) -> None:
    """What files each has; of one that cannot be listed, none."""

    def files(item: Item) -> Contents:
        try:
            return contents.read(item.entry, client)
        except (RegistryError, OSError):
            return Contents()

    for item, found in parallel.over(items.values(), files, pushes.AT_ONCE):
        item.contents = found


def _judge(library: Library, items: dict[str, Item], shown: list[Entry]) -> None:
    """The problems that `make check-cards` has, at the entries that they are about."""
    judged = check.check(library, shown)
    found = [*judged.problems, *judged.tolerated]
    for problem in sorted(found):
        item = items.get(id_of(problem.path) or problem.path)
        if item:
            item.problems.append(problem)


def amount(entry: Entry, push: Push | None) -> tuple[int | None, int | None]:
    """(bytes, files): of a raw dataset what its `.dvc` file says, else what S3 holds."""
    if SECTIONS[entry.section].travels == "dvc":
        try:
            said = dict(SIZE.findall(entry.dvc_file.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError):
            return None, None
        return (int(said["size"]), int(said.get("nfiles", 1))) if "size" in said else (None, None)
    return (push.bytes, push.files) if push else (None, None)


def address(root: Path) -> str:
    """Where people see the repository: from Git's `origin`, if it is on a known forge."""
    try:
        origin = git.run(root, "config", "remote.origin.url", good=(0, 1)).decode().strip()
    except (git.GitError, UnicodeDecodeError):
        return ""
    return forge.repository(origin)


def _place(entry: Entry) -> tuple[int, str]:
    return list(SECTIONS).index(entry.section), entry.name
