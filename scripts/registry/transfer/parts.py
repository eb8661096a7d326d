"""Moves files in parts, several at once: a part of any file is as good as a file."""

from __future__ import annotations

import contextlib
import math
import re
import threading
from collections.abc import Iterator
from functools import partial

from registry.errors import RegistryError
from registry.remote import etag
from registry.remote.s3 import Client, Denied
from registry.transfer.files import Changed, Landing, Parting
from registry.transfer.job import Content
from registry.transfer.order import Order
from registry.transfer.pool import Task
from registry.transfer.run import Run, as_listed, media_type, with_md5

_ID = re.compile(rb"<UploadId>([^<]+)</UploadId>")


class _Parts:
    """A file, cut as its ETag says or as aws would cut it; {number: MD5} of what has passed."""

    def __init__(self, run: Run, path: str, content: Content) -> None:
        self.run, self.path, self.content = run, path, content
        self.part = etag.cut(content.size, content.etag)
        self.number = max(1, math.ceil(content.size / self.part))
        self._digests: dict[int, bytes] = {}
        self._lock = threading.Lock()

    def tasks(self) -> Iterator[Task]:
        for number in range(self.number):
            begin = number * self.part
            yield partial(self._move, number, begin, min(self.part, self.content.size - begin))

    def _move(self, number: int, begin: int, size: int) -> None:
        raise NotImplementedError

    def _is_last(self, number: int, digest: bytes) -> bool:
        """Return whether all parts have passed, once this one has."""
        with self._lock:
            self._digests[number] = digest
            return len(self._digests) == self.number

    @property
    def digests(self) -> list[bytes]:
        return [self._digests[number] for number in range(self.number)]


class Download(_Parts):
    """Writes each part where it belongs; the last one compares all."""

    def _move(self, number: int, begin: int, size: int) -> None:
        target = self.run.place(self.path)
        landing = Landing(target, self.run.count, begin)
        try:
            headers = as_listed(self.content.etag) | {"range": f"bytes={begin}-{begin + size - 1}"}
            answer = Order(self.run, self.path, "GET", headers=headers, sink=landing).answer()
            if "content-range" not in answer.headers or landing.size != size:
                raise RegistryError(f"{self.path}: the store gives no parts of objects")
            stat = landing.finish("")
            if self._is_last(number, landing.digest):
                stat = landing.finish(answer.headers.get("last-modified", ""))
                if stat.st_size == self.content.size and self.content.is_of(self.digests):
                    self.run.arrived(self.path, stat)
        finally:
            landing.close()


class Upload(_Parts):
    """Sends each part; the last one has the store make one object of them."""

    _id = ""
    _is_done = False

    def __init__(self, run: Run, path: str, content: Content) -> None:
        super().__init__(run, path, content)
        self._tags: dict[int, str] = {}

    def _move(self, number: int, begin: int, size: int) -> None:
        """A file that changes meanwhile is left: whoever asked for it looks, and asks again."""
        known = self.content.parts[number] if self.content.parts else b""
        source = Parting(self.run.at(self.path), self.run.count, begin, size, known)
        query = {"partNumber": str(number + 1), "uploadId": self._begin()}
        try:
            answer = Order(self.run, self.path, "PUT", query, source, with_md5(known)).answer()
        except Changed:
            return
        except Denied as error:
            if error.code == "BadDigest" and known and not source.is_as_known():
                return
            raise
        if answer.etag != source.digest.hex() and not answer.hides_bytes:
            if known and not source.is_as_known():
                return
            raise RegistryError(f"{self.path}: part {number + 1} came to S3 damaged: run again")
        self._tags[number] = answer.etag
        if self._is_last(number, source.digest) and self.content.is_of(self.digests):
            self._complete()

    def _begin(self) -> str:
        with self._lock:
            if not self._id:
                kind = media_type(self.path)
                begin = Order(self.run, self.path, "POST", {"uploads": ""}, headers=kind)
                answer = begin.answer()
                named = _ID.search(answer.body)
                if not named:
                    raise RegistryError(f"{self.path}: the store begins no upload in parts")
                from html import unescape

                self._id = unescape(named[1].decode())
        return self._id

    def _complete(self) -> None:
        rows = "".join(
            f'<Part><PartNumber>{n + 1}</PartNumber><ETag>"{self._tags[n]}"</ETag></Part>'
            for n in range(self.number)
        )
        body = f"<CompleteMultipartUpload>{rows}</CompleteMultipartUpload>".encode()
        try:
            answer = Order(self.run, self.path, "POST", {"uploadId": self._id}, body).answer()
        except Denied as error:
            if error.code != "NoSuchUpload":  # it is complete, and the answer was lost
                raise
        else:
            if b"<Error>" in answer.body:  # it may come after a hasty 200
                raise RegistryError(f"{self.path}: S3 could not join its parts: run again")
        self._is_done = True
        self.run.arrived(self.path)

    def give_up(self, client: Client) -> None:
        """Have the store forget the parts of what was not completed: they cost money."""
        if self._id and not self._is_done:
            with contextlib.suppress(RegistryError):
                key = self.run.job.prefix + self.path
                client.request("DELETE", key, {"uploadId": self._id})
