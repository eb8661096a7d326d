"""Reads what S3 lists below an entry, and names the keys that no disk should get."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from registry import names
from registry.index import scan
from registry.index.baseline import Rows
from registry.index.columns import field_of
from registry.index.path_ids import Numbers
from registry.index.table import Table, blocks
from registry.remote.s3 import Client, Object

NAME_BYTES = 255
TIME_LETTERS = 24  # of a time to the millisecond


class Objects(Table[Object]):
    """{path: Object} of keys that begin with `prefix`."""

    COLUMNS = ("sizes", "tags", "times")
    sizes: bytearray
    tags: bytearray
    times: bytearray

    def __init__(self, numbers: Numbers | None = None, prefix: str = "") -> None:
        super().__init__(numbers)
        self.prefix = prefix

    def put(self, number: int, row: Object) -> None:
        _, size, tag, modified, *_ = row
        self.set_cell("sizes", number, size.to_bytes(8, "little"))
        self.set_tag(number, tag)
        self.set_cell("times", number, _short(modified).encode().ljust(TIME_LETTERS, b"\0"))

    def take(self, path: str, number: int) -> Object:
        size = int.from_bytes(self.cell("sizes", number), "little")
        modified = self.cell("times", number).rstrip(b"\0").decode()
        return Object(self.prefix + path, size, self.tag(number), modified)

    def content(self, path: str) -> tuple[int, str]:
        """Return the size and the ETag of one."""
        number = self.numbers[path]
        return memoryview(self.sizes).cast("Q")[number], self.tag(number)

    @property
    def bytes(self) -> int:
        """The size of all of them."""
        return sum(memoryview(self.sizes).cast("Q"))

    def bytes_of(self, paths: Iterable[str]) -> int:
        """Return the size of these."""
        sizes, numbers = memoryview(self.sizes).cast("Q"), self.numbers
        return sum(sizes[numbers[path]] for path in paths)

    def by_path(self) -> Iterator[tuple[str, int, str]]:
        """Yield (path, size, ETag) of all, by path."""
        for paths, (sizes, tags) in blocks(self, "sizes", "tags"):
            yield from zip(
                paths, memoryview(sizes).cast("Q"), self.numbers.texts(tags), strict=True
            )

    @classmethod
    def of(cls, rows: Rows, prefix: str) -> Objects:
        """Return the objects that a baseline says there are."""
        objects = cls(rows.numbers, prefix)
        objects.take_over(rows, "tags")
        objects.sizes = bytearray(field_of(rows.stats, 0).tobytes())
        return objects


def _short(modified: str) -> str:
    """To the millisecond, as S3 writes it; where a store is finer than that, to the second."""
    return modified if len(modified) <= TIME_LETTERS and modified.isascii() else modified[:19] + "Z"


@dataclass
class Listing:
    """{path: Object} of the entry's data, and a line for each key that must not come here.

    `unfit`: the paths of those that can be no path here under any circumstances.
    """

    files: Objects = field(default_factory=Objects)
    problems: list[str] = field(default_factory=list)
    unfit: list[str] = field(default_factory=list)


def read(client: Client, prefix: str, numbers: Numbers | None = None) -> Listing:
    """List an entry. Raises Unreachable rather than returning a part."""
    return from_objects(client.list(prefix), prefix, numbers)


def from_objects(objects: Iterable[Object], prefix: str, numbers: Numbers | None = None) -> Listing:
    listing = Listing(Objects(numbers, prefix))
    for row in objects:
        path = row.key[len(prefix) :]
        if (not path or path.endswith("/")) and row.size == 0:
            continue  # what consoles write to show a folder
        why = unfit(path)
        if why:
            listing.problems.append(f"{row.key!r}: {why}")
            listing.unfit.append(path)
        elif scan.travels(path):
            listing.files[path] = row
    listing.problems += _both_file_and_folder(listing.files, prefix)
    return listing


def unfit(path: str) -> str:
    """Return why a key cannot become a path here; "" if it can."""
    parts = path.split("/")
    if "" in parts:
        return "an empty name between slashes"
    if "." in parts or ".." in parts:
        return "a key that walks out of its folder"
    if names.CONTROL.search(path):
        return "a control character in the key"
    try:
        if len(path.encode()) > NAME_BYTES and max(len(p.encode()) for p in parts) > NAME_BYTES:
            return f"a name longer than a disk takes, {NAME_BYTES} bytes"
    except UnicodeEncodeError:
        return "a key that is not UTF-8"
    return ""


def _both_file_and_folder(files: Mapping[str, Object], prefix: str) -> list[str]:
    folders = set()
    for path in files:
        while "/" in path:
            path = path.rpartition("/")[0]
            if path in folders:
                break
            folders.add(path)
    return [f"{prefix + path!r}: a file and a folder at once" for path in files if path in folders]
