"""S3 for one entry: its objects, its marker, and LIST in pages. Requests may fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.world import World

PUSHING, DONE, TORN = "pushing", "done", "torn"
ANY = object()  # a PUT without a condition


class Down(Exception):
    """The request failed, or its answer was lost."""


@dataclass(frozen=True)
class Marker:
    """Two equal markers have equal bytes, so equal ETags."""

    state: str
    token: str
    who: str
    attempt: int = 0
    over: Marker | None = None  # the sealed one that this push began from
    digest: frozenset[tuple[str, str]] = frozenset()
    version: frozenset[tuple[str, str]] | None = None  # of a sealed one; None: nobody knows


def last_sealed(marker: Marker | None) -> Marker | None:
    return marker.over if marker and marker.state != DONE else marker


def vouches(marker: Marker | None, listing: dict[str, str]) -> bool:
    """Whether a LIST that was asked for beside the marker, and may be older, counts."""
    if marker is None:
        return not listing  # else it may just have been removed
    return marker.state == DONE and marker.digest == frozenset(listing.items())


@dataclass
class Object:
    content: str
    mtime: int
    writer: str


class Store:
    def __init__(self, world: World, conditional: bool) -> None:
        self.world, self.conditional = world, conditional
        self.objects: dict[str, Object] = {}
        self.marker: Marker | None = None

    def etags(self) -> dict[str, str]:
        return {path: thing.content for path, thing in self.objects.items()}

    def request(self) -> None:
        if self.world.flaky and self.world.rng.random() < self.world.flaky:
            raise Down

    def get(self) -> Marker | None:
        self.request()
        return self.marker

    def put(self, marker: Marker | None, expected: object = ANY) -> bool:
        """False is a 412. A lost answer is retried by the client, which then gets that 412."""
        self.request()
        if self.conditional and expected is not ANY and self.marker != expected:
            return False
        self.marker = marker
        self.world.oracle.marker_written()
        if expected is ANY or not self.conditional:
            return True
        return self.world.rng.random() >= self.world.flaky

    def list(self) -> Iterator[str]:
        """Pages of two keys: a LIST is no snapshot."""
        listing: dict[str, str] = {}
        while True:
            after = max(listing, default="")
            yield f"LIST after {after!r}"
            try:
                self.request()
            except Down:
                if self.world.rules.absence_is_no_deletion:
                    raise
                return listing
            keys = sorted(key for key in self.objects if key > after)
            listing |= {key: self.objects[key].content for key in keys[:2]}
            if len(keys) <= 2:
                return listing

    def head(self, path: str) -> str | None:
        self.request()
        return self.objects[path].content if path in self.objects else None

    def upload(self, path: str, content: str, who: str) -> None:
        self.request()
        self.world.oracle.overwrites(who, path, "uploads over")
        self.world.oracle.goes(path)
        self.objects[path] = Object(content, self.world.tick(), who)
        self.world.oracle.was_remote(path, content)

    def delete(self, path: str, who: str) -> None:
        self.request()
        self.world.oracle.overwrites(who, path, "deletes")
        self.world.oracle.deletes(who, path)
        self.world.oracle.goes(path)
        self.objects.pop(path, None)
        self.world.oracle.gone_by[path] = who
