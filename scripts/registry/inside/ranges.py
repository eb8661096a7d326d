"""Reads a range of a file's bytes, from this disk or from S3, and never more than was asked for."""

from __future__ import annotations

import os

from registry.errors import Unreachable
from registry.inside.contents import File
from registry.remote.s3 import Client


def read(file: File, client: Client | None, offset: int, count: int) -> bytes:
    """Raises OSError or Unreachable when nobody has the bytes."""
    if file.place:
        return _of_disk(file.place, offset, count)
    if not client or not file.key:
        raise Unreachable("nobody has its bytes")
    return _of_s3(client, file.key, offset, count)


def _of_disk(place: str, offset: int, count: int) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)  # a pipe in its place would not answer
    with open(os.open(place, flags), "rb") as file:
        file.seek(offset)
        return file.read(count)


class _Bounded:
    """Takes no more than was asked for: a store that knows no ranges sends the whole file."""

    def __init__(self, most: int) -> None:
        self.most, self.body = most, bytearray()

    def restart(self) -> None:
        self.body.clear()

    def write(self, piece: memoryview) -> None:
        self.body += piece
        if len(self.body) > self.most:
            raise Unreachable("the store sends more than it was asked for")


def _of_s3(client: Client, key: str, offset: int, count: int) -> bytes:
    sink = _Bounded(count)
    span = {"range": f"bytes={offset}-{offset + count - 1}"}
    client.request("GET", key, headers=span, sink=sink)
    return bytes(sink.body)
