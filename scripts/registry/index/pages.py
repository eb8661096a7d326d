"""Stores a table in a file by pages of rows, as its cells are in memory.

A page says how many rows it has, and how many bytes of paths and of words; then come the paths, the
cells column by column, and the words: the ETags that are no MD5, which no cell can hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from struct import Struct
from typing import Any, BinaryIO

from registry.index.columns import WIDTHS
from registry.index.path_ids import TAG, Numbers
from registry.index.table import Table

_COUNTS = Struct("<3I")


def page(paths: list[str], columns: dict[str, bytes], numbers: Numbers) -> Iterator[bytes]:
    """Yield one page, in pieces: the cells of these paths in the table's columns."""
    names = "\0".join(paths).encode("utf-8", "surrogateescape")
    words = json.dumps(numbers.words(columns["tags"])).encode()
    yield _COUNTS.pack(len(paths), len(names), len(words))
    yield from (names, *columns.values(), words)


def fill(table: Table[Any], file: BinaryIO) -> None:
    """Add the rows of all pages that follow. Raises what garbage causes: see `checksummed`."""
    while counts := file.read(_COUNTS.size):
        _fill(table, file, *_COUNTS.unpack(counts))


def _fill(table: Table[Any], file: BinaryIO, count: int, names: int, words: int) -> None:
    paths = file.read(names).decode("utf-8", "surrogateescape").split("\0")
    columns = {name: bytearray(file.read(count * WIDTHS[name])) for name in table.COLUMNS}
    for at, word in json.loads(file.read(words)):
        columns["tags"][at : at + TAG.size] = table.numbers.cell(word)
    table.fill(paths, *columns.values())
