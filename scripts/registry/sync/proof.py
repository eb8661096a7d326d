"""Proves that S3 holds the very bytes of a file here: by its ETag, else by reading them back."""

from __future__ import annotations

import os
from pathlib import Path

from registry.index import stats
from registry.index.hashes import same_bytes
from registry.index.stats import Stat
from registry.remote import etag
from registry.remote.s3 import Object
from registry.remote.session import Session

SPAN = 8 * 2**20  # bytes that one request reads back


def verdict(session: Session, file: str | Path, stat: Stat, listed: Object) -> bool | None:
    """Return whether the file of this stat holds the object's bytes; None if nobody can tell.

    Where the ETag does not settle it, the object's head is asked for its encryption and the sizes
    of its parts.
    """
    same = same_bytes(file, stat, listed.etag)
    if same:
        return True
    head = session.client.head(listed.key)
    if head is None or head.etag != listed.etag:
        return False
    if head.hides_bytes:
        return None
    if same is False:
        return False if session.has_md5_etags() else None
    sizes = session.client.part_sizes(listed.key, listed.etag, listed.size)
    return etag.matches_parts(file, sizes, listed.etag) if sizes else None


def read_back(session: Session, file: str | Path, stat: Stat, listed: Object) -> bool:
    """Return the same, by reading all of the object: for those whose ETag tells nothing."""
    with open(file, "rb") as body:
        for at in range(0, listed.size, SPAN):
            span = f"bytes={at}-{min(at + SPAN, listed.size) - 1}"
            headers = {"range": span, "if-match": f'"{listed.etag}"'}
            answer = session.client.request("GET", listed.key, headers=headers)
            if answer.body != body.read(SPAN):
                return False
    is_still = stats.stat_of(file) == stat and stat.size == listed.size
    return is_still and os.path.getsize(file) == listed.size
