"""Reads a mirror as a stranger does: without keys, by plain GET, and never by LIST."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from http.client import HTTPException
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from registry import interrupt, parallel
from registry.errors import RegistryError, Unreachable
from registry.publish.targets import Bucket, Folder, Target
from registry.remote import s3
from registry.remote.http import Sink

HANDS = 8
SECONDS = 30.0


class Unserved(RegistryError):
    """Strangers do not get at it: `why` in the server's words."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")


class Spoilt(Unserved):
    """Strangers get other bytes than the name of this object says."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "it holds other bytes than its name says: run again")
        self.name = name


class Visitor(Protocol):
    def fetch(self, name: str, sink: Sink) -> None:
        """All bytes of an object. Raises Unserved."""

    def size(self, name: str) -> int:
        """How many bytes a GET would give; -1 if it does not say. Raises Unserved."""


@dataclass(frozen=True)
class Web:
    """A mirror's address. No keys, no cookies; a proxy as the environment says."""

    url: str

    def fetch(self, name: str, sink: Sink) -> None:
        with self._open(name) as answer:
            try:
                while block := answer.read(2**20):
                    sink.write(memoryview(block))
            except (OSError, HTTPException) as error:
                raise Unserved(self._at(name), str(error) or type(error).__name__) from None

    def size(self, name: str) -> int:
        with self._open(name) as answer:
            return int(answer.headers.get("content-length", -1))

    def _open(self, name: str):  # type: ignore[no-untyped-def]  # noqa: ANN202  # http's own class
        from urllib import request

        headers = {"user-agent": "data-registry", "accept-encoding": "identity"}
        asked = request.Request(self._at(name), headers=headers)  # http or https
        try:
            return request.urlopen(asked, timeout=SECONDS)
        except (OSError, HTTPException) as error:  # OSError: urllib's own are
            raise Unserved(self._at(name), str(error)) from None

    def _at(self, name: str) -> str:
        return f"{self.url}/{quote(name)}"


@dataclass(frozen=True)
class Anonymous:
    """A bucket, asked without keys."""

    client: s3.Client

    def fetch(self, name: str, sink: Sink) -> None:
        try:
            self.client.request("GET", self.client.remote.key(name), sink=sink)
        except Unreachable as error:
            raise Unserved(name, str(error)) from None

    def size(self, name: str) -> int:
        try:
            head = self.client.head(self.client.remote.key(name))
        except Unreachable as error:
            raise Unserved(name, str(error)) from None
        if head is None:
            raise Unserved(name, "it is not there")
        return int(head.headers.get("content-length", -1))


@dataclass(frozen=True)
class Disk:
    top: Path

    def fetch(self, name: str, sink: Sink) -> None:
        try:
            with open(self.top / name, "rb") as file:
                while block := file.read(2**20):
                    sink.write(memoryview(block))
        except OSError as error:
            raise Unserved(str(self.top / name), error.strerror or str(error)) from None

    def size(self, name: str) -> int:
        try:
            return (self.top / name).stat().st_size
        except OSError as error:
            raise Unserved(str(self.top / name), error.strerror or str(error)) from None


class _Text:
    """Keeps what is read."""

    def __init__(self) -> None:
        self.body = b""

    def restart(self) -> None:
        self.body = b""

    def write(self, block: memoryview) -> None:
        self.body += block


class _Digest:
    """Takes the SHA-256 of what is read."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.hash, self.size = hashlib.sha256(), 0

    def write(self, block: memoryview) -> None:
        self.hash.update(block)
        self.size += len(block)


def reader(target: Target, url: str) -> Visitor:
    """How a stranger comes: by the address if there is one, else where the target lies."""
    if url:
        return Web(url)
    if isinstance(target, Bucket):
        keyless = replace(
            target.remote, profile="", access_key="", secret_key="", session_token="",
            credentials_file="", is_anonymous=True,
        )  # fmt: skip
        return Anonymous(s3.Client(keyless, patience=5.0))
    assert isinstance(target, Folder)
    return Disk(target.top)


def read(way: Visitor, name: str) -> bytes:
    """All of a document. Raises Unserved."""
    served = _Text()
    way.fetch(name, served)
    return served.body


def check(way: Visitor, name: str, body: bytes) -> None:
    """A document is read as it was written. Raises Unserved."""
    if read(way, name) != body:
        cure = "url must be the target's address, and a cache before it must heed cache-control"
        raise Unserved(name, f"another text is served than was written: {cure}")


def check_blobs(way: Visitor, wanted: Iterable[tuple[str, int]], whole: set[str]) -> None:
    """Blobs (name, size) can be read; those of `whole` are read to their end and compared."""

    def one(item: tuple[str, int]) -> None:
        name, size = item
        if interrupt.asked.is_set():
            raise KeyboardInterrupt
        if name in whole:
            _compare(way, name, size)
        elif way.size(name) not in (size, -1):
            raise Unserved(name, f"it has not {size} bytes: delete it, and publish again")

    for _ in parallel.over(wanted, one, HANDS):
        pass


def _compare(way: Visitor, name: str, size: int) -> None:
    served = _Digest()
    way.fetch(name, served)
    if (served.hash.hexdigest(), served.size) != (name.rpartition("/")[2], size):
        raise Spoilt(name)
