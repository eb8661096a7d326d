"""GGUF: its header, value by value. https://github.com/ggml-org/ggml/blob/master/docs/gguf.md"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterator

from catalog.preview import blocks
from catalog.preview.blocks import Block
from catalog.preview.formats import tensor_table
from catalog.preview.ranged import Ranged, TooMuch

PLAIN = ("<B", "<b", "<H", "<h", "<I", "<i", "<f", "<?")
STRING, ARRAY, LONG = 8, 9, {10: "<Q", 11: "<q", 12: "<d"}
MOST_KEYS, MOST_TENSORS, LONGEST, DEEPEST = 2000, 20_000, 65_535, 4
TYPES = {0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1",
         10: "Q2_K", 11: "Q3_K", 12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 24: "I8",
         25: "I16", 26: "I32", 27: "I64", 28: "F64", 30: "BF16"}  # fmt: skip


def show(file: Ranged) -> list[Block]:
    reader = _Reader(file)
    _, version, count, keys = reader.take("<4sIQQ")
    if keys > MOST_KEYS or count > MOST_TENSORS:
        return [
            blocks.note(f"its header says {count:,} tensors and {keys:,} keys: that is not read")
        ]
    meta: dict[str, object] = {"version": version, "tensors": count}
    rows: list[tuple[str, str, list[int], int]] = []
    notes = []
    try:
        for key, value in reader.pairs(keys):
            meta[key] = value
        rows = list(reader.tensors(count))
    except TooMuch:
        notes = [blocks.note("the rest of its header lies beyond what is read of an entry")]
    shown = (
        tensor_table.blocks_of(rows, meta)
        if rows
        else [blocks.table(("key", "value"), list(meta.items()))]
    )
    return [*notes, *shown]


class _Reader:
    def __init__(self, file: Ranged) -> None:
        self.file = io.BufferedReader(file, 64 * 1024)

    def take(self, form: str) -> tuple[int, ...]:
        body = self.file.read(struct.calcsize(form))
        return struct.unpack(form, body)

    def string(self) -> str:
        (length,) = self.take("<Q")
        if length > LONGEST:
            raise ValueError(f"a text of {length:,} bytes")
        return self.file.read(length).decode("utf-8", "replace")

    def pairs(self, count: int) -> Iterator[tuple[str, object]]:
        for _ in range(count):
            key = self.string()
            yield key, self.value(self.take("<I")[0])

    def value(self, kind: int, depth: int = 0) -> object:
        """Return a value; of an array its length alone, for a vocabulary is nothing to look at."""
        if kind < len(PLAIN):
            return self.take(PLAIN[kind])[0]
        if kind in LONG:
            return self.take(LONG[kind])[0]
        if kind == STRING:
            return self.string()
        if kind != ARRAY or depth > DEEPEST:
            raise ValueError(f"a value of the type {kind}")
        inner, length = self.take("<IQ")
        form = PLAIN[inner] if inner < len(PLAIN) else LONG.get(inner)
        if form:
            self.file.seek(struct.calcsize(form) * length, io.SEEK_CUR)
        else:
            for _ in range(length):
                self.value(inner, depth + 1)
        return f"{length:,} values"

    def tensors(self, count: int) -> Iterator[tuple[str, str, list[int], int]]:
        for _ in range(count):
            name, (sides,) = self.string(), self.take("<I")
            if sides > 8:
                raise ValueError(f"a tensor of {sides} dimensions")
            shape = list(self.take(f"<{sides}Q"))
            kind, _ = self.take("<IQ")
            yield name, TYPES.get(kind, f"type {kind}"), shape, math.prod(shape)
