"""Identifies a file on this disk by size, mtime and inode."""

from __future__ import annotations

import os
import stat as modes
import sys
from array import array
from collections.abc import Iterable
from typing import NamedTuple

from registry.index.columns import field_of, set_stat, stat_at
from registry.index.table import Table

MOST = 2**63 - 1  # what a table holds; times and inodes beyond are wrapped around


class Stat(NamedTuple):
    """What tells that a file is untouched: size in bytes, times in ns, inode."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class Stats(Table[Stat]):
    """{path: Stat}."""

    COLUMNS = ("stats",)
    stats: bytearray

    def put(self, number: int, row: Stat) -> None:
        set_stat(self.stats, number, row)

    def add_all(self, paths: list[str], statuses: list[os.stat_result]) -> None:
        """Add rows that are new, in one piece: a walk does little else."""
        try:
            cells = array("q")
            for one in statuses:
                cells.extend((one.st_size, one.st_mtime_ns, one.st_ctime_ns, one.st_ino))
        except OverflowError:
            cells = array("q", (n for one in statuses for n in from_stat(one)))
        if sys.byteorder == "big":
            cells.byteswap()
        self.fill(paths, cells.tobytes())

    def bytes_of(self, paths: Iterable[str]) -> int:
        """Return the size of these."""
        numbers, sizes = self.numbers, field_of(self.stats, 0)
        return sum(sizes[numbers[path]] for path in paths)

    def take(self, path: str, number: int) -> Stat:
        return Stat._make(stat_at(self.stats, number))


def stat_of(path: str | os.PathLike[str]) -> Stat | None:
    """Return the Stat of a regular file, through links; None if there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return from_stat(status) if modes.S_ISREG(status.st_mode) else None


def from_stat(status: os.stat_result) -> Stat:
    stat = Stat(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    if -MOST <= stat.mtime_ns <= MOST and stat.inode <= MOST:
        return stat
    return Stat(*((n + MOST + 1) % 2**64 - MOST - 1 for n in stat))
