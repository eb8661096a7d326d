"""Judges experiments: kept ones are in the ledger and in Git, garbage is in neither.

A rule is given the state of things and yields problems; docs/cards.md has a row for each.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator

from registry import tracked as in_git
from registry.experiments import ledger
from registry.experiments.state import State
from registry.experiments.state import card_path
from registry.experiments.state import folder_path
from registry.experiments.state import is_own
from registry.experiments.state import judged
from registry.experiments.state import leftovers
from registry.experiments.state import not_listed
from registry.experiments.ledger import FILE
from registry.experiments.ledger import SECTION
from registry.problems import Problem

CARDS = f"{SECTION}/"
FIX = "run `make check-experiments FIX=1`"


def check(state: State) -> list[Problem]:
    """Return every problem, by path and line."""
    problems = [problem for rule in RULES for problem in rule(state)]
    return sorted(problems, key=lambda p: (p.path, p.line))


def listed(state: State) -> Iterator[Problem]:
    """A kept experiment has its own line in the ledger."""
    for entry in not_listed(state, judged(state)):
        line = ledger.line_for(entry.name)
        text = f"{FILE} must have the line {line} for this experiment: {FIX}"
        yield Problem(card_path(entry), 1, text, rule="experiment-listed")


def left_over(state: State) -> Iterator[Problem]:
    """A line of the ledger has an experiment with a card."""
    lines = ledger.lines(state.text)
    for number in leftovers(state):
        line = lines[number]
        text = f"{line} must have a card beside it, and has none: {FIX}, or write the card"
        if list(lines.values()).count(line) > 1:
            text = f"{line} must stand once: {FIX}"
        yield Problem(FILE, number, text, rule="experiment-left-over")


def garbage_ignored(state: State) -> Iterator[Problem]:
    """Everything else in the section is ignored, and cards are not."""
    match = state.folders[folder_path(ledger.PROBE)]
    if match.source != FILE or match.pattern.startswith("!"):
        text = f"must begin with {' and '.join(ledger.CATCH_ALL)}, one line each: {FIX}"
        yield Problem(FILE, 1, text, rule="experiment-garbage")
    for path, match in state.cards.items():
        if match.line and not match.pattern.startswith("!"):
            text = f"must not ignore {path}: correct the line {match.pattern}"
            yield Problem(match.source, match.line, text, rule="experiment-garbage")


def committed(state: State) -> Iterator[Problem]:
    """A kept experiment's card and line are committed."""
    lines = [line.removesuffix("\r") for line in state.recorded_text.split("\n")]
    for entry in judged(state):
        path, match = card_path(entry), state.folders[folder_path(entry.name)]
        if path not in state.recorded:
            add = "" if path in state.index else f"run `git add -- {shlex.quote(path)} {FILE}` and "
            yield Problem(path, 1, f"must be in Git: {add}commit it", rule="experiment-committed")
        if is_own(match) and match.pattern not in lines:
            text = f"the line {match.pattern} must be in Git: run `git add -- {FILE}` and commit"
            yield Problem(FILE, match.line, text, rule="experiment-committed")


def tracked(state: State) -> Iterator[Problem]:
    """Nothing but cards, the template, .gitignore and README.md of the section is in Git."""
    counts: dict[str, int] = {}
    for path in state.index:
        if not in_git.may_be(path):
            name = path[len(CARDS) :].partition("/")[0]
            counts[name] = counts.get(name, 0) + 1
    for name, count in sorted(counts.items()):
        command = f"git rm -r --cached --quiet -- {shlex.quote(CARDS + name)}"
        text = f"must not be in Git ({count} file{'s' * (count > 1)}): run `{command}`"
        yield Problem(CARDS + name, 1, text, rule="experiment-tracked")


def in_s3(state: State) -> Iterator[Problem]:
    """No experiment is in S3."""
    for name in sorted({key.partition("/")[0] for key in state.keys}):
        text = "must not be in S3, where experiments never go: promote it, or delete it there"
        yield Problem(CARDS + name, 1, text, rule="experiment-in-s3")


RULES: tuple[Callable[[State], Iterable[Problem]], ...] = (
    listed,
    left_over,
    garbage_ignored,
    committed,
    tracked,
    in_s3,
)
