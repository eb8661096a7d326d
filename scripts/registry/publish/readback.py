"""Reads a mirror as a stranger does: without keys, by plain GET, and never by LIST."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from registry import interrupt, parallel
from registry.publish.visitors import Spoilt, Unserved, Visitor

HANDS = 8


class _Text:
    """Keeps what is read."""

    def __init__(self) -> None:
        self.body = b""

    def restart(self) -> None:
        self.body = b""

    def write(self, block: memoryview) -> None:
        self.body += block


class _Digest:
    """Takes the SHA-256 of what is read."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.hash, self.size = hashlib.sha256(), 0

    def write(self, block: memoryview) -> None:
        self.hash.update(block)
        self.size += len(block)


def read(way: Visitor, name: str) -> bytes:
    """Return all of a document. Raises Unserved."""
    served = _Text()
    way.fetch(name, served)
    return served.body


def check(way: Visitor, name: str, body: bytes) -> None:
    """A document is read as it was written. Raises Unserved."""
    if read(way, name) != body:
        cure = "url must be the target's address, and a cache before it must heed cache-control"
        raise Unserved(name, f"another text is served than was written: {cure}")


def check_blobs(way: Visitor, wanted: Iterable[tuple[str, int]], whole: set[str]) -> None:
    """Blobs (name, size) can be read; those of `whole` are read to their end and compared."""

    def one(item: tuple[str, int]) -> None:
        name, size = item
        if interrupt.asked.is_set():
            raise KeyboardInterrupt
        if name in whole:
            _compare(way, name, size)
        elif way.size(name) not in (size, -1):
            raise Unserved(name, f"it has not {size} bytes: delete it, and publish again")

    for _ in parallel.over(wanted, one, HANDS):
        pass


def _compare(way: Visitor, name: str, size: int) -> None:
    served = _Digest()
    way.fetch(name, served)
    if (served.hash.hexdigest(), served.size) != (name.rpartition("/")[2], size):
        raise Spoilt(name)
