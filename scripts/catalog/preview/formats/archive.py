"""Archives: their table of contents. Nothing is unpacked to the disk."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from itertools import islice
from typing import Any

from catalog.preview import blocks
from catalog.preview.blocks import Block
from catalog.preview.formats import hexadecimal, text
from catalog.preview.ranged import Ranged, TooMuch

MEMBERS = 1000  # that are counted
UNPACKED = 64 * 2**20  # bytes that are unpacked to find the names in a packed tar
PACKED = {"gz": gzip.open, "tgz": gzip.open, "bz2": bz2.open, "xz": lzma.open}
HEAD = ("name", "bytes", "packed")


def show(file: Ranged) -> list[Block]:
    name = file.path.lower()
    if file.head(4)[:2] == b"PK":
        with zipfile.ZipFile(io.BufferedReader(file)) as whole:
            return of_zip(whole)
    ending = name.rpartition(".")[2]
    if ending not in PACKED:
        return _tar(io.BufferedReader(file, 16 * 1024))
    opener: Any = PACKED[ending]
    opened = opener(io.BufferedReader(file))
    if ".tar." in name or ending == "tgz":
        return _tar(_Limited(opened))
    body = opened.read(text.HEAD)
    if not text.is_text(body):
        return [blocks.note("unpacked, it begins with"), hexadecimal.first_bytes(body)]
    lines = text.decode(body)[0].splitlines()[: text.FIRST]
    return [blocks.text(lines, f"Unpacked, the first {len(lines)} lines")]


def of_zip(whole: zipfile.ZipFile) -> list[Block]:
    infos = whole.infolist()
    total, packed = sum(i.file_size for i in infos), sum(i.compress_size for i in infos)
    rows = [(i.filename, i.file_size, i.compress_size) for i in infos[: blocks.ROWS]]
    return [
        blocks.facts(members=len(infos), unpacked=total, packed=packed),
        blocks.table(HEAD, rows),
    ]


def _tar(file: Any) -> list[Block]:  # noqa: ANN401  # a file that can be read
    rows: list[tuple[str, object, object]] = []
    notes = []
    try:
        with tarfile.open(fileobj=file, mode="r|" if isinstance(file, _Limited) else "r:") as whole:
            for member in islice(whole, MEMBERS):
                rows.append(
                    (member.name, member.size if member.isfile() else "folder or link", None)
                )
    except (TooMuch, EOFError, tarfile.ReadError) as error:
        if not rows:
            raise
        notes = [blocks.note(f"more members may follow: {error}")]
    if len(rows) == MEMBERS:
        notes = [blocks.note(f"only the first {MEMBERS:,} members were counted")]
    shown = [row[:2] for row in rows[: blocks.ROWS]]
    return [blocks.facts(members=len(rows)), *notes, blocks.table(HEAD[:2], shown)]


class _Limited:
    """Unpacks no more than is worth the names that it finds."""

    def __init__(self, file: Any) -> None:  # noqa: ANN401
        self.file, self.left = file, UNPACKED

    def read(self, count: int) -> bytes:
        body: bytes = self.file.read(count)
        self.left -= len(body)
        if self.left < 0:
            raise TooMuch(f"more than {UNPACKED >> 20} MiB would have to be unpacked")
        return body
