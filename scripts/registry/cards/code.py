"""Tells the code's repository and commit for a card, and whether they tell it all."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from registry import git
from registry.cards.formats import repo
from registry.errors import UsageError
from registry.forge import public, remote_url


class Code(NamedTuple):
    """`repo`: a url, "." for the registry itself, "" when it has no remote with a url.

    `doubts`: why the commit may not tell all, one line each.
    """

    repo: str
    commit: str
    doubts: list[str]


def look(path: Path, registry: Path) -> Code:
    """Return the repository that `path` is in. Raises UsageError when that is none."""
    try:
        top = Path(git.run(path, "rev-parse", "--show-toplevel").decode().strip())
        commit = git.run(path, "rev-parse", "--verify", "HEAD").decode().strip()
    except (git.GitError, OSError) as error:
        raise UsageError(f"CODE={path}: must be a git repository with a commit: {error}") from None
    doubts = []
    if git.run(top, "status", "--porcelain", "--untracked-files=no"):
        doubts.append(f"{path} has changes that are not committed: commit them, then this id")
    if not git.run(top, "branch", "--remotes", "--contains", commit).strip():
        doubts.append(f"{commit[:10]} is on no remote branch: push it, so that others find it")
    url = public(remote_url(top))
    if top.resolve() == registry.resolve():
        url = "."
    elif repo(url):
        doubts.append(f"{path} has no remote that others can reach: write the url that they need")
        url = ""
    return Code(url, commit, doubts)
