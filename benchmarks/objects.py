"""The benchmark server's memory: keys, bytes, ETags, multipart uploads, listings in key order."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from hashlib import md5
from itertools import count

FEW = 100
LAST = "\U0010ffff"  # behind everything that a key can hold


@dataclass(frozen=True, slots=True)
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
    """All objects of one bucket, by key; equal bytes are kept once, under their ETag."""

    def __init__(self) -> None:
        self.objects: dict[str, Stored] = {}
        self._bodies: dict[str, bytes] = {}
        self._keys: list[str] = []  # in order, but for those in _fresh
        self._fresh: list[str] = []
        self._parts: dict[str, dict[int, tuple[bytes, bytes]]] = {}
        self._uploads = count(1)

    def put(self, key: str, body: bytes, etag: str = "", meta: tuple = ()) -> Stored:
        etag = etag or md5(body).hexdigest()
        stored = Stored(self._bodies.setdefault(etag, body), etag, time.time(), meta)
        self.place(key, stored)
        return stored

    def place(self, key: str, stored: Stored) -> None:
        if key not in self.objects:
            self._fresh.append(key)
        self.objects[key] = stored

    def delete(self, key: str) -> None:
        if self.objects.pop(key, None):
            keys = self._in_order()
            del keys[bisect_left(keys, key)]

    def drop(self, prefix: str) -> None:
        """Delete all that begins with `prefix`."""
        keys, rows = self._in_order(), self._range(prefix)
        for key in keys[rows]:
            del self.objects[key]
        del keys[rows]

    def begin(self) -> str:
        """A new multipart upload's id."""
        upload = f"upload{next(self._uploads)}"
        self._parts[upload] = {}
        return upload

    def part(self, upload: str, number: int, body: bytes) -> str:
        digest = md5(body)
        self._parts[upload][number] = body, digest.digest()
        return digest.hexdigest()

    def complete(self, upload: str, key: str, meta: tuple = ()) -> Stored:
        """Join the parts; the ETag is the MD5 of their MD5s, as S3 has it."""
        parts = [part for _, part in sorted(self._parts.pop(upload).items())]
        etag = f"{md5(b''.join(digest for _, digest in parts)).hexdigest()}-{len(parts)}"
        whole = self._bodies.get(etag) or b"".join(body for body, _ in parts)
        return self.put(key, whole, etag, meta)

    def abort(self, upload: str) -> None:
        self._parts.pop(upload, None)

    def page(self, prefix: str, after: str, delimiter: str, most: int) -> Page:
        """At most `most` rows behind `after`."""
        keys = self._in_order()
        at = max(bisect_left(keys, prefix), bisect_right(keys, after) if after else 0)
        listing, last = Page(), ""
        while at < len(keys) and keys[at].startswith(prefix):
            if len(listing.keys) + len(listing.prefixes) == most:
                listing.after = last
                break
            cut = keys[at].find(delimiter, len(prefix)) if delimiter else -1
            if cut < 0:
                last = keys[at]
                listing.keys.append(last)
                at += 1
            else:
                folder = keys[at][: cut + 1]
                last = folder + LAST
                listing.prefixes.append(folder)
                at = bisect_left(keys, last, at)
        return listing

    def digests(self, prefix: str) -> dict[str, str]:
        """{key behind the prefix: MD5 of the very bytes}; ETags are not trusted."""
        known: dict[int, str] = {}  # a body that many keys share is read once
        rows = ((key, self.objects[key].body) for key in self._in_order()[self._range(prefix)])
        return {
            key[len(prefix) :]: known.get(id(body))
            or known.setdefault(id(body), md5(body).hexdigest())
            for key, body in rows
        }

    def _range(self, prefix: str) -> slice:
        keys = self._in_order()
        return slice(bisect_left(keys, prefix), bisect_left(keys, prefix + LAST))

    def _in_order(self) -> list[str]:
        """All keys, sorted; a few new ones are put in place, to spare a million comparisons."""
        if len(self._fresh) > FEW:
            self._keys += sorted(self._fresh)
            self._keys.sort()
        else:
            for key in self._fresh:
                insort(self._keys, key)
        self._fresh.clear()
        return self._keys
