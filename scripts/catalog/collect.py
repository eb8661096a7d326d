"""Puts together, entry by entry, what cards, Git, S3 and this machine say."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from catalog import body, here, history, pushes, relations, runs
from catalog.croissant import Mirror
from catalog.item import Item, Push
from catalog.links import Links
from catalog.relations import Edge
from registry import forge, git, parallel
from registry.cards import check
from registry.cards.library import Library
from registry.entries import Entry, id_of
from registry.errors import RegistryError
from registry.inside import contents, run
from registry.inside.contents import Contents
from registry.inside.run import TrainingRun
from registry.remote.location import EMBEDDED
from registry.remote.s3 import Client
from registry.sections import EXPERIMENTS, MIRRORED, RESULTS, SECTIONS

RUNS = (RESULTS, EXPERIMENTS)
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
    client: Client | None = None


NOT_ASKED = pushes.Reached(problem="it was not asked")


def collect(
    root: Path, store: pushes.Reached = NOT_ASKED, status: bool = False, title: str = ""
) -> Collection:
    """Reads all of the registry once. `status`: what is on this machine, too.

    `title`: the site's; without one, the repository's name on its forge, or the README's heading.
    """
    library = Library(root)
    shown = [e for e in library.entries if e.section != EXPERIMENTS or library.card(e)]
    answer = pushes.read(store, root, shown)
    there = (Entry(name.partition("/")[0], name.partition("/")[2], root) for name in answer.pushes)
    entries = sorted({*shown, *there}, key=_place)
    items = {str(e): Item(e, library.card(e), push=answer.pushes.get(str(e))) for e in entries}
    commit, when = history.head(root)
    web = address(root)
    links = Links(root, items, f"{web}/blob/{commit}" if web else "")
    _fill(root, items, links, status)
    _list_files(items, answer.client)
    _say_where(items, answer.client)
    _judge(library, items, shown)
    edges = relations.connect(items)
    name = title or web.rpartition("/")[2] or _heading(root) or root.name
    return Collection(
        list(items.values()), edges, links, name, commit, when, web, answer.problem, status,
        client=answer.client,
    )  # fmt: skip


def _fill(root: Path, items: dict[str, Item], links: Links, status: bool) -> None:
    """The card's text, Git's history, size and files, and what is here."""
    changes, links.moved = history.read(root)
    for item in items.values():
        item.changes = changes.get(item.id, [])
        item.size, item.files = amount(item.entry, item.push)
        if item.card:
            item.body, item.text, item.summary, item.anchor = body.render(item.card, links)
        if status:
            how, files, size = here.look(item.entry)
            item.here = here.words(how, files, size)


def _list_files(items: dict[str, Item], client: Client | None) -> None:
    """What files each has, of one that cannot be listed, none; and what a run's files say."""

    def look(item: Item) -> tuple[Contents, TrainingRun | None]:
        try:
            found = contents.read(item.entry, client)
            is_run = item.entry.section in RUNS and item.first("preview") != "false"
            return found, run.read(item.entry, client, found) if is_run else None
        except (RegistryError, OSError):
            return Contents(), None

    for item, (found, its_run) in parallel.over(items.values(), look, pushes.AT_ONCE):
        item.contents, item.run = found, its_run
    runs.assign(items)


def _say_where(items: dict[str, Item], client: Client | None) -> None:
    """Where the data of mirrored entries are, unless that is a store on this machine."""
    remote = client.remote if client else None
    if remote and remote.name != EMBEDDED:
        for item in items.values():
            if item.push and item.entry.section in MIRRORED:
                item.address = f"s3://{remote.bucket}/{remote.prefix(item.entry)}"


def _heading(root: Path) -> str:
    """The README's first heading."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        first = (root / "README.md").read_text(encoding="utf-8").lstrip().partition("\n")[0]
        return first[2:].strip() if first.startswith("# ") else ""
    return ""


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
