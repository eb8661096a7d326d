"""One HTTP connection to S3: opened, kept alive, read in whole."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from registry.errors import RegistryError
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


def _cut(connection: socket.socket | None) -> None:
    """End an answer that only trickles, for the thread that reads it."""
    with contextlib.suppress(OSError, AttributeError):
        if connection is not None:
            socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _address(remote: Remote, region: str) -> tuple[bool, str, str]:
    """(TLS?, host, path that ends with a slash): an endpoint gets the bucket in its path."""
    if remote.address:
        parts = urlsplit(remote.address)
        folder = parts.path.rstrip("/")
        return parts.scheme == "https", parts.netloc, f"{folder}/{remote.bucket}/"
    domain = f"s3.{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")
    if "." in remote.bucket:  # no certificate covers a dotted bucket as a host name
        return True, domain, f"/{remote.bucket}/"
    return True, f"{remote.bucket}.{domain}", "/"


def _open(secure: bool, host: str, proxy: str, seconds: float) -> http.client.HTTPConnection:
    """A connection, through the proxy if there is one."""
    if not secure:
        if not proxy:
            return http.client.HTTPConnection(host, timeout=seconds)
        raise RegistryError(f"{host}: plain http through a proxy is not supported; set NO_PROXY")
    bundle = os.environ.get("AWS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")
    context = ssl.create_default_context(cafile=bundle)
    connection = http.client.HTTPSConnection(proxy or host, timeout=seconds, context=context)
    if proxy:
        connection.set_tunnel(host)
    return connection


def _proxy(scheme: str, host: str) -> str:
    """The environment's proxy for this host; "" where that names none."""
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return ""
    import urllib.request  # slow to import, and rarely needed

    if urllib.request.proxy_bypass(host):
        return ""
    return urlsplit(urllib.request.getproxies().get(scheme, "")).netloc
