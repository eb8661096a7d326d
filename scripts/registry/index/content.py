"""Names an entry's content: a SHA-256 for each file, a list of them, and its version.

The list has one line `<sha256> <size> <path>` for each file, by the paths' bytes; the version is
the SHA-256 of the list. So the same bytes have the same version, whoever moved them, in whatever
parts and under whatever name the entry has. Paths hold no control characters.

What was read once is remembered under the ETag of the bytes, in `.registry/content/`, so that
nothing is read twice. It is only a cache: losing it costs time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from struct import error as Unfit
from typing import Any, BinaryIO, NamedTuple

from registry.entries import Entry
from registry.index import checksummed, listing, pages
from registry.index.listing import Objects
from registry.index.path_ids import Numbers
from registry.index.table import Table, blocks

FORMAT = 1
DIGITS = 64  # of a version, and of a file's hash
DIGITS_SHOWN = 12  # digits of a version that people see and type


class FileHash(NamedTuple):
    """The SHA-256, in hex, of the bytes that have this ETag."""

    etag: str
    sha256: str


class FileHashes(Table[FileHash]):
    """{path: FileHash}."""

    COLUMNS = ("tags", "hashes")
    tags: bytearray
    hashes: bytearray

    def put(self, number: int, row: FileHash) -> None:
        self.set_tag(number, row.etag)
        self.set_cell("hashes", number, bytes.fromhex(row.sha256))

    def take(self, path: str, number: int) -> FileHash:
        return FileHash(self.tag(number), self.cell("hashes", number).hex())

    def of(self, path: str, tag: str) -> str:
        """Return the SHA-256 of a path's bytes of this ETag; "" if nobody read them."""
        known = self.get(path)
        return known.sha256 if known and known.etag == tag else ""


class Line(NamedTuple):
    """A file in a list."""

    sha256: str
    size: int


Lines = dict[str, Line]  # {path: Line}, as a list that was read has them


class BadList(ValueError):
    """What is no list of contents, or not the one that its name says."""


class ContentList:
    """The list of what S3 lists of an entry, made page by page: it may be larger than memory."""

    def __init__(self, objects: Objects, known: FileHashes) -> None:
        self._objects, self._known = objects, known
        total, self.size = sha256(), 0
        for page in self:
            total.update(page)
            self.size += len(page)
        self.version = total.hexdigest()

    def __iter__(self) -> Iterator[bytes]:
        """Raises KeyError for a file whose bytes nobody read."""
        for paths, (sizes,) in blocks(self._objects, "sizes"):
            rows = zip(paths, memoryview(sizes).cast("Q"), strict=True)
            yield "".join(f"{self._known[p].sha256} {size} {p}\n" for p, size in rows).encode()

    def sha256(self) -> str:
        """Return what a signed request says of it: that is its version."""
        return self.version


def lacking(objects: Objects, known: FileHashes) -> list[str]:
    """Return the paths of which nobody read the bytes that S3 lists."""
    return [path for path, row in objects.items() if not known.of(path, row.etag)]


def text(lines: Mapping[str, Line]) -> bytes:
    """Return the list of these files."""
    ordered = sorted(lines.items(), key=lambda item: item[0].encode())
    return "".join(f"{line.sha256} {line.size} {path}\n" for path, line in ordered).encode()


def version_of(lines: Mapping[str, Line]) -> str:
    return sha256(text(lines)).hexdigest()


def parse(body: bytes, named: str) -> Lines:
    """Return the files of a list.

    Raises BadList unless it is, byte by byte, that of this version.
    """
    return dict(rows(body, named))


def rows(body: bytes, named: str) -> Iterator[tuple[str, Line]]:
    """Yield (path, line) of each file; raises as `parse` does. A list may be of a million."""
    if sha256(body).hexdigest() != named:
        raise BadList(named)
    try:
        for row in BytesIO(body):
            digest, size, path = row.decode().removesuffix("\n").split(" ", 2)
            if listing.unfit(path):  # somebody made it by hand: nothing is read or written there
                raise BadList(named)
            yield path, Line(digest, int(size))
    except ValueError:
        raise BadList(named) from None


def is_version(word: str) -> bool:
    return len(word) == DIGITS and not word.strip("0123456789abcdef")


def short(named: str) -> str:
    """Return a version as people see and type it."""
    return named[:DIGITS_SHOWN] or "unknown"


def load(entry: Entry, remote: str, numbers: Numbers) -> FileHashes:
    """Return what is remembered of this remote; nothing if the file is missing, torn, another's."""
    known = FileHashes(numbers)

    def take(head: dict[str, Any], file: BinaryIO) -> None:
        if (head["format"], head["remote"]) != (FORMAT, remote):
            raise Unfit
        pages.fill(known, file)

    return known if checksummed.read(_path(entry), take) else FileHashes(numbers)


def save(entry: Entry, remote: str, known: FileHashes) -> None:
    """Write all of it, whole or not at all."""
    checksummed.write(_path(entry), _pages(known), lambda: {"format": FORMAT, "remote": remote})


def forget(entry: Entry) -> None:
    _path(entry).unlink(missing_ok=True)


def _pages(known: FileHashes) -> Iterator[bytes]:
    for paths, (tags, hashes) in blocks(known, "tags", "hashes"):
        yield from pages.page(paths, {"tags": tags, "hashes": hashes}, known.numbers)


def _path(entry: Entry) -> Path:
    return entry.root / ".registry" / "content" / entry.section / (entry.name + ".rows")
