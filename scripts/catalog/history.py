"""Reads what Git's log says about every entry, from one `git log` of the whole tree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from registry import git
from registry.entries import id_of
from registry.sections import SECTIONS

START, BETWEEN = "\x01", "\x02"
FORMAT = f"%x01{'%x02'.join(('%H', '%aN', '%aI', '%s'))}"


class Change(NamedTuple):
    """A commit that touched the entry's card or `.dvc` file. `when`: ISO 8601 with its offset."""

    commit: str
    who: str
    when: str
    subject: str


def read(root: Path) -> tuple[dict[str, list[Change]], dict[str, str]]:
    """Return ({"section/name": changes, newest first}, {former id: what it is called now}).

    A renamed entry keeps its history. Empty where nothing was committed yet. Raises GitError.
    """
    if not git.has_head(root):
        return {}, {}
    words = ("log", "-z", f"--format={FORMAT}", "--name-status", "-M", "--", *SECTIONS)
    changes: dict[str, list[Change]] = {}
    now_called: dict[str, str] = {}
    for change, files in _commits(git.run(root, *words).decode(errors="replace")):
        for old, new in files:
            entry = id_of(new)
            entry = now_called.get(entry, entry)
            if entry and change not in changes.setdefault(entry, [])[-1:]:
                changes[entry].append(change)
            if old != new and id_of(old):
                now_called[id_of(old)] = entry
    return changes, now_called


def head(root: Path) -> tuple[str, str]:
    """Return (commit, ISO date) of what is checked out; ("", "") before the first commit."""
    if not git.has_head(root):
        return "", ""
    commit, _, when = git.run(root, "log", "-1", "--format=%H %cI").decode().strip().partition(" ")
    return commit, when


def _commits(log: str) -> Iterator[tuple[Change, list[tuple[str, str]]]]:
    """Each commit and its files as (old name, new name); the two differ for a rename."""
    for part in log.split(START)[1:]:
        header, _, rest = part.partition("\0")
        commit, who, when, subject = header.split(BETWEEN, 3)
        words = [word.strip("\n") for word in rest.split("\0") if word.strip("\n")]
        yield Change(commit, who, when, subject), list(_files(words))


def _files(words: list[str]) -> Iterator[tuple[str, str]]:
    """From git's -z: a letter and a path, or R and a number, the old and the new path."""
    at = 0
    while at + 1 < len(words):
        renamed = words[at][:1] in "RC" and at + 2 < len(words)
        yield words[at + 1], words[at + 2] if renamed else words[at + 1]
        at += 3 if renamed else 2
