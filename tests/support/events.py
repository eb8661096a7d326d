"""TensorBoard's event files, for the tests."""

from __future__ import annotations

import struct


def event(step: int, tag: str, value: float, as_tensor: bool = False) -> bytes:
    """A record as TensorBoard writes it; its checksums are not looked at."""

    def field(number: int, kind: int, body: bytes) -> bytes:
        size = bytes([len(body)]) if kind == 2 else b""
        return bytes([number << 3 | kind]) + size + body

    number = struct.pack("<f", value)
    held = (
        field(8, 2, field(1, 0, b"\x01") + field(4, 2, number))
        if as_tensor
        else field(2, 5, number)
    )
    summary = field(1, 2, field(1, 2, tag.encode()) + held)
    body = field(1, 1, struct.pack("<d", 0)) + field(2, 0, bytes([step])) + field(5, 2, summary)
    return struct.pack("<Q", len(body)) + bytes(4) + body + bytes(4)
