"""The benchmark server's memory: keys, bytes, ETags, multipart uploads, listings in key order."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from hashlib import md5
from itertools import count


@dataclass(frozen=True)
class Stored:
    """One object: its bytes, its ETag without quotes, when it came (s), stored mtime headers."""

    body: bytes
    etag: str
    when: float
    meta: tuple[tuple[str, str], ...] = ()


@dataclass
class Page:
    """One answer to a listing: keys in order, common prefixes, and where the next one begins."""

    keys: list[str] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    after: str = ""


class Store:
    """All objects of one bucket, by key."""

    def __init__(self) -> None:
        self.objects: dict[str, Stored] = {}
        self._sorted: list[str] | None = []
        self._parts: dict[str, dict[int, bytes]] = {}
        self._uploads = count(1)

    def put(self, key: str, body: bytes, etag: str = "", meta: tuple = ()) -> Stored:
        stored = Stored(body, etag or md5(body).hexdigest(), time.time(), meta)
        if key not in self.objects:
            self._sorted = None
        self.objects[key] = stored
        return stored

    def delete(self, key: str) -> None:
        if self.objects.pop(key, None):
            self._sorted = None

    def drop(self, prefix: str) -> None:
        """Delete all that begins with `prefix`."""
        self.objects = {k: v for k, v in self.objects.items() if not k.startswith(prefix)}
        self._sorted = None

    def begin(self) -> str:
        """A new multipart upload's id."""
        upload = f"upload{next(self._uploads)}"
        self._parts[upload] = {}
        return upload

    def part(self, upload: str, number: int, body: bytes) -> str:
        self._parts[upload][number] = body
        return md5(body).hexdigest()

    def complete(self, upload: str, key: str, meta: tuple = ()) -> Stored:
        """Join the parts; the ETag is the MD5 of their MD5s, as S3 has it."""
        parts = [body for _, body in sorted(self._parts.pop(upload).items())]
        digests = b"".join(md5(body).digest() for body in parts)
        return self.put(key, b"".join(parts), f"{md5(digests).hexdigest()}-{len(parts)}", meta)

    def abort(self, upload: str) -> None:
        self._parts.pop(upload, None)

    def page(self, prefix: str, after: str, delimiter: str, most: int) -> Page:
        """At most `most` rows behind `after`."""
        keys = self._in_order()
        at = max(bisect_left(keys, prefix), bisect_right(keys, after) if after else 0)
        found, last = Page(), ""
        while at < len(keys) and keys[at].startswith(prefix):
            if len(found.keys) + len(found.prefixes) == most:
                found.after = last
                break
            cut = keys[at].find(delimiter, len(prefix)) if delimiter else -1
            if cut < 0:
                last = keys[at]
                found.keys.append(last)
                at += 1
            else:
                folder = keys[at][: cut + 1]
                last = folder + "\U0010ffff"
                found.prefixes.append(folder)
                at = bisect_left(keys, last, at)
        return found

    def digests(self, prefix: str) -> dict[str, str]:
        """{key behind the prefix: MD5 of the very bytes}; ETags are not trusted."""
        rows = ((k, v) for k, v in self.objects.items() if k.startswith(prefix))
        return {k[len(prefix) :]: md5(v.body).hexdigest() for k, v in rows}

    def _in_order(self) -> list[str]:
        if self._sorted is None:
            self._sorted = sorted(self.objects)
        return self._sorted
