"""Says whether cards are good: one answer for check-cards, hooks, push, export and catalog."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from registry import git, problems
from registry.cards import debt
from registry.cards.library import Library
from registry.cards.rules import card as card_rules
from registry.cards.rules import entries as entry_rules
from registry.entries import CARD, Entry, id_of
from registry.errors import Refusal
from registry.problems import Problem
from registry.sections import SECTIONS
from registry.selection import select


class Judged(NamedTuple):
    """Problems by path and line: those to mend, and those that cards.debt tolerates."""

    problems: list[Problem]
    tolerated: list[Problem]


def check(library: Library, chosen: list[Entry]) -> Judged:
    """Return every problem of these entries, of their cards, and of the registry as a whole."""
    judged = list(entry_rules.check(library, chosen))
    for entry in chosen:
        card = library.card(entry)
        judged += card_rules.check(card, library) if card else []
    left, tolerated = debt.split(judged, library.debt)
    return Judged(by_place([*left, *library.debt_problems]), by_place(tolerated))


def find_bad(chosen: Iterable[Entry]) -> dict[Entry, str]:
    """{entry: the errors of its card as text}, for those that have any: they must not go out."""
    library = Library()
    bad = {entry: errors(entry, library) for entry in chosen if entry.card.exists()}
    return {entry: problems.as_text(listed).rstrip() for entry, listed in bad.items() if listed}


def errors(entry: Entry, library: Library, strict: bool = False) -> list[Problem]:
    """Return the errors of one card; when `strict`, also those that cards.debt tolerates."""
    card, why = library.card(entry), library.unreadable(entry)
    broken = [p for p in card_rules.check(card, library) if p.level == "error"] if card else []
    broken += [Problem(f"{entry}{CARD}", *why, rule="card-there")] if why else []
    return broken if strict else debt.split(broken, library.debt)[0]


def refusal(entry: Entry, errors: str) -> Refusal:
    """Return what a push says of an entry whose card has errors."""
    return Refusal(f"its card is not right (`make check-cards DATASET={entry:sh}`):\n{errors}")


def choose(wanted: list[str], library: Library) -> list[Entry]:
    """Return the entries that words or card files name; all of them without any.

    Raises UsageError.
    """
    words = [_entry_of(word) for word in wanted if not word.endswith("template" + CARD)]
    if wanted and not words:
        return []
    return select(words, SECTIONS, library.root)


def staged(library: Library) -> list[Entry]:
    """The entries whose card or .dvc file the next commit changes or adds, and those whose card
    names an entry that it takes out. Raises GitError."""
    words = ("diff", "--cached", "--name-only", "--no-renames", "-z", "--", *SECTIONS)
    ids = dict.fromkeys(filter(None, map(id_of, git.names(git.run(library.root, *words)))))
    gone = [id for id in ids if not library.tells(id)]
    for id in gone:
        texts = ("-e", id, "-e", f"_{id.partition('/')[2]}_")
        words = ("grep", "--cached", "-l", "-z", "-F", *texts, "--", *SECTIONS)
        paths = git.names(git.run(library.root, *words, good=(0, 1)))
        ids |= dict.fromkeys(filter(None, map(id_of, paths)))
    return [library.ids[id] for id in ids if id in library.ids and id not in gone]


def by_place(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda p: (p.path, p.line))


def _entry_of(word: str) -> str:
    """`section/name` for the path of a card or its `.dvc` file, from anywhere; else the word."""
    return id_of("/".join(word.split("/")[-2:])) or word
