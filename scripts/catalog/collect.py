"""Puts together, entry by entry, what cards, Git, S3 and this machine say."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from catalog import here, history, naming, pushes, relations, renamed, rendering, stored
from catalog.distribution import Mirror
from catalog.history import Change
from catalog.item import Item
from catalog.kept import Kept
from catalog.links import Links
from catalog.relations import Edge
from registry.cards import check
from registry.cards.library import Library
from registry.entries import Entry, entry_of, id_of
from registry.remote.s3 import Client
from registry.sections import EXPERIMENTS, SECTIONS


@dataclass
class Collection:
    """Everything the pages show.

    name: the registry's. commit, when: what was checked out. web: the repository's address for
    people, or "". offline: why S3 told nothing, or "". status: whether this machine was looked at.
    mirror: the address of the public mirror that this is of, or ""; published: its files, by id.
    kept: what the last build worked out. clones: what `git clone` takes.
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
    kept: Kept = field(default_factory=Kept)
    clones: tuple[str, ...] = ()


NOT_ASKED = pushes.Reached(problem="it was not asked")


def collect(
    root: Path,
    store: pushes.Reached = NOT_ASKED,
    status: bool = False,
    title: str = "",
    kept: Kept | None = None,
) -> Collection:
    """Reads all of the registry once. `status`: what is on this machine, too.

    `title`: the site's; without one, `naming` finds it. `kept`: what the last build rendered.
    """
    library, kept = Library(root), kept or Kept()
    shown = [e for e in library.entries if e.section != EXPERIMENTS or library.card(e)]
    answer = pushes.read(store, root, shown, kept)
    pushed = [entry_of(id, root) for id, push in answer.pushes.items() if not push.moved]
    entries = sorted({*shown, *pushed}, key=_place)
    items = {str(e): Item(e, library.card(e), push=answer.pushes.get(str(e))) for e in entries}
    commit, when = history.head(root)
    at = naming.addresses(root)
    changes, by_git = history.read(root)
    links = Links(root, items, at.files, moved=renamed.names(by_git, answer.pushes, items))
    _fill(items, changes, status)
    _render(items, links, kept)
    stored.list_files(items, answer, kept)
    stored.say_where(items, answer.client)
    _judge(library, items, shown)
    edges = relations.connect(items)
    name = title or naming.name(root, at.web)
    return Collection(
        list(items.values()), edges, links, name, commit, when, at.web, answer.problem, status,
        client=answer.client, kept=kept, clones=at.clones,
    )  # fmt: skip


def _fill(items: dict[str, Item], changes: dict[str, list[Change]], status: bool) -> None:
    """Git's history, size and files, and what is here."""
    for item in items.values():
        item.changes = changes.get(item.id, [])
        item.size, item.files = stored.amount(item.entry, item.push)
        if status:
            how, files, size = here.look(item.entry)
            item.here = here.words(how, files, size)


def _render(items: dict[str, Item], links: Links, kept: Kept) -> None:
    for item in items.values():
        if item.card:
            rendered = rendering.render(item.card, links, kept)
            item.body, item.text, item.summary, item.anchor = rendered


def _judge(library: Library, items: dict[str, Item], shown: list[Entry]) -> None:
    """The problems that `make check-cards` has, at the entries that they are about."""
    judged = check.check(library, shown)
    problems = [*judged.problems, *judged.tolerated]
    for problem in sorted(problems):
        item = items.get(id_of(problem.path) or problem.path)
        if item:
            item.problems.append(problem)


def _place(entry: Entry) -> tuple[int, str]:
    return list(SECTIONS).index(entry.section), entry.name
