"""Packs rows by path into tables: a million take a tenth of what a dict of tuples takes.

The tables of one entry share one {path: number}. Each keeps its cells in byte arrays, the cell of
a path at its number; a path that a table lacks has zeros there. So two tables are compared, copied
and stored at the speed of memory, and rows become objects only where somebody looks at them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import ItemsView, Iterator, MutableMapping, ValuesView
from copy import copy
from hashlib import blake2b
from itertools import compress
from typing import Any, ClassVar, TypeVar

from registry.index.columns import WIDTHS, cells, padded
from registry.index.path_ids import Numbers

R = TypeVar("R")
T = TypeVar("T", bound="Table[Any]")
BLOCK = 256  # rows compared at a time
PAGE = 4096  # rows stored or digested at a time


class Table(MutableMapping[str, R]):
    """{path: row}, in the order in which the paths were first seen by any table of the entry.

    A subclass names its columns, and says how a row is put in them and taken out.
    """

    COLUMNS: ClassVar[tuple[str, ...]]

    def __init__(self, numbers: Numbers | None = None) -> None:
        self.numbers = Numbers() if numbers is None else numbers
        self.clear()

    @abstractmethod
    def put(self, number: int, row: R) -> None:
        """Pack a row into the columns."""

    @abstractmethod
    def take(self, path: str, number: int) -> R:
        """Make the row of this path and number again."""

    def clear(self) -> None:
        self.present = bytearray()  # 1 for the numbers that have a row
        self._count = 0
        for name in self.COLUMNS:
            setattr(self, name, bytearray())

    def __getitem__(self, path: str) -> R:
        number = self.numbers.get(path, -1)
        if number < 0 or number >= len(self.present) or not self.present[number]:
            raise KeyError(path)
        return self.take(path, number)

    def get(self, path: str, default: R | None = None) -> R | None:  # type: ignore[override]
        number = self.numbers.get(path, -1)
        if number < 0 or number >= len(self.present) or not self.present[number]:
            return default
        return self.take(path, number)

    def __contains__(self, path: object) -> bool:
        number = self.numbers.get(path, -1)  # type: ignore[call-overload]
        return 0 <= number < len(self.present) and bool(self.present[number])

    def __setitem__(self, path: str, row: R) -> None:
        number = self.numbers[path]
        if number >= len(self.present):
            self.widen()
        self.put(number, row)
        if not self.present[number]:
            self.present[number] = 1
            self._count += 1

    def __delitem__(self, path: str) -> None:
        if path not in self:
            raise KeyError(path)
        number = self.numbers[path]
        for name in self.COLUMNS:
            width = WIDTHS[name]
            getattr(self, name)[number * width : (number + 1) * width] = bytes(width)
        self.present[number] = 0
        self._count -= 1

    def __iter__(self) -> Iterator[str]:
        return compress(self.numbers, self.present)

    def __len__(self) -> int:
        return self._count

    def items(self) -> ItemsView[str, R]:
        return _Items(self)

    def values(self) -> ValuesView[R]:
        return _Values(self)

    def widen(self, room: int = 64) -> None:
        """Have cells for every number that there is, and some more."""
        more = len(self.numbers) + room - len(self.present)
        if more > 0:
            self.present += bytes(more)
            for name in self.COLUMNS:
                column = getattr(self, name)
                column += bytes(more * WIDTHS[name])

    def fill(self, paths: list[str], *cells: bytes | bytearray) -> None:
        """Set a page of rows that are new: the cells of each column, one after the other."""
        numbers = self.numbers.of(paths)
        self.widen()
        self._count += len(paths)
        for name, new in zip(self.COLUMNS, cells, strict=True):
            column, width = getattr(self, name), WIDTHS[name]
            if isinstance(numbers, range):
                column[numbers.start * width : numbers.stop * width] = new
            else:
                for at, n in enumerate(numbers):
                    column[n * width : (n + 1) * width] = new[at * width : (at + 1) * width]
        for n in numbers:
            self.present[n] = 1

    def on(self: T, numbers: Numbers) -> T:
        """Return the same rows in a table that uses these numbers; itself if it does."""
        if self.numbers is numbers:
            return self
        table = copy(self)
        table.numbers = numbers
        table.clear()
        table.update(self)
        return table

    def take_over(self, other: Table[Any], *columns: str) -> None:
        """Fill this empty table with columns of another; the others stay zeros."""
        self.present, self._count = other.present[:], other._count
        for name in self.COLUMNS:
            empty = len(self.present) * WIDTHS[name]
            setattr(self, name, getattr(other, name)[:] if name in columns else bytearray(empty))

    def merge(self, other: Table[Any], *columns: str) -> None:
        """Set these columns of every row of another table that shares the numbers."""
        self.widen()
        for start in range(0, len(other.present), BLOCK):
            rows = slice(start, min(start + BLOCK, len(other.present)))
            if other.present[rows].count(0):
                numbers = compress(range(rows.start, rows.stop), other.present[rows])
                pieces = [slice(n, n + 1) for n in numbers]
            else:
                pieces = [rows]
            for piece in pieces:
                self._count += self.present[piece].count(0)
                self.present[piece] = other.present[piece]
                for name in columns:
                    width = WIDTHS[name]
                    cells = slice(piece.start * width, piece.stop * width)
                    getattr(self, name)[cells] = getattr(other, name)[cells]

    def mark(self, *columns: str) -> bytes:
        """Differs between tables that share numbers and differ in these columns."""
        end = self.present.rfind(1) + 1
        digest = blake2b(self.present[:end], digest_size=32)
        for name in columns:
            digest.update(memoryview(getattr(self, name))[: end * WIDTHS[name]])
        return digest.digest()

    def set_cell(self, column: str, number: int, cell: bytes) -> None:
        width = WIDTHS[column]
        getattr(self, column)[number * width : (number + 1) * width] = cell

    def cell(self, column: str, number: int) -> bytearray:
        width = WIDTHS[column]
        cell: bytearray = getattr(self, column)[number * width : (number + 1) * width]
        return cell

    def set_tag(self, number: int, tag: str) -> None:
        self.set_cell("tags", number, self.numbers.cell(tag))

    def tag(self, number: int) -> str:
        return self.numbers.text(self.cell("tags", number))


class _Items(ItemsView[str, R]):
    _mapping: Table[R]

    def __iter__(self) -> Iterator[tuple[str, R]]:
        table = self._mapping
        numbers = compress(range(len(table.present)), table.present)
        return zip(table, map(table.take, table, numbers), strict=True)


class _Values(ValuesView[R]):
    _mapping: Table[R]

    def __iter__(self) -> Iterator[R]:
        table = self._mapping
        return map(table.take, table, compress(range(len(table.present)), table.present))


def unlike(flags: bytearray, one: Table[Any], other: Table[Any], column: str) -> None:
    """Flag every number at which two tables differ: in this column, or in having a row at all."""
    width, mine, theirs = WIDTHS[column], getattr(one, column), getattr(other, column)
    for start in range(0, len(flags), BLOCK):
        rows = slice(start, min(start + BLOCK, len(flags)))
        same_rows = padded(one.present, 1, rows) == padded(other.present, 1, rows)
        if same_rows and padded(mine, width, rows) == padded(theirs, width, rows):
            continue
        for n in range(rows.start, rows.stop):
            row = slice(n, n + 1)
            if padded(one.present, 1, row) != padded(other.present, 1, row) or (
                padded(mine, width, row) != padded(theirs, width, row)
            ):
                flags[n] = 1


def blocks(table: Table[Any], *columns: str) -> Iterator[tuple[list[str], list[bytes]]]:
    """Yield all rows by path, a block at a time: the paths, and their cells, column by column."""
    paths = sorted(table)
    for start in range(0, len(paths), PAGE):
        page = paths[start : start + PAGE]
        numbers = list(map(table.numbers.__getitem__, page))
        yield page, [cells(getattr(table, name), WIDTHS[name], numbers) for name in columns]


class Tags(Table[str]):
    """{path: ETag}."""

    COLUMNS = ("tags",)
    tags: bytearray

    def put(self, number: int, row: str) -> None:
        self.set_tag(number, row)

    def take(self, path: str, number: int) -> str:
        return self.tag(number)
