"""Finds what the registry is called, and where people see its repository."""

from __future__ import annotations

import contextlib
from pathlib import Path

from registry import forge, git


def name(root: Path, web: str) -> str:
    """Return the repository's on its forge, else the README's heading, else the folder's."""
    return web.rpartition("/")[2] or _heading(root) or root.name


def addresses(root: Path) -> tuple[str, str]:
    """(the repository, its files) for people, from Git's `origin`, if it is on a known forge."""
    try:
        origin = git.run(root, "config", "remote.origin.url", good=(0, 1)).decode().strip()
    except (git.GitError, UnicodeDecodeError):
        return "", ""
    return forge.repository(origin), forge.web_url(origin)


def _heading(root: Path) -> str:
    """The README's first heading."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        first = (root / "README.md").read_text(encoding="utf-8").lstrip().partition("\n")[0]
        return first[2:].strip() if first.startswith("# ") else ""
    return ""
