"""A loopback HTTP proxy that stands before an S3 server and misbehaves when told to.

    anna.proxy.when("PUT", r"/name/a\\.txt$", nth=2).drop_after()
    anna.push()
    assert anna.proxy.count("PUT") == 3

The Host header goes through unchanged, since the client's signature covers it.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

HOP_BY_HOP = {"connection", "keep-alive", "expect", "proxy-connection", "transfer-encoding"}
HANG_SECONDS = 3600.0
CODES = {403: "ExpiredToken", 404: "NoSuchKey", 412: "PreconditionFailed", 500: "InternalError",
         503: "SlowDown"}  # fmt: skip


@dataclass
class Request:
    """One request as the client sent it; `path` is decoded and holds the query behind a `?`."""

    number: int
    method: str
    path: str
    sent: int
    headers: dict[str, str] = field(repr=False)
    status: int = 0  # what the client was told; 0: it heard nothing


class Drop(Exception):
    """Close the client's connection now."""


@dataclass
class Rule:
    """Faults for the requests that match: all of them, the nth, every nth or the first few."""

    method: str
    path: str
    nth: int = 0
    every: int = 0
    first: int = 0
    seen: int = 0
    fired: int = 0
    before: Callable[[Request], tuple[int, bytes] | None] = lambda request: None
    after: Callable[[Request, int, bytes], bytes] = lambda request, status, body: body
    slices: float = 0  # bytes per second of the answer; 0: as fast as it goes
    claims: int | None = None  # Content-Length to claim, in spite of the body

    def matches(self, request: Request) -> bool:
        """Counts the request if it fits the pattern; whether it is one to misbehave on."""
        fits = re.fullmatch(self.method or ".*", request.method)
        if not fits or not re.search(self.path, request.path):
            return False
        self.seen += 1
        hit = (
            self.seen == self.nth
            if self.nth
            else self.seen % self.every == 0
            if self.every
            else self.seen <= self.first
            if self.first
            else True
        )
        self.fired += hit
        return hit

    # What happens, one of them per rule.

    def answer(self, status: int, code: str = "") -> Rule:
        """The store says no; nothing reaches the server. ExpiredToken: answer(403)."""
        code = code or CODES.get(status, "InternalError")
        xml = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>as told</Message></Error>"
        self.before = lambda request: (status, xml.encode())
        return self

    def drop_before(self) -> Rule:
        """The connection breaks before the server hears of it."""

        def drop(request: Request) -> None:
            raise Drop

        self.before = drop
        return self

    def drop_after(self) -> Rule:
        """The server has done it; the client never hears."""

        def drop(request: Request, status: int, body: bytes) -> bytes:
            raise Drop

        self.after = drop
        return self

    def truncate(self, keep: int = 1) -> Rule:
        """The answer's body ends after `keep` bytes, though its header promises all of it."""
        self.after = lambda request, status, body: body[:keep]
        self.claims = -1
        return self

    def shorten(self, keep: int = 1) -> Rule:
        """The answer is shorter and says so: a listing or an object cut by a bad cache."""
        self.after = lambda request, status, body: body[:keep] if status < 300 else body
        return self

    def flip(self, at: int = 0) -> Rule:
        """One bit of the answer's body is wrong."""

        def wrong(request: Request, status: int, body: bytes) -> bytes:
            if status >= 300 or not body:
                return body
            at_ = at % len(body)
            return body[:at_] + bytes([body[at_] ^ 1]) + body[at_ + 1 :]

        self.after = wrong
        return self

    def replace(self, change: Callable[[bytes], bytes]) -> Rule:
        """The answer's body, changed by a function of ours."""
        self.after = lambda request, status, body: change(body)
        return self

    def hang(self, seconds: float = HANG_SECONDS) -> Rule:
        """No answer for so long, then the connection closes. The server never hears of it."""

        def wait(request: Request) -> None:
            self.wait(seconds)
            raise Drop

        self.before = wait
        return self

    def delay(self, seconds: float) -> Rule:
        self.before = lambda request: self.wait(seconds)
        return self

    def rate(self, bytes_per_second: float) -> Rule:
        self.slices = bytes_per_second
        return self

    def call(self, function: Callable[[], object]) -> Rule:
        """Run `function` first, while the client waits; then let the request through."""

        def first(request: Request) -> None:
            function()

        self.before = first
        return self

    def call_after(self, function: Callable[[], object]) -> Rule:
        """Run `function` once the server has done it, before the client hears of it."""

        def last(request: Request, status: int, body: bytes) -> bytes:
            function()
            return body

        self.after = last
        return self

    stopped: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float) -> None:
        if self.stopped.wait(seconds):
            raise Drop


class FaultProxy:
    """See the module. `requests` is the log, in the order in which requests came in."""

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream).netloc
        self.requests: list[Request] = []
        self._rules: list[Rule] = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Nobody is listened to any more; the thread that did notices in a moment."""
        self._stopped.set()
        self._server.server_close()
        threading.Thread(target=self._server.shutdown, daemon=True).start()

    def when(self, method: str = "", path: str = "", **how_often: int) -> Rule:
        """A rule for requests whose method is and whose decoded path?query contains (regexes)."""
        rule = Rule(method, path, stopped=self._stopped, **how_often)
        with self._lock:
            self._rules.append(rule)
        return rule

    def clear(self) -> None:
        """No rules and an empty log, as at the start."""
        with self._lock:
            self._rules, self.requests = [], []

    def count(self, method: str = "", path: str = "") -> int:
        fits = [r for r in self.requests if re.fullmatch(method or ".*", r.method)]
        return sum(bool(re.search(path, r.path)) for r in fits)

    def admit(self, handler: _Handler, body: bytes) -> tuple[Request, list[Rule]]:
        with self._lock:
            request = Request(
                len(self.requests) + 1, handler.command, unquote(handler.path), len(body),
                {name.lower(): value for name, value in handler.headers.items()},
            )  # fmt: skip
            self.requests.append(request)
            return request, [rule for rule in self._rules if rule.matches(request)]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    proxy: FaultProxy

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is nothing to talk about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server
    upstream: http.client.HTTPConnection | None = None

    def log_message(self, format: str, *args: object) -> None:
        """The proxy's log is the list of requests."""

    def finish(self) -> None:
        if self.upstream:
            self.upstream.close()
        with contextlib.suppress(OSError):
            super().finish()

    def handle_any(self) -> None:
        try:
            body = self._body()
        except OSError:
            return self._reset()
        request, rules = self.server.proxy.admit(self, body)
        try:
            status, headers, content = self._ask(request, rules, body)
            for rule in rules:
                content = rule.after(request, status, content)
            claimed = any(rule.claims for rule in rules)
            self._tell(request, status, headers, content, rules, claimed)
        except (Drop, OSError, http.client.HTTPException):
            self._reset()

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_any

    def _body(self) -> bytes:
        """Raises ConnectionError for half a body: no store takes what was never sent."""
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size)
            if len(body) < size:
                raise ConnectionError
            return body
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)

    def _ask(
        self, request: Request, rules: list[Rule], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        for rule in rules:
            instead = rule.before(request)
            if instead:
                return instead[0], [("Content-Type", "application/xml")], instead[1]
        for attempt in (1, 2):
            try:
                response = self._forward(body)
                return response.status, response.getheaders(), response.read()
            except (OSError, http.client.HTTPException):
                fresh, self.upstream = self.upstream, None  # the server closed an idle connection
                if attempt == 2 or fresh is None:
                    raise
        raise AssertionError

    def _forward(self, body: bytes) -> http.client.HTTPResponse:
        if self.upstream is None:
            self.upstream = http.client.HTTPConnection(self.server.proxy.upstream, timeout=60)
            self.upstream.connect()
            self.upstream.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in HOP_BY_HOP | {"content-length"}:
                self.upstream.putheader(name, value)
        if body or self.command in ("PUT", "POST"):
            self.upstream.putheader("Content-Length", str(len(body)))
        self.upstream.endheaders(body or None)
        return self.upstream.getresponse()

    def _tell(
        self,
        request: Request,
        status: int,
        headers: list[tuple[str, str]],
        content: bytes,
        rules: list[Rule],
        claimed: bool,
    ) -> None:
        request.status = status
        self.send_response_only(status)
        length = dict((n.lower(), v) for n, v in headers).get("content-length", "0")
        if self.command != "HEAD" and not claimed:
            length = str(len(content))
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self._send(content, max((rule.slices for rule in rules), default=0))
        if claimed:
            raise Drop

    def _send(self, content: bytes, rate: float) -> None:
        if not rate:
            self.wfile.write(content)
            return
        step = max(1, int(rate / 20))
        for at in range(0, len(content), step):
            self.wfile.write(content[at : at + step])
            time.sleep(step / rate)

    def _reset(self) -> None:
        """Close with a reset where the system can, so that nobody takes it for a clean end."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.shutdown(socket.SHUT_RDWR)
