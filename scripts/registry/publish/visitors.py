"""Reads a mirror by the ways that strangers have: the web, a bucket without keys, a folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http.client import HTTPException
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from registry.errors import RegistryError, Unreachable
from registry.publish.bucket import Bucket
from registry.publish.folder import Folder
from registry.publish.targets import Target
from registry.remote import s3
from registry.remote.http import Sink

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
        """Return how many bytes a GET would give; -1 if it does not say. Raises Unserved."""


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


def reader(target: Target, url: str) -> Visitor:
    """Return how a stranger comes: by the address if there is one, else where the target lies."""
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
