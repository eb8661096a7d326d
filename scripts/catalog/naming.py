"""Finds what the registry is called, and where people see its repository."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import NamedTuple

from registry import forge, git


def name(root: Path, web: str) -> str:
    """Return the repository's on its forge, else the README's heading, else the folder's."""
    return web.rpartition("/")[2] or _heading(root) or root.name


class Addresses(NamedTuple):
    """Of the repository: web and files for people, on a forge that we know; clones for Git."""

    web: str = ""
    files: str = ""
    clones: tuple[str, ...] = ()


def addresses(root: Path) -> Addresses:
    """Return them from Git's `origin`."""
    try:
        origin = git.run(root, "config", "remote.origin.url", good=(0, 1)).decode().strip()
    except (git.GitError, UnicodeDecodeError):
        return Addresses()
    return Addresses(forge.repository(origin), forge.web_url(origin), forge.clone_urls(origin))


def _heading(root: Path) -> str:
    """The README's first heading."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        first = (root / "README.md").read_text(encoding="utf-8").lstrip().partition("\n")[0]
        return first[2:].strip() if first.startswith("# ") else ""
    return ""
