"""Writes a request to a store: what is asked, and the signed head that asks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from registry.remote import sigv4
from registry.remote.answer import Sink, Source
from registry.remote.http import Connection
from registry.remote.keys import Keys
from registry.remote.location import Remote


class Request(NamedTuple):
    """What is asked of a store: the body of a good answer goes to `sink`, if there is one."""

    method: str
    key: str
    query: Mapping[str, str] = {}
    body: bytes | Source = b""
    headers: Mapping[str, str] = {}
    sink: Sink | None = None

    def in_words(self, remote: Remote) -> str:
        """Return what was asked for, as a person may have to tell the bucket's owner."""
        word = "LIST" if "list-type" in self.query else self.method
        at = self.key or self.query.get("prefix", "?" + "&".join(self.query))
        return f"{word} {at.removeprefix(remote.key(''))}"


def signed_head(
    request: Request, connection: Connection, remote: Remote, keys: Keys, region: str
) -> str:
    """Return the request line and the headers, signed."""
    method, key, query, body, headers, _ = request
    address = connection.address
    path = address.path + sigv4.encode(key, safe="/")
    if (method == "PUT" and "partNumber" not in query) or "uploads" in query:
        headers = {**remote.encryption, **headers}
    headers = {**headers, "host": address.host}
    if keys.access:
        digest = _digest(body, address.is_secure)
        headers = sigv4.sign(method, address.host, path, query, headers, digest, keys, region)
    target = path + ("?" + sigv4.query_string(query) if query else "")
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    if method in ("PUT", "POST"):
        size = len(body) if isinstance(body, bytes) else body.size
        lines += f"content-length: {size}\r\n"
    first = f"{method} {connection.prefix}{target} HTTP/1.1\r\n"
    return f"{first}{lines}user-agent: data-registry\r\n{connection.more}\r\n"


def _digest(body: bytes | Source, is_secure: bool) -> str:
    """Return what the signature says of the body. Inside TLS nobody can change it on the way."""
    if isinstance(body, bytes):
        return sigv4.payload_hash(body)
    return sigv4.UNSIGNED if is_secure else body.sha256()
