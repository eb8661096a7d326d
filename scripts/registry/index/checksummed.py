"""Writes and reads files of a header and a long body piece by piece, and trusts only whole ones.

First line: JSON, with the length and the checksum of the body that follows. It alone can be read
cheaply. Nobody reads half a file: it is written beside its place, and renamed when it is whole.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from hashlib import blake2b
from pathlib import Path
from struct import error as Unfit
from typing import Any, BinaryIO

from registry.files import whole

READ = 2**20  # bytes at a time
_ROOM = {"length": 10**18, "checksum": "0" * 32}  # as wide as they get
_SPOILED = (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError, Unfit)


def write(path: Path, pieces: Iterable[bytes], head: Callable[[], dict[str, Any]]) -> None:
    """Write the file durably. `head` is asked once before the pieces, and once after the last.

    What it says afterwards must not be longer.
    """
    digest, length = blake2b(digest_size=16), 0
    room = len(json.dumps({**head(), **_ROOM}))
    with whole(path, durable=True) as file:
        file.write(b" " * room + b"\n")
        for piece in pieces:
            digest.update(piece)
            length += file.write(piece)
        file.seek(0)
        line = json.dumps({**head(), "length": length, "checksum": digest.hexdigest()})
        file.write(line.ljust(room).encode())


def head(path: Path) -> dict[str, Any] | None:
    """Return the first line, if as much follows as it says; None without one."""
    try:
        with open(path, "rb") as file:
            return _head(file)
    except _SPOILED:
        return None


def read(path: Path, take: Callable[[dict[str, Any], BinaryIO], None]) -> bool:
    """Have `take` read the body; False if there is no file of which every byte is right.

    It may have taken some of it then, and what it raises for garbage counts as such.
    """
    try:
        with open(path, "rb") as file:
            header = _head(file)
            start, digest = file.tell(), blake2b(digest_size=16)
            while piece := file.read(READ):
                digest.update(piece)
            if header is None or header["checksum"] != digest.hexdigest():
                return False
            file.seek(start)
            take(header, file)
            return True
    except _SPOILED:
        return False


def _head(file: BinaryIO) -> dict[str, Any] | None:
    header = json.loads(file.readline())
    is_whole = os.fstat(file.fileno()).st_size == file.tell() + header["length"]
    return header if is_whole and isinstance(header, dict) else None
