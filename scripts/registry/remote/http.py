"""Keeps one connection to S3 alive: a request goes out, its answer comes back, in bounded time.

On a bare socket, because http.client costs as much to import as all the rest of a quiet command,
and spends more on each answer's headers than a small object is worth.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from registry.remote import proxy, tls
from registry.remote.address import Address
from registry.remote.answer import Answer, Sink, Source
from registry.remote.inflow import PIECE, Inflow, as_number
from registry.remote.location import Remote

__all__ = ["PIECE", "Address", "Answer", "Connection", "Sink", "Source"]
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
WHOLE_SECONDS = 20.0  # for all of an answer that is not large: a trickle is not an answer
SLOWEST = 1024  # bytes a second: an object that comes slower than that counts as a trickle too


class Connection(Inflow):
    """To one host. Whoever meets an exception closes it: nobody knows what would come next.

    `silent`: seconds for which the other end may say nothing; `whole`: those of a whole answer.
    """

    silent, whole = ANSWER_SECONDS, WHOLE_SECONDS

    def __init__(self, remote: Remote, address: Address, seconds: float) -> None:
        super().__init__(seconds)
        self.address, self.is_used = address, False
        way = proxy.leading_to("https" if address.is_secure else "http", address.host)
        parts = urlsplit(f"//{way.host if way else address.host}")
        port = parts.port or (443 if address.is_secure and not way else 80)
        is_told = way is not None and not address.is_secure  # a proxy of plain http reads requests
        self.prefix = f"http://{address.host}" if is_told else ""
        self.more = _lines(way.headers) if way and is_told else ""
        self._socket = socket.create_connection((_name(parts.hostname or ""), port), seconds)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if address.is_secure:
                self._encrypt(remote, way)
        except BaseException:
            self._socket.close()
            raise

    def _encrypt(self, remote: Remote, way: proxy.Proxy | None) -> None:
        host = urlsplit(f"//{self.address.host}")
        if way:
            target = f"{host.netloc}{'' if host.port else ':443'}"
            head = f"CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n{_lines(way.headers)}\r\n"
            self._socket.sendall(head.encode("latin-1"))
            status = self._read_head()[0]
            if status != 200:
                raise ConnectionError(f"the proxy answers {status}")
        self._socket = tls.context(remote).wrap_socket(self._socket, server_hostname=host.hostname)

    def ask(self, head: str, body: bytes | Source) -> None:
        """Send a request."""
        blocks: Iterable[bytes] = ()
        first = head.encode("latin-1")
        if isinstance(body, bytes):
            first += body
        else:
            blocks = body
        self._bear(self.silent)
        try:
            self._socket.sendall(first)
            for block in blocks:
                self._socket.sendall(block)
        except (ConnectionResetError, BrokenPipeError):
            self.is_open = False  # perhaps it has said no, before it had taken all
        self._until = time.monotonic() + self.whole  # a big body takes as long as its line does

    def answer(self, sink: Sink | None = None, bare: bool = False) -> Answer:
        """Read the answer of what was asked last. `bare`: one without a body, as HEAD's."""
        status, headers = self._read_head()
        while status < 200:
            status, headers = self._read_head()
        pieces = iter(()) if bare or status in (204, 304) else self._pieces(headers)
        content = b""
        if sink and status in (200, 206):
            self._until += as_number(headers.get("content-length", "0")) / SLOWEST
            for piece in pieces:
                sink.write(piece)
        else:
            content = b"".join(map(bytes, pieces))
        self.is_used = True
        if "close" in headers.get("connection", "").lower():
            self.close()
        return Answer(status, headers, content)

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self.is_open = False
        with contextlib.suppress(OSError):
            self._socket.close()

    def cut(self) -> None:
        """End what another thread waits for on it."""
        self.is_open = False
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _lines(headers: Mapping[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())


def _name(host: str) -> Any:  # noqa: ANN401  # what getaddrinfo takes, though its type says less
    """In bytes, where it can be: the codec that a text needs costs more than the connection."""
    return host.encode() if host.isascii() else host
