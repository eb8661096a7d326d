"""Copies objects within the bucket, on the server: of any size, and none as somebody changed it.

A copy with the source's ETag is the source's bytes. So an object that came in parts is copied in
parts of the same size, which keeps its ETag; S3's own copy of a whole one would not. Stores ignore
conditions of a copy and say nothing (rclone's and moto's both do), so where the ETag does not prove
it, source and copy are looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from registry import parallel
from registry.errors import RegistryError
from registry.remote.copy_parts import CopyInParts, is_in_parts
from registry.remote.copy_requests import REQUESTS_AT_ONCE, Requests, tag_of
from registry.remote.s3 import Client, Object

WHOLE = 5 * 2**30  # bytes that S3 copies in one request


@dataclass
class Copier:
    """Copies on one remote; safe to share between threads. `most`: bytes copied in one request.

    `source`: a client of the bucket that the objects are in, if that is another of the store.
    """

    client: Client
    most: int = WHOLE
    source: Client | None = None

    def __post_init__(self) -> None:
        self._requests = Requests(self.client, self.most, self.source or self.client)

    def copy_all(self, pairs: Iterable[tuple[Object, str]]) -> Iterator[tuple[Object, str]]:
        """Copy each (object, key of the copy), several at once; (object, ETag of its copy).

        Raises as `copy` does, at the first that fails.
        """
        for (source, _), tag in parallel.over(
            pairs, lambda pair: self.copy(*pair), REQUESTS_AT_ONCE
        ):
            yield source, tag

    def copy(self, source: Object, target: str) -> str:
        """Copy one object as it was listed; the ETag of the copy.

        Raises Overtaken for one that is no longer what was listed, Denied for a no.
        """
        tag = ""
        if source.size > self.most or is_in_parts(source):
            tag = CopyInParts(self._requests, source, target).copy()
        if not tag:
            headers = self._requests.headers(source)
            tag = tag_of(self._requests.ask(source, "PUT", target, headers=headers))
        if tag != source.etag:
            self._look_again(source, target)
        return tag

    def _look_again(self, source: Object, target: str) -> None:
        """See that the source was not changed before it was copied, and that its copy is whole."""
        self._requests.head(source)
        copied = self.client.head(target)
        if copied is None or copied.headers.get("content-length", "") != str(source.size):
            raise RegistryError(f"{source.key}: its copy in S3 is not whole: run again")
