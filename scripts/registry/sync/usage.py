"""Tells when the files of entries were last read or written, as far as the disk notes it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from registry.entries import Entry

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
