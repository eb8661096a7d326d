"""Reads ranges of an entry's files, from this disk or from S3, and counts every byte of them."""

from __future__ import annotations

from dataclasses import dataclass

from registry.inside import ranges
from registry.inside.contents import File
from registry.remote.s3 import Client

REMOTE_BYTES = 400 * 1024  # asked of S3 for all previews of an entry
LOCAL_BYTES = 32 * 2**20  # read of this disk for one file
STORE_SECONDS = 10.0


class Spent(Exception):
    """No more is read."""


@dataclass
class Portion:
    """One file's ranges. `left`: bytes that may still be read of it; `read`: those that were."""

    file: File
    client: Client | None
    left: int
    read: int = 0

    def range(self, offset: int, count: int) -> bytes:
        """Raises Spent beyond what may be read, OSError or Unreachable when it cannot be."""
        if count > self.left:
            raise Spent
        self.left -= count
        self.read += count
        return ranges.read(self.file, self.client, offset, count)

    @property
    def where(self) -> str:
        return "on this machine" if self.file.place else "in S3"
