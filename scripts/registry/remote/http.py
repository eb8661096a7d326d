"""Keeps one connection to S3 alive: a request goes out, its answer comes back, in bounded time.

On a bare socket, because http.client costs as much to import as all the rest of a quiet command,
and spends more on each answer's headers than a small object is worth.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from registry.errors import Unreachable
from registry.remote import location, proxy
from registry.remote.location import Remote

if TYPE_CHECKING:
    import ssl

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
WHOLE_SECONDS = 20.0  # for all of an answer that is not large: a trickle is not an answer
SLOWEST = 1024  # bytes a second: an object that comes slower than that counts as a trickle too
PIECE = 64 * 1024  # bytes at a time: more is new memory for each small file
_ENCRYPTION = "x-amz-server-side-encryption"
_OWN_KEY = "x-amz-server-side-encryption-customer-algorithm"


class Sink(Protocol):
    """Where the bytes of an object go while they come; `restart`: they come from the start."""

    def restart(self) -> None: ...

    def write(self, block: memoryview) -> None: ...


class Source(Protocol):
    """A body that is read while it is sent, each time anew. `size` is in bytes."""

    size: int

    def sha256(self) -> str: ...

    def __iter__(self) -> Iterator[bytes]: ...


class Answer(NamedTuple):
    """What came back: headers with lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def etag(self) -> str:
        return self.headers.get("etag", "").strip('"')

    @property
    def hides_bytes(self) -> bool:
        """Whether the object is encrypted so that its ETag says nothing about its bytes."""
        return _OWN_KEY in self.headers or self.headers.get(_ENCRYPTION, "").startswith("aws:kms")

    @property
    def is_archived(self) -> bool:
        """Whether the object has to be restored before anybody can read it."""
        headers = self.headers
        is_cold = headers.get("x-amz-storage-class", "") in ("GLACIER", "DEEP_ARCHIVE")
        is_back = 'ongoing-request="false"' in headers.get("x-amz-restore", "")
        return (is_cold or "x-amz-archive-status" in headers) and not is_back


class Address(NamedTuple):
    """Where a bucket is reached: `path` is what comes before a key, and ends with a slash."""

    is_secure: bool
    host: str
    path: str

    @classmethod
    def of(cls, remote: Remote, region: str) -> Address:
        secure, host, folder = True, _amazons_host(remote, region), ""
        if remote.address:
            parts = urlsplit(remote.address)
            secure, host, folder = parts.scheme == "https", parts.netloc, parts.path.rstrip("/")
        if remote.is_virtual:
            return cls(secure, f"{remote.bucket}.{host}", f"{folder}/")
        return cls(secure, host, f"{folder}/{remote.bucket}/")


def _amazons_host(remote: Remote, region: str) -> str:
    service = "s3-fips" if remote.aws.is_set("use_fips_endpoint") else "s3"
    stack = ".dualstack" if remote.aws.is_set("use_dualstack_endpoint") else ""
    return f"{service}{stack}.{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")


class Connection:
    """To one host. Whoever meets an exception closes it: nobody knows what would come next.

    `silent`: seconds for which the other end may say nothing; `whole`: those of a whole answer.
    """

    silent, whole = ANSWER_SECONDS, WHOLE_SECONDS

    def __init__(self, remote: Remote, address: Address, seconds: float) -> None:
        self.address, self.is_used, self.is_open = address, False, True
        self._buffer = bytearray(PIECE)
        self._view = memoryview(self._buffer)
        self._begin = self._end = 0  # of what was received and not taken yet
        self._until, self._limit = time.monotonic() + seconds, seconds
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
        self._socket = _context(remote).wrap_socket(self._socket, server_hostname=host.hostname)

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
            self._until += _number(headers.get("content-length", "0")) / SLOWEST
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
            return self._take(_number(headers["content-length"]))
        self.is_open = False  # its end is the connection's
        return self._rest()

    def _chunks(self) -> Iterator[memoryview]:
        while size := _number(self._line().split(b";")[0], 16):
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


def _number(text: str | bytes, base: int = 10) -> int:
    try:
        return int(text, base)
    except ValueError:
        raise ConnectionError("what answered speaks no HTTP") from None


def _context(remote: Remote) -> ssl.SSLContext:
    bundle = location.trusted(remote) if remote.verifies else ""
    return _ssl_context(bundle)


@lru_cache(maxsize=4)
def _ssl_context(bundle: str) -> ssl.SSLContext:
    """Trusts what the file names; everything if there is none. Raises Unreachable for no such file.

    Made once: reading this machine's certificates takes longer than a request.
    """
    import ssl

    if not bundle:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context
    try:
        return ssl.create_default_context(cafile=bundle)
    except OSError as error:
        why = error.strerror or "it holds no certificate"
        cure = "mend AWS_CA_BUNDLE, ca_bundle of the profile or ssl_verify of DVC's config"
        raise Unreachable(f"{bundle}: {why}: {cure}") from None
