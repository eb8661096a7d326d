"""Speaks S3: list, get, head, put and delete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from xml.etree import ElementTree

from registry.errors import Unreachable
from registry.remote.answer import Answer, Sink, Source
from registry.remote.errors import Denied, Overtaken, ServerError, Silent
from registry.remote.exchange import Exchange
from registry.remote.location import Remote
from registry.remote.objects import Object, read_page
from registry.remote.request import Request

__all__ = ["Client", "Denied", "Object", "Overtaken", "Request", "ServerError", "Silent"]
MOST_PARTS = 1000  # an object in more parts is not asked for each of them


def no_store(remote: Remote) -> Unreachable:
    """Return what to say of an answer that no S3 store gives."""
    return Unreachable(
        f"{remote.url}: what answered is no S3 store; is a proxy or the login page of a network in "
        "the way?"
    )


@dataclass
class Client(Exchange):
    """Asks one remote; safe to share between threads, as are its connections."""

    def list(self, prefix: str, page: int = 1000) -> Iterator[Object]:
        """Every object whose key starts with `prefix`, page by page; raises before a half truth."""
        query = {
            "list-type": "2",
            "prefix": prefix,
            "encoding-type": "url",
            "max-keys": str(page),
        }
        while True:
            try:
                rows, following = read_page(self.request("GET", "", query).body)
            except (ElementTree.ParseError, KeyError, ValueError):
                raise no_store(self.remote) from None
            yield from rows
            if not following:
                return
            query["continuation-token"] = following

    def get(self, key: str) -> Answer | None:
        """Return the whole object, or None if there is none. For small ones."""
        return self._unless_missing("GET", key)

    def head(self, key: str, query: Mapping[str, str] | None = None) -> Answer | None:
        return self._unless_missing("HEAD", key, query or {})

    def put(self, key: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Write a small object. Raises Denied with status 412 or 409 if a condition is not met."""
        return self.request("PUT", key, body=body, headers=headers or {})

    def delete(self, key: str) -> None:
        self.request("DELETE", key)

    def delete_unchanged(self, key: str, etag: str) -> bool:
        """Delete it while it has this ETag; False where it has another one now, and stays."""
        head = self.head(key)
        if head and head.etag == etag:
            self.delete(key)
        return not head or head.etag == etag

    def part_sizes(self, key: str, etag: str, size: int) -> tuple[int, ...]:
        """The sizes of the parts an object was uploaded in; none where the store tells none."""
        count = int(etag.partition("-")[2] or 0)
        sizes: tuple[int, ...] = ()
        for number in range(1, min(count, MOST_PARTS) + 1):
            head = self.head(key, {"partNumber": str(number)})
            parts = head.headers.get("x-amz-mp-parts-count", str(count)) if head else ""
            if head is None or parts != str(count):
                return ()
            sizes += (int(head.headers.get("content-length", 0)),)
            if sum(sizes) > size or (count > 1 and sizes[0] == size):
                return ()  # it told the size of all
        return sizes if sum(sizes) == size else ()

    def _unless_missing(
        self, method: str, key: str, query: Mapping[str, str] | None = None
    ) -> Answer | None:
        try:
            return self.request(method, key, query or {})
        except Denied as error:
            if error.status == 404 and error.code != "NoSuchBucket":
                return None
            raise

    def request(
        self,
        method: str,
        key: str,
        query: Mapping[str, str] | None = None,
        body: bytes | Source = b"",
        headers: Mapping[str, str] | None = None,
        sink: Sink | None = None,
    ) -> Answer:
        """One request, as `complete` does it."""
        return self.complete(Request(method, key, query or {}, body, headers or {}, sink))

    def hurried(self, patience: float) -> Client:
        """Return the same over the same connections, with another patience."""
        return replace(self, patience=patience)

    def apart(self, patience: float) -> Client:
        """Return the same over connections of its own, for another process."""
        return Client(self.remote, patience, self.region, _credentials=self._credentials)
