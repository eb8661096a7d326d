"""Tells when the files of entries were last read or written, as far as the disk notes it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from registry.entries import Entry
from registry.errors import Refusal

NOATIME = getattr(os, "ST_NOATIME", 0)  # not known on macOS


class Usage(NamedTuple):
    """`last`: seconds since the epoch; with `is_blind` only writes are told, not reads."""

    entry: Entry
    files: int
    bytes: int
    last: float
    is_blind: bool


def of(entry: Entry, base: Path, paths: Iterable[str]) -> Usage:
    """Of these files below `base`; one that goes meanwhile counts as none."""
    stats = []
    for path in paths:
        try:
            stats.append(os.stat(base / path))
        except OSError:
            continue
    last = max((max(stat.st_atime, stat.st_mtime) for stat in stats), default=0.0)
    blind = bool(base.exists() and os.statvfs(base).f_flag & NOATIME)
    return Usage(entry, len(stats), sum(stat.st_size for stat in stats), last, blind)


def not_since(used: list[Usage], moment: float) -> list[Usage]:
    """Return those that nobody used since; none where the disk does not note it."""
    blind = [one.entry for one in used if one.is_blind]
    if blind:
        raise Refusal(
            f"the disk of {blind[0].section}/ does not note when files are read (noatime), so "
            "UNUSED cannot tell: name the entries with DATASET="
        )
    return [one for one in used if one.last < moment]
