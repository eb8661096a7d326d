"""Reads a file that is elsewhere, range by range: what a format's module sees of a file."""

from __future__ import annotations

import io
import signal
from typing import BinaryIO

BLOCK = 16 * 1024  # the least that is asked of S3, which takes as long for a byte
BLOCK_HERE = 256 * 1024  # of this disk, which is quicker than the asking
NO_MORE, NOT_READ = -1, -2  # in place of a length: the reading is used up, S3 did not answer


class TooMuch(Exception):
    """More would have to be read than is read of an entry."""


class Unread(Exception):
    """The bytes cannot be had."""


class Ranged(io.RawIOBase):
    """A file that can be read and sought in; each block is asked for once."""

    def __init__(
        self,
        path: str,
        size: int,
        left: int,
        answers: BinaryIO,
        questions: BinaryIO,
        is_here: bool = True,
    ) -> None:
        self.path, self.size, self.left = path, size, left
        self._is_here = is_here
        self._block = BLOCK_HERE if is_here and left > 4 * BLOCK_HERE else BLOCK
        self._answers, self._questions = answers, questions
        self._blocks: dict[int, bytes] = {}
        self._at = 0

    def head(self, count: int) -> bytes:
        """Return the first bytes, at most so many; fewer where no more are read."""
        return self.part(0, min(count, self.size))

    def tail(self, count: int) -> bytes:
        """Return the last bytes, at most so many."""
        count = min(count, self.size)
        return self.part(self.size - count, count)

    def part(self, offset: int, count: int) -> bytes:
        """Bytes of the middle; as many as are read of an entry. It stays where it is."""
        spare = max(self.left - 2 * self._block, 0)  # blocks are whole at both ends
        last, self._at = self._at, offset
        body = self.read(min(count, max(spare, self._block))) or b""
        self._at = last
        return body

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        start = {0: 0, 1: self._at, 2: self.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        count = min(len(view), max(0, self.size - self._at))
        body = self._range(self._at, count) if count else b""
        view[: len(body)] = body
        self._at += len(body)
        return len(body)

    def _range(self, offset: int, count: int) -> bytes:
        """A range out of whole blocks; those that are missing come in one request."""
        block = self._block
        first, last = offset // block, (offset + count - 1) // block
        missing = [n for n in range(first, last + 1) if n not in self._blocks]
        if missing:
            begin, end = missing[0] * block, min((missing[-1] + 1) * block, self.size)
            body = self._ask(begin, end - begin)
            for at in range(0, len(body), block):
                self._blocks[missing[0] + at // block] = body[at : at + block]
        whole = b"".join(self._blocks[n] for n in range(first, last + 1))
        return whole[offset - first * block :][:count]

    def _ask(self, offset: int, count: int) -> bytes:
        """Waiting for S3 does not count as time spent on the file; reading this disk does."""
        if count > self.left:
            raise TooMuch("what tells more lies beyond what is read of an entry")
        self.left -= count
        left = 0 if self._is_here else signal.setitimer(signal.ITIMER_REAL, 0)[0]
        self._questions.write(b"R %d %d\n" % (offset, count))
        self._questions.flush()
        length = int.from_bytes(self._answers.read(8), "little", signed=True)
        body = self._answers.read(length) if length > 0 else b""
        if left:
            signal.setitimer(signal.ITIMER_REAL, left)
        if length == NO_MORE:
            raise TooMuch("what tells more lies beyond what is read of an entry")
        if length == NOT_READ or len(body) != count:
            raise Unread("its bytes could not be read")
        return body
