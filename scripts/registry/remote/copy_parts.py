"""Copies one object on the server in the parts that it has, or that it is too large to do without.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/CopyingObjectsMPUapi.html
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Mapping
from functools import cached_property
from html import unescape

from registry import parallel
from registry.errors import Unreachable
from registry.remote import etag
from registry.remote.copy_requests import UNKNOWN, Requests, tag_of
from registry.remote.http import Answer
from registry.remote.s3 import Denied, Object, Overtaken

PART = 2**29  # of an object that came whole
PARTS_AT_ONCE = 4  # of one object, so that several large ones are under way
_NO_PARTS = {400, 405, 501}  # what stores answer that know no parts
_OF_PARTS = re.compile(r"[0-9a-fA-F]{32}-\d+")
_ID = re.compile(rb"<UploadId>([^<]+)</UploadId>")
# What a copy in parts has to be told, and a copy in one request takes over.
_KEPT = re.compile(r"content-(?:type|encoding|language|disposition)|cache-control|x-amz-meta-.+")


def is_in_parts(source: Object) -> bool:
    """Return whether the ETag says that the object was uploaded in parts."""
    return source.size > 0 and bool(_OF_PARTS.fullmatch(source.etag))


class CopyInParts:
    """The copy of one object."""

    def __init__(self, requests: Requests, source: Object, target: str) -> None:
        self.requests, self.source, self.target = requests, source, target
        self._id = ""

    def copy(self) -> str:
        """Return the ETag of the copy; "" where the store copies no parts."""
        if not self._begin(self.requests.head(self.source)):
            return ""
        numbers = range(math.ceil(self.source.size / self._part))
        try:
            tags = [tag for _, tag in parallel.over(numbers, self._copy, PARTS_AT_ONCE)]
            if all(tags):
                return self._complete(tags)
        except BaseException:
            self._abort()
            raise
        self._abort()
        return ""

    @cached_property
    def _part(self) -> int:
        """The size of the parts: as the store tells of the first one, else as is likely."""
        source, client = self.source, self.requests.origin
        if not is_in_parts(source):
            return min(PART, self.requests.most)
        head = client.head(source.key, {"partNumber": "1", **source.query})
        first = int(head.headers.get("content-length", "0")) if head else 0
        count = source.etag.rpartition("-")[2]
        if first > 0 and str(math.ceil(source.size / first)) == count:
            return first
        return etag.cut(source.size, source.etag)

    def _begin(self, head: Answer) -> bool:
        kept = {name: text for name, text in head.headers.items() if _KEPT.fullmatch(name)}
        try:
            answer = self._ask("POST", {"uploads": ""}, headers=kept)
        except Denied as error:
            if error.status in _NO_PARTS:
                return False
            raise
        named = _ID.search(answer.body)
        self._id = unescape(named[1].decode()) if named else ""
        return bool(self._id)

    def _copy(self, number: int) -> str:
        """The ETag of a part's copy; "" from a store that takes it for an upload of nothing."""
        begin = number * self._part
        end = min(begin + self._part, self.source.size) - 1
        headers = self.requests.headers(self.source)
        headers["x-amz-copy-source-range"] = f"bytes={begin}-{end}"
        query = {"partNumber": str(number + 1), "uploadId": self._id}
        try:
            answer = self._ask("PUT", query, headers=headers)
        except Denied as error:
            if error.status in _NO_PARTS and not isinstance(error, Overtaken):
                return ""
            raise
        return tag_of(answer) if b"CopyPartResult" in answer.body else ""

    def _complete(self, tags: list[str]) -> str:
        rows = "".join(
            f'<Part><PartNumber>{n}</PartNumber><ETag>"{tag}"</ETag></Part>'
            for n, tag in enumerate(tags, 1)
        )
        body = f"<CompleteMultipartUpload>{rows}</CompleteMultipartUpload>".encode()
        try:
            return tag_of(self._ask("POST", {"uploadId": self._id}, body))
        except Denied as error:
            if error.code != "NoSuchUpload":  # it is complete, and the answer was lost
                raise
            return UNKNOWN

    def _abort(self) -> None:
        with contextlib.suppress(Unreachable):
            self._ask("DELETE", {"uploadId": self._id})

    def _ask(
        self,
        method: str,
        query: Mapping[str, str],
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        return self.requests.ask(self.source, method, self.target, query, body, headers)
