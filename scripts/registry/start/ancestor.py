"""Finds the version of these scripts that a copy was made from: it has no history in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from registry import git
from registry.errors import Refusal

MARK = "scripts/init_registry.py"  # the commit that brought this file brought the scripts
LEAST = 0.5  # the share of files that must be the same in a version to count as its copy


class Likeness(NamedTuple):
    """How many of a version's files a commit has, byte for byte."""

    same: int
    files: int
    commit: str


def is_related(root: Path, ref: str) -> bool:
    """Return whether a version and what is checked out have any commit in common."""
    return bool(git.run(root, "merge-base", "HEAD", ref, good=(0, 1)))


def find(root: Path, ref: str) -> tuple[str, Likeness]:
    """Return the commit here that brought the scripts, and the version that they are most like.

    Raises Refusal when they are like none.
    """
    told = git.run(root, "log", "--format=%H", "--diff-filter=A", "--reverse", "--", MARK)
    brought = (
        told.decode().split()
        or git.run(root, "rev-list", "--max-parents=0", "HEAD").decode().split()
    )
    ours = files(root, brought[0])
    versions = git.run(root, "rev-list", "--topo-order", ref).decode().split()
    best = max(alike(ours, files(root, version), version) for version in versions)
    if best.same < max(LEAST * best.files, 1):
        raise Refusal(
            f"{ref} and this registry have no history in common, and no version of it is like "
            f"the scripts here: the nearest, {best.commit[:12]}, has {best.same} of its "
            f"{best.files} files; take that over by hand"
        )
    return brought[0], best


def alike(ours: set[bytes], theirs: set[bytes], version: str) -> Likeness:
    return Likeness(len(ours & theirs), len(theirs), version)


def files(root: Path, commit: str) -> set[bytes]:
    """`mode type blob path` of every file of a commit."""
    return set(git.run(root, "ls-tree", "-r", "-z", commit).split(b"\0")) - {b""}


@contextmanager
def grafted(root: Path, commit: str, onto: str) -> Iterator[None]:
    """Git takes a version for a parent of a commit, as long as this lasts."""
    parents = git.run(root, "log", "-1", "--format=%P", commit).decode().split()
    git.run(root, "replace", "--graft", commit, *parents, onto)
    try:
        yield
    finally:
        git.run(root, "replace", "-d", commit)
