"""Finds where everybody gets a former registry: it may be taken from somebody's checkout of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from registry import git


class Shared(NamedTuple):
    """The repository at `url`, and the branch of it that everybody has.

    `is_checkout`: somebody works there, so no push moves the branch that is checked out.
    """

    url: str
    branch: str
    is_checkout: bool = False


def of(place: str, branch: str) -> Shared:
    """Return what the repository at `place`, a path or URL, has this branch from; else itself."""
    root = Path(place)
    if not root.is_dir():
        return Shared(place, branch)
    remote = git.ask(root, "config", f"branch.{branch}.remote").removeprefix(".")
    followed = git.ask(root, "config", f"branch.{branch}.merge").removeprefix("refs/heads/")
    url = git.ask(root, "remote", "get-url", remote or "origin")
    if not url:
        return Shared(place, branch, _is_checkout(place))
    url = _whole(root, url)
    return Shared(url, (remote and followed) or branch, _is_checkout(url))


def _is_checkout(place: str) -> bool:
    top = git.ask(Path(place), "rev-parse", "--show-toplevel") if os.path.isdir(place) else ""
    return bool(top) and os.path.samefile(top, place)


def _whole(root: Path, url: str) -> str:
    """A path is written from the repository that it stands in."""
    is_path = "://" not in url and ":" not in url.partition("/")[0]
    return os.path.normpath(root / url) if is_path else url
