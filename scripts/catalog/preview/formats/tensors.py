"""safetensors and GGUF: tensors, shapes, types and metadata, from the header alone."""

from __future__ import annotations

import json
import math

from catalog.preview import blocks
from catalog.preview.blocks import Block
from catalog.preview.formats import gguf, tensor_table
from catalog.preview.ranged import Ranged

HEADER = 16 * 2**20


def show(file: Ranged) -> list[Block]:
    if file.head(4) == b"GGUF":
        return gguf.show(file)
    length = int.from_bytes(file.head(8), "little")
    if length > file.size - 8:
        return [blocks.note(f"its header would be {length:,} bytes long, longer than the file")]
    body = file.part(8, length) if length <= HEADER else b""
    if len(body) < length:
        return [blocks.note(f"its header is {length:,} bytes long, longer than what is read")]
    header = json.loads(body)
    meta = header.pop("__metadata__", None)
    room = file.size - 8 - length
    beyond = [name for name, t in header.items() if not 0 <= t["data_offsets"][1] <= room]
    rows = [(n, t["dtype"], t["shape"], math.prod(t["shape"])) for n, t in header.items()]
    return [*tensor_table.blocks_of(rows, meta), *_lies(beyond)]


def _lies(beyond: list[str]) -> list[Block]:
    if not beyond:
        return []
    return [blocks.note(f"the header is wrong: {beyond[0]} would lie beyond the end of the file")]
