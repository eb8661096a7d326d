"""Reads numbers out of TensorBoard's event files: records of length, checksums and a protobuf.

By hand, because TensorBoard's own reader brings half a gigabyte of packages along.
Source: https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto
and summary.proto, tensor.proto beside it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

LONGEST = 2**20  # bytes of a record with numbers_in in it
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
STEP, SUMMARY = 2, 5  # of an event
VALUE = 1  # of a summary
TAG, SIMPLE, TENSOR = 1, 2, 8  # of a value
DTYPE, CONTENT, FLOATS, DOUBLES = 1, 4, 5, 6  # of a tensor
FLOAT, DOUBLE = 1, 2  # types of a tensor


def numbers_in(body: bytes) -> Iterator[tuple[str, int, float]]:
    """Yield (tag, step, value) of every scalar in the records that are whole."""
    at = 0
    while at + 12 <= len(body):
        (length,) = struct.unpack_from("<Q", body, at)
        record = body[at + 12 : at + 12 + length]
        if length > LONGEST or len(record) < length:
            return
        at += 12 + length + 4
        yield from _of_event(record)


def _of_event(event: bytes) -> Iterator[tuple[str, int, float]]:
    fields = list(_fields(event))
    step = next((value for key, value in fields if key == STEP and isinstance(value, int)), 0)
    for key, summary in fields:
        if key == SUMMARY and isinstance(summary, bytes):
            for inner, value in _fields(summary):
                if inner == VALUE and isinstance(value, bytes):
                    yield from _of_value(value, step)


def _of_value(value: bytes, step: int) -> Iterator[tuple[str, int, float]]:
    said = dict(_fields(value))
    tag, simple, tensor = said.get(TAG), said.get(SIMPLE), said.get(TENSOR)
    number = None
    if isinstance(simple, bytes):
        (number,) = struct.unpack("<f", simple)
    elif isinstance(tensor, bytes):
        number = _of_tensor(dict(_fields(tensor)))
    if isinstance(tag, bytes) and number is not None:
        yield tag.decode("utf-8", "replace"), step, number


def _of_tensor(said: dict[int, int | bytes]) -> float | None:
    """The number of a tensor that holds one, in whichever of three places."""
    form, size = {FLOAT: ("<f", 4), DOUBLE: ("<d", 8)}.get(int(said.get(DTYPE, 0)), ("", 0))
    for key in (CONTENT, FLOATS, DOUBLES):
        body = said.get(key)
        if size and isinstance(body, bytes) and len(body) == size:
            return float(struct.unpack(form, body)[0])
    return None


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(number, value) of a protobuf's fields. Raises ValueError for what is none."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == VARINT:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        size, at = (
            _varint(message, at) if kind == BYTES else ({FIXED64: 8, FIXED32: 4}.get(kind, 0), at)
        )
        if at + size > len(message) or kind not in (BYTES, FIXED64, FIXED32):
            raise ValueError("no event")
        yield key >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(10):
        if at + place >= len(message):
            break
        byte = message[at + place]
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    raise ValueError("no event")
