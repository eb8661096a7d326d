"""Reads and writes the columns of a table: cells of one width, one after the other in bytes."""

from __future__ import annotations

from struct import Struct

from registry.index.path_ids import TAG

STAT = Struct("<4q")
WIDTHS = {"stats": STAT.size, "tags": TAG.size, "sizes": 8, "times": 24, "said": 1, "hashes": 32}


def set_stat(stats: bytearray, number: int, stat: tuple[int, int, int, int]) -> None:
    """Pack a stat (size, mtime, ctime, inode) into a column of them."""
    STAT.pack_into(stats, number * STAT.size, *stat)


def stat_at(stats: bytearray, number: int) -> tuple[int, ...]:
    return STAT.unpack_from(stats, number * STAT.size)


def field_of(stats: bytes | bytearray, field: int) -> memoryview:
    """Return one field of every stat of a column: 0 the sizes, 1 the mtimes, 2 the ctimes."""
    return memoryview(stats).cast("q")[field::4]


def cells(column: bytearray, width: int, numbers: list[int]) -> bytes:
    """Return the cells at these numbers, one after the other."""
    first, end = numbers[0], numbers[-1] + 1
    if end - first == len(numbers) and numbers == list(range(first, end)):
        return bytes(column[first * width : end * width])
    return b"".join([column[n * width : (n + 1) * width] for n in numbers])


def padded(column: bytearray, width: int, rows: slice) -> bytearray:
    """Cells of a column, which may be shorter: then the rest are zeros."""
    cells = column[rows.start * width : rows.stop * width]
    return cells.ljust((rows.stop - rows.start) * width, b"\0")
