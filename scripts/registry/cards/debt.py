"""Lists the problems of old cards that a registry lives with: `cards.debt`, which only shrinks.

A file in Git. One line each: a card, a rule, and how many problems of that rule it had. A registry
that is taken over pulls and pushes with them on its first day; a new card, or a new problem, is
never tolerated.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path

from registry import git
from registry.problems import Problem
from registry.sections import SECTIONS

DEBT_FILE = "cards.debt"
HEAD = """\
# Problems of old cards that are tolerated: card, rule, how many. This file may only shrink:
# mend a card, then `make debt` takes its lines out.
"""
LINE = re.compile(r"(?P<path>\S.*) (?P<rule>[a-z][a-z-]*) (?P<count>[1-9]\d*)")
# What no age excuses, and what is about this file.
NEVER = ("secret", "dvc-config", "data-in-git", "debt", "conflict")
# A card that gets front matter may have blanks in it for as long as it might have had none, and
# name another one that does not name it yet.
FRONT_MATTER, BLANKS = "front-matter", ("blank-field", "required-key", "required-with")
BEGUN = (*BLANKS, "pair")
Key = tuple[str, str]
Debt = dict[Key, int]


def parse(text: str) -> tuple[Debt, list[Problem]]:
    """Return {(card, rule): how many}, and the lines that cannot be read."""
    debt: Debt = {}
    wrong = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = LINE.fullmatch(line.strip())
        if match:
            debt[match["path"], match["rule"]] = int(match["count"])
        else:
            said = "a line must be `card rule count`: delete it, or restore it from Git"
            wrong.append(Problem(DEBT_FILE, number, said, rule="debt"))
    return debt, wrong


def as_text(debt: Debt) -> str:
    """Return the file; "" when nothing is left."""
    lines = [f"{path} {rule} {count}\n" for (path, rule), count in sorted(debt.items()) if count]
    return HEAD + "".join(lines) if lines else ""


def read(root: Path, staged: bool = False) -> tuple[Debt, list[Problem]]:
    """What is tolerated now, and what is wrong with the file: lines that grew are worth nothing.

    `staged`: the file as the index has it. Raises GitError, OSError.
    """
    path = root / DEBT_FILE
    data = (
        git.show(root, f":{DEBT_FILE}") if staged else path.read_bytes() if path.is_file() else None
    )
    if data is None:
        return {}, []
    text = data.decode("utf-8", "replace")
    debt, wrong = parse(text)
    if not debt:
        return debt, wrong
    at_most = limit(root)
    for (card, rule), count in debt.items():
        most = min(count, at_most((card, rule)))
        if count > most:
            line = text[: text.find(f"{card} {rule} {count}")].count("\n") + 1
            said = f"may only shrink: {card} had {most} of {rule}, not {count}: run `make debt`"
            wrong.append(Problem(DEBT_FILE, line, said, rule="debt"))
        debt[card, rule] = most
    return debt, wrong


def limit(root: Path) -> Callable[[Key], int]:
    """How many may be tolerated at most: as committed, now and before the file's last change.

    Until it is committed: any number, but only of cards that are; none once it was paid off.
    """
    if not git.has_head(root):
        return lambda key: 0
    commits = _changes(root)
    if not commits:
        old = set(git.committed(root, *SECTIONS))
        return lambda key: sys.maxsize if key[0] in old else 0
    versions = [_Version(root, commit) for commit in commits]
    return lambda key: min(version.most(key) for version in versions)


class _Version:
    """The file as a commit has it. A card that was renamed since is the card that it was."""

    def __init__(self, root: Path, commit: str) -> None:
        self.root, self.commit = root, commit
        text = git.show(root, f"{commit}:{DEBT_FILE}") or b""
        self.debt = parse(text.decode("utf-8", "replace"))[0]
        self.paths = {path for path, _ in self.debt}

    def most(self, key: Key) -> int:
        path, rule = key
        if path not in self.paths:
            path = self.renamed.get(path, path)
        return _most(self.debt, (path, rule))

    @cached_property
    def renamed(self) -> dict[str, str]:
        """{path of a card now: its path then}, as Git finds it."""
        asked = ("diff", "-z", "-M40%", "--diff-filter=R", "--name-status", self.commit)
        told = git.names(git.run(self.root, *asked, "--", *SECTIONS))
        return {new: old for old, new in zip(told[1::3], told[2::3], strict=False)}


def _most(version: Debt, key: Key) -> int:
    path, rule = key
    if rule in BEGUN and (path, FRONT_MATTER) in version:
        return sys.maxsize
    return _blanks(version, path) if rule in BLANKS else version.get(key, 0)


def _blanks(debt: Debt, path: str) -> int:
    """A key that was missing may be there as a blank instead: they are counted together."""
    return sum(debt.get((path, rule), 0) for rule in BLANKS)


def was_committed(root: Path) -> bool:
    """Return whether Git has, or had, the file. Raises GitError."""
    return bool(_changes(root))


def _changes(root: Path) -> list[str]:
    """The last two commits that changed the file, the newest first."""
    return git.run(root, "log", "-2", "--format=%H", "--", DEBT_FILE).decode().split()


def count(problems: Iterable[Problem]) -> Debt:
    """Return the errors that may be tolerated, as the file lists them."""
    errors = [p for p in problems if p.level == "error" and p.rule not in NEVER]
    return dict(Counter((p.path, p.rule) for p in errors))


def with_blanks(debt: Debt, now: Debt) -> Debt:
    """What is tolerated, and the blanks of cards that got front matter, or keys, since then."""
    begun = {path for path, rule in debt if rule == FRONT_MATTER and (path, rule) not in now}
    more = {path for path, _ in debt if 0 < _blanks(now, path) <= _blanks(debt, path)}
    blanks = {
        (path, rule): max(n, debt.get((path, rule), 0))
        for (path, rule), n in now.items()
        if (path in begun and rule in BEGUN) or (path in more and rule in BLANKS)
    }
    return {**debt, **blanks}


def split(problems: Iterable[Problem], debt: Debt) -> tuple[list[Problem], list[Problem]]:
    """(what must be mended, what is tolerated): a rule that a card breaks more often is not."""
    problems = list(problems)
    now = count(problems)
    debt = with_blanks(debt, now)
    left, tolerated = [], []
    for problem in problems:
        key = (problem.path, problem.rule)
        allowed = debt.get(key, 0) if problem.level == "error" else 0
        if allowed and now.get(key, 0) <= allowed:
            tolerated.append(problem)
        elif allowed:
            more = f" ({DEBT_FILE} tolerates {allowed} of these here, not {now.get(key)})"
            left.append(problem._replace(message=problem.message + more))
        else:
            left.append(problem)
    return left, tolerated
