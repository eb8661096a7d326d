"""NumPy's files: shape and type of each array, from the headers; no array is read."""

from __future__ import annotations

import ast
import io
import math
import re
import struct
import zipfile
from typing import IO, BinaryIO

from catalog.preview import blocks
from catalog.preview.blocks import Block
from catalog.preview.ranged import Ranged

MAGIC = b"\x93NUMPY"
LONGEST, MOST = 8192, 100


def show(file: Ranged) -> list[Block]:
    if file.head(6) == MAGIC:
        shape, kind, order, header = _header(io.BufferedReader(file))
        facts = blocks.facts(shape=shape, type=kind, order=order)
        item = re.search(r"(\d+)$", kind)
        expected = math.prod(shape) * int(item[1]) if item and kind[1:2] not in "UO" else None
        lies = expected is not None and header + expected != file.size
        return (
            [facts, blocks.note("its header says another size than the file has")]
            if lies
            else [facts]
        )
    with zipfile.ZipFile(io.BufferedReader(file)) as whole:
        rows = [_member(whole, info) for info in whole.infolist()[:MOST]]
    return [blocks.table(("array", "shape", "type", "bytes"), rows, "Arrays")]


def _member(whole: zipfile.ZipFile, info: zipfile.ZipInfo) -> list[object]:
    with whole.open(info) as opened:
        if opened.read(6) != MAGIC:
            return [info.filename, "", "no array", info.file_size]
    with whole.open(info) as opened:
        shape, kind, _, _ = _header(opened)
    return [info.filename.removesuffix(".npy"), shape, kind, info.file_size]


def _header(file: BinaryIO | IO[bytes]) -> tuple[tuple[int, ...], str, str, int]:
    """Shape, type, order and where the data begin.

    Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
    """
    read = file.read
    major = read(8)[6]
    form = "<H" if major == 1 else "<I"
    (length,) = struct.unpack(form, read(struct.calcsize(form)))
    if length > LONGEST:
        raise ValueError(f"a header of {length:,} bytes")
    said = ast.literal_eval(read(length).decode("utf-8"))
    order = "Fortran" if said["fortran_order"] else "C"
    shape = tuple(int(side) for side in said["shape"])
    return shape, str(said["descr"]), order, 8 + struct.calcsize(form) + length
