"""Says what an engine is to move: exactly these files of one entry, and where to and from."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from registry.remote import etag

Progress = Callable[[int], None]  # bytes moved so far


class Content(NamedTuple):
    """What a file holds: bytes, the ETag that it has in S3, the MD5 where the ETag is not that.

    An unknown size is -1, an unknown ETag "". `parts`: the MD5s of the parts of a file that goes,
    as it was when it was read.
    """

    size: int
    etag: str
    md5: str = ""
    parts: Sequence[bytes] = ()

    def is_of(self, digests: list[bytes]) -> bool:
        """Return whether it is what has these MD5s: one of all, or one of each part."""
        wanted = (self.md5 or self.etag).lower()
        is_whole = len(digests) == 1 and digests[0].hex() == wanted
        return is_whole or etag.joined(digests) == wanted


def read_in_parts(path: str, size: int, also: etag.Also | None = None) -> Content:
    """Return what a file holds that will go in parts. Raises OSError."""
    parts = etag.part_digests(path, etag.part_size(size), also)
    return Content(size, etag.joined(parts), parts=parts)


@dataclass(frozen=True)
class Job:
    """`paths` of the entry, between `folder` here and `prefix` in S3, where `keys` objects are.

    `content` says what each holds. `arrived` is told of each whose bytes were compared on the way,
    with the stat of what was written; what it is not told of has to be looked at. `first`: much is
    still to be done with it once it is there, so it goes before other jobs.

    To be fetched: `folder` is a stage. `fill` makes it lack these paths and nothing else of the
    prefix, for an engine that can only fetch all of one; without it they are few enough to be
    named.

    To be sent: `folder` is the entry's own, and `stage` makes one with links to exactly these
    paths, for an engine that can only send all of a folder. `over`: the ETag of what each small one
    may overwrite, "" if it may nothing, where the store heeds that.
    """

    folder: Path
    paths: list[str]
    prefix: str
    keys: int
    content: Callable[[str], Content]
    arrived: Callable[[str, os.stat_result | None], None] = lambda path, stat: None
    stage: Callable[[], Path] | None = None
    over: Callable[[str], str] | None = None
    fill: Callable[[], None] | None = None
    first: bool = False
