"""Tells by sizes and times whether files are those that they were, as Git does."""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path


def stats(paths: Iterable[str]) -> dict[str, list[int] | None]:
    """Return {path: [size, mtime]}, None for what is not there."""
    stamps: dict[str, list[int] | None] = {}
    for path in paths:
        try:
            stat = os.stat(path)
            stamps[path] = [stat.st_size, stat.st_mtime_ns]
        except OSError:
            stamps[path] = None
    return stamps


def maker(root: Path) -> str:
    """A digest of what makes a site: the code, its templates, and the packages installed for it."""
    code = (path for path in sorted((root / "scripts").rglob("*")) if path.is_file())
    packages = sorted((root / ".venv").glob("requirements*.txt"))
    parts = [str(path) for path in code if "__pycache__" not in path.parts]
    return sha256(str(stats([*parts, *map(str, packages)])).encode()).hexdigest()
