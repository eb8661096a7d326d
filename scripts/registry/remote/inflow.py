"""Reads the answers that come over a connection, in bounded time: their heads, and their bodies."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator, Mapping

PIECE = 64 * 1024  # bytes at a time: more is new memory for each small file


class Inflow:
    """What a socket brings. `silent`: seconds for which the other end may say nothing."""

    silent: float
    _socket: socket.socket

    def __init__(self, seconds: float) -> None:
        """All of the first answer has to be here in so many seconds."""
        self.is_open = True
        self._buffer = bytearray(PIECE)
        self._view = memoryview(self._buffer)
        self._begin = self._end = 0  # of what was received and not taken yet
        self._until, self._limit = time.monotonic() + seconds, seconds

    def _bear(self, seconds: float) -> None:
        """How long to wait for the other end. To say so costs as much as to receive."""
        if seconds != self._limit:
            self._socket.settimeout(seconds)
            self._limit = seconds

    def _read_head(self) -> tuple[int, dict[str, str]]:
        """The status and the headers of what comes."""
        while (end := self._buffer.find(b"\r\n\r\n", self._begin, self._end)) < 0:
            self._receive()
        head = self._buffer[self._begin : end].decode("latin-1")
        first, *lines = head.split("\r\n")
        self._begin = end + 4
        version, _, status = first.partition(" ")
        if not version.startswith("HTTP/1.") or not status[:3].isdigit():
            raise ConnectionError("what answered speaks no HTTP")
        pairs = [line.partition(":") for line in lines]
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        if version == "HTTP/1.0":
            headers.setdefault("connection", "close")
        return int(status[:3]), headers

    def _pieces(self, headers: Mapping[str, str]) -> Iterator[memoryview]:
        """The body, as it comes; a piece is good until the next one is asked for."""
        if "chunked" in headers.get("transfer-encoding", "").lower():
            return self._chunks()
        if "content-length" in headers:
            return self._take(as_number(headers["content-length"]))
        self.is_open = False  # its end is the connection's
        return self._rest()

    def _chunks(self) -> Iterator[memoryview]:
        while size := as_number(self._line().split(b";")[0], 16):
            yield from self._take(size)
            self._line()
        while self._line():
            pass

    def _rest(self) -> Iterator[memoryview]:
        with contextlib.suppress(EOFError):
            while True:
                yield from self._take(max(1, self._end - self._begin))

    def _take(self, size: int) -> Iterator[memoryview]:
        while size > 0:
            if self._begin == self._end:
                self._receive()
            end = min(self._end, self._begin + size)
            begin, self._begin = self._begin, end
            size -= end - begin
            yield self._view[begin:end]

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n", self._begin, self._end)) < 0:
            self._receive()
        begin, self._begin = self._begin, end + 2
        return bytes(self._view[begin:end])

    def _receive(self) -> None:
        """Add to the buffer what comes next. Raises OSError or EOFError when nothing does."""
        if self._begin == self._end:
            self._begin = self._end = 0
        elif self._end == PIECE:  # a line that does not end
            if not self._begin:
                raise ConnectionError("what answered speaks no HTTP")
            rest = bytes(self._view[self._begin : self._end])
            self._buffer[: len(rest)] = rest
            self._begin, self._end = 0, len(rest)
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer only trickles")
        self._bear(min(self.silent, left))
        count = self._socket.recv_into(self._view[self._end :])
        if not count:
            raise EOFError("the connection was closed in the middle")
        self._end += count


def as_number(text: str | bytes, base: int = 10) -> int:
    try:
        return int(text, base)
    except ValueError:
        raise ConnectionError("what answered speaks no HTTP") from None
