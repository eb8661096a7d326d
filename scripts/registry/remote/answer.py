"""What goes out with a request and comes back: its answer, and where large bodies come from and go.

An answer that is no good one has a document that says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol
from xml.etree import ElementTree

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

    @property
    def reason(self) -> tuple[str, str]:
        """The code and the message of an S3 error document, if the body is one."""
        try:
            root = ElementTree.fromstring(self.body)
        except ElementTree.ParseError:
            return "", ""
        return root.findtext("Code") or "", root.findtext("Message") or ""
