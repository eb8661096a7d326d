"""A small S3 server that keeps all in memory: what the benchmark's tools talk to.

usage: s3_server.py PORT

Quick enough not to be what is measured (about 0.1 ms of CPU a request, against 0.2 to 0.4 of
`rclone serve s3` and 3 of moto), and with S3's conditional writes. It checks no signatures. Below
`/_bench/` it counts requests, drops prefixes, makes objects and gives the digests of what it holds.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from typing import ClassVar
from urllib.parse import parse_qsl, unquote

import s3_answers
from objects import Store


class Connection(asyncio.Protocol):
    """One client's connection: cuts requests out of the bytes that come in, in their order."""

    store = Store()
    counts: ClassVar[Counter[str]] = Counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = bytearray()
        self.head: tuple[str, str, dict[str, str]] | None = None
        self.need = 0

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while self._step():
            pass

    def _step(self) -> bool:
        """Take one head or one body from the buffer; whether there was one."""
        if self.head is None:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return False
            self.head = _parse(bytes(self.buffer[:end]))
            del self.buffer[: end + 4]
            headers = self.head[2]
            self.need = int(headers.get("content-length", 0))
            if headers.get("expect", "").lower() == "100-continue":
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        chunked = "chunked" in self.head[2].get("transfer-encoding", "")
        if chunked:
            end = self.buffer.find(b"0\r\n\r\n")
            if end < 0:
                return False
            self.need = end + 5
        if len(self.buffer) < self.need:
            return False
        body = bytes(memoryview(self.buffer)[: self.need])
        del self.buffer[: self.need]
        self._answer(*self.head, _unchunk(body) if chunked else body)
        self.head = None
        return True

    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        path, _, text = target.partition("?")
        query = dict(parse_qsl(text, keep_blank_values=True)) if text else {}
        if "aws-chunked" in headers.get("content-encoding", ""):
            body = _unchunk(body)
        path = unquote(path)
        if path.startswith("/_bench/"):
            answer = s3_answers.bench(self.store, self.counts, path[8:], query)
        else:
            self.counts["LIST" if method == "GET" and _is_listing(path) else method] += 1
            key = path.lstrip("/").partition("/")[2]
            answer = s3_answers.answer(self.store, method, key, query, headers, body)
        status, extra, content = answer
        head = f"HTTP/1.1 {status}\r\nServer: bench\r\n"
        if "Content-Length" not in extra:
            head += f"Content-Length: {len(content)}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in extra.items()) + "\r\n"
        self.transport.write(head.encode("latin-1"))
        if content and method != "HEAD":
            self.transport.write(content)


def _is_listing(path: str) -> bool:
    return "/" not in path.strip("/")


def _parse(head: bytes) -> tuple[str, str, dict[str, str]]:
    lines = head.decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ", 2)
    pairs = (line.partition(":") for line in lines[1:])
    return method, target, {name.lower(): value.strip() for name, _, value in pairs}


def _unchunk(body: bytes) -> bytes:
    """The bytes inside HTTP's or aws's chunks; signatures and trailers are dropped."""
    pieces, at = [], 0
    while True:
        end = body.index(b"\r\n", at)
        size = int(body[at:end].split(b";")[0], 16)
        if not size:
            return b"".join(pieces)
        pieces.append(body[end + 2 : end + 2 + size])
        at = end + 2 + size + 2


async def serve(port: int) -> None:
    loop, parent = asyncio.get_running_loop(), os.getppid()
    server = await loop.create_server(Connection, "127.0.0.1", port, backlog=512)
    async with server:
        while os.getppid() == parent:  # it never outlives who started it
            await asyncio.sleep(1)


def main(argv: list[str] | None = None) -> int:
    port = (sys.argv[1:] if argv is None else argv)[0]
    asyncio.run(serve(int(port)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
