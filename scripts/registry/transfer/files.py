"""Writes a file while its bytes come, or reads it while they go: this end of a request."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from functools import lru_cache

from registry import interrupt
from registry.errors import RegistryError
from registry.remote.http import PIECE

Count = Callable[[int], None]  # bytes that passed; fewer than none: they will pass again


class Changed(RegistryError):
    """The file is no longer what was to be sent."""


class Landing:
    """Writes what comes to a file, and takes its MD5. `begin`: where, if it is a part of it."""

    def __init__(self, path: str, count: Count, begin: int | None = None) -> None:
        self.path, self.size = path, 0
        self._count, self._begin = count, begin
        self._file = -1
        self._md5 = hashlib.md5(usedforsecurity=False)

    def restart(self) -> None:
        if interrupt.asked.is_set():
            raise KeyboardInterrupt
        if self.size:
            self._count(-self.size)
            self.close()
            self.size = 0
            self._md5 = hashlib.md5(usedforsecurity=False)

    def write(self, block: memoryview) -> None:
        self._md5.update(block)
        self._count(len(block))
        try:
            while block:
                written = os.pwrite(self._opened(), block, (self._begin or 0) + self.size)
                self.size += written
                block = block[written:]
        except OSError as error:
            raise _told(self.path, error) from None

    def finish(self, modified: str) -> os.stat_result:
        """The file as it is now, with the object's time: or `aws s3 sync` would bring it again."""
        try:
            file, time = self._opened(), seconds(modified)
            if time:
                os.utime(file, (time, time))
            return os.fstat(file)
        except OSError as error:
            raise _told(self.path, error) from None

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    @property
    def digest(self) -> bytes:
        return self._md5.digest()

    def _opened(self) -> int:
        if self._file < 0:
            fresh = os.O_TRUNC if self._begin is None else 0
            flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | fresh
            self._file = os.open(self.path, flags, 0o666)
        return self._file


class Parting:
    """The bytes of a file, or of a part of it, as the body of a request.

    `known`: their MD5 if it need not be taken: the store is told, and takes no other bytes.
    """

    def __init__(self, path: str, count: Count, begin: int, size: int, known: bytes = b"") -> None:
        self.path, self.size, self._known = path, size, known
        self._count, self._begin = count, begin
        self._sent = 0
        self.digest = b""  # of what was sent last

    def whole(self) -> bytes:
        """Read all of it at once: for what is small, and counted when it has come."""
        return b"".join(self._blocks())

    def sha256(self) -> str:
        digest = hashlib.sha256()
        for block in self._blocks():
            digest.update(block)
        return digest.hexdigest()

    def is_as_known(self) -> bool:
        """Read it again, and tell whether it still has the MD5 that was known."""
        digest = hashlib.md5(usedforsecurity=False)
        with contextlib.suppress(Changed):
            for block in self._blocks():
                digest.update(block)
        return digest.digest() == self._known

    def __iter__(self) -> Iterator[bytes]:
        if interrupt.asked.is_set():
            raise KeyboardInterrupt
        self._count(-self._sent)
        self._sent, digest = 0, hashlib.md5(usedforsecurity=False)
        for block in self._blocks():
            if not self._known:
                digest.update(block)
            self._sent += len(block)
            self._count(len(block))
            yield block
        self.digest = self._known or digest.digest()

    def _blocks(self) -> Iterator[bytes]:
        """Raises Changed when the file has not so many bytes any more."""
        try:
            with open(self.path, "rb", buffering=0) as file:
                file.seek(self._begin)
                left = self.size
                while left:
                    block = file.read(min(PIECE, left))
                    if not block:
                        raise Changed(f"{self.path}: became shorter while it was being sent")
                    left -= len(block)
                    yield block
        except OSError as error:
            raise Changed(f"{self.path}: {error.strerror}") from None


def _told(path: str, error: OSError) -> RegistryError:
    """An error of the disk is none of the network: nobody need try again."""
    return RegistryError(f"{path}: {error.strerror}")


@lru_cache(maxsize=256)
def seconds(modified: str) -> int:
    """Return an HTTP date in seconds since the epoch; 0 for a text that is none."""
    from email.utils import mktime_tz, parsedate_tz

    parsed = parsedate_tz(modified)
    return max(0, int(mktime_tz(parsed))) if parsed else 0
