"""Collects which experiments have a card, a line in the ledger, and a place in Git."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from registry import git
from registry.experiments import ledger
from registry.entries import CARD, Entry, with_card
from registry.errors import RegistryError
from registry.experiments.ledger import FILE, SECTION, Match


@dataclass
class State:
    """What the rules judge: experiments with a card, the ledger, and what git says of both.

    `recorded` are the paths in HEAD; when `staged`, those in the index, which the next commit has.
    """

    root: Path
    kept: list[Entry]
    text: str
    folders: dict[str, Match] = field(default_factory=dict)
    cards: dict[str, Match] = field(default_factory=dict)
    index: set[str] = field(default_factory=set)
    recorded: set[str] = field(default_factory=set)
    recorded_text: str = ""
    staged: bool = False
    keys: list[str] = field(default_factory=list)


def look(root: Path, keys: Iterable[str] = (), staged: bool = False) -> State:
    """Return the state of the experiments now; `keys` is what S3 holds of them. Raises GitError."""
    kept, path = with_card(SECTION, root), root / FILE
    if path.exists() and not path.is_file():  # git would wait for a pipe as well
        raise RegistryError(f"{FILE} must be a file: remove it, then `git checkout -- {FILE}`")
    text = path.read_bytes().decode("utf-8", "surrogateescape") if path.is_file() else ""
    folders = [folder_path(entry.name) for entry in kept]
    cards = [card_path(entry) for entry in kept]
    asked = ledger.matches(root, [*folders, *cards, folder_path(ledger.PROBE)])
    index = set(git.tracked(root, SECTION))
    recorded = (kept and git.show(root, f"{'' if staged else 'HEAD'}:{FILE}")) or b""
    return State(
        root,
        kept,
        text,
        {f: asked[f] for f in [*folders, folder_path(ledger.PROBE)]},
        {c: asked[c] for c in cards},
        index,
        index if staged or not kept else set(git.committed(root, SECTION)),
        recorded.decode("utf-8", "surrogateescape"),
        staged,
        list(keys),
    )


def not_listed(state: State, among: list[Entry] | None = None) -> list[Entry]:
    """Kept experiments whose folder is not ignored by a line of its own."""
    kept = state.kept if among is None else among
    return [e for e in kept if not is_own(state.folders[folder_path(e.name)])]


def leftovers(state: State) -> list[int]:
    """Return the numbers of the lines that are no kept experiment's."""
    used = {state.folders[folder_path(entry.name)].line for entry in state.kept}
    return [number for number in ledger.lines(state.text) if number not in used]


def judged(state: State) -> list[Entry]:
    """All that are kept; before a commit, those that Git knows: the others are not its business."""
    return [e for e in state.kept if not state.staged or card_path(e) in state.index]


def is_own(match: Match) -> bool:
    general = match.pattern in ledger.CATCH_ALL or match.pattern.startswith("!")
    return match.source == FILE and match.line > 0 and not general


def folder_path(name: str) -> str:
    return f"{SECTION}/{name}/"


def card_path(entry: Entry) -> str:
    return f"{entry}{CARD}"
