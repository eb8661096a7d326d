"""One HTTP connection to S3: opened, kept alive, read in whole."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from registry.errors import Unreachable
from registry.remote import location, proxy
from registry.remote.location import Remote

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
WHOLE_SECONDS = 20.0  # for all of an answer, which never is large: a trickle is not an answer
_ENCRYPTION = "x-amz-server-side-encryption"
_OWN_KEY = "x-amz-server-side-encryption-customer-algorithm"


@dataclass(frozen=True)
class Answer:
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


@dataclass
class Connections:
    """The connections of one client: one for each thread, opened when it is needed."""

    remote: Remote
    seconds: float  # the most that connecting or one answer may take
    _local: threading.local = field(default_factory=threading.local)

    def ask(
        self, address: Address, method: str, target: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        """One request and its whole answer. Raises OSError or HTTPException."""
        connection, prefix, more = self._connection(address)
        if connection.sock is None:
            connection.connect()
        if connection.sock is not None:
            connection.sock.settimeout(min(ANSWER_SECONDS, self.seconds))
        cut = threading.Timer(min(WHOLE_SECONDS, self.seconds), _cut, [connection.sock])
        cut.daemon = True
        cut.start()
        try:
            connection.request(method, prefix + target, body or None, {**headers, **more})
            response = connection.getresponse()
            content = response.read()
        finally:
            cut.cancel()
        lower = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, lower, content)

    def drop(self) -> None:
        """Forget a connection that failed."""
        known = getattr(self._local, "known", None)
        if known is not None:
            known[0].close()
        self._local.host = None

    def _connection(
        self, address: Address
    ) -> tuple[http.client.HTTPConnection, str, Mapping[str, str]]:
        """This thread's connection to the host; what goes before each target, and headers."""
        if getattr(self._local, "host", None) != address.host:
            self._local.known = _open(self.remote, address, min(CONNECT_SECONDS, self.seconds))
            self._local.host = address.host
        known: tuple[http.client.HTTPConnection, str, Mapping[str, str]] = self._local.known
        return known


def _open(
    remote: Remote, address: Address, seconds: float
) -> tuple[http.client.HTTPConnection, str, Mapping[str, str]]:
    """A connection, through the proxy if there is one: a tunnel for https, by it for http."""
    way = proxy.leading_to("https" if address.is_secure else "http", address.host)
    host = way.host if way else address.host
    if not address.is_secure:
        plain = http.client.HTTPConnection(host, timeout=seconds)
        return plain, f"http://{address.host}" if way else "", way.headers if way else {}
    secure = http.client.HTTPSConnection(host, timeout=seconds, context=_context(remote))
    if way:
        secure.set_tunnel(address.host, headers=way.headers)
    return secure, "", {}


def _context(remote: Remote) -> ssl.SSLContext:
    bundle = location.trusted(remote) if remote.verifies else ""
    return _ssl_context(bundle)


@lru_cache(maxsize=4)
def _ssl_context(bundle: str) -> ssl.SSLContext:
    """Trusts what the file names; everything if there is none. Raises Unreachable for no such file.

    Made once: reading this machine's certificates takes longer than a request.
    """
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


def _cut(connection: socket.socket | None) -> None:
    """End an answer that only trickles, for the thread that reads it."""
    with contextlib.suppress(OSError, AttributeError):
        if connection is not None:
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
