"""Tells what S3 holds of DVC's objects, and whether that is what their names say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from registry import parallel
from registry.raw import objects
from registry.remote import etag
from registry.remote.location import DVC_FOLDER
from registry.remote.s3 import Client, Object

FEW = 100  # objects that are asked for one by one; for more, all are listed
SURE_BYTES = 8 * 2**20  # what is read to be sure, where an ETag tells nothing
_MD5 = re.compile(r"[0-9a-f]{32}")


def key(client: Client, name: str) -> str:
    return client.remote.key(DVC_FOLDER, name)


def look(client: Client, names: Iterable[str]) -> dict[str, Object]:
    """Return {object: how S3 has it} for those of these that it has."""
    wanted = set(names)
    if len(wanted) > FEW:
        modern = any(not objects.is_legacy(name) for name in wanted)
        old = any(map(objects.is_legacy, wanted))
        listed = every(client, objects.MODERN if modern and not old else "")
        return {name: row for name, row in listed if name in wanted}
    heads = parallel.ask(sorted(wanted), lambda name: _head(client, name))
    return {name: row for name, row in heads if row}


def every(client: Client, below: str = "") -> Iterator[tuple[str, Object]]:
    """Yield (object, how S3 has it) for everything of DVC's that S3 holds."""
    top = client.remote.key(DVC_FOLDER, "")
    for row in client.list(top + below):
        yield row.key[len(top) :], row


def damaged(client: Client, rows: Mapping[str, Object]) -> list[str]:
    """The objects that hold something else than their names say, as far as can be told cheaply.

    An ETag that is no MD5 of the bytes (in parts, encrypted, or of a store that makes them its own
    way) tells nothing: then small objects are read, and large ones get the benefit of the doubt.
    """
    is_md5 = any(row.etag == objects.digest_of(name) for name, row in rows.items())
    odd = [name for name, row in rows.items() if row.etag != objects.digest_of(name)]
    judged = parallel.ask(odd, lambda name: _is_damaged(client, name, rows[name], is_md5))
    return [name for name, bad in judged if bad]


def _is_damaged(client: Client, name: str, row: Object, is_md5: bool) -> bool:
    if row.size <= SURE_BYTES:
        answer = client.get(row.key)
        return answer is not None and not holds(answer.body, name)
    if objects.is_legacy(name) or not is_md5 or not _MD5.fullmatch(row.etag):
        return False
    head = client.head(row.key)
    return head is not None and not head.hides_bytes


def holds(body: bytes, name: str) -> bool:
    """Return whether these bytes are what the object's name says."""
    digest = objects.digest_of(name)
    return digest == etag.md5(body) or (
        objects.is_legacy(name) and digest in objects.old_digests_of(body)
    )


def _head(client: Client, name: str) -> Object | None:
    head = client.head(key(client, name))
    if head is None:
        return None
    size = int(head.headers.get("content-length", 0))
    storage = head.headers.get("x-amz-storage-class", "")
    return Object(key(client, name), size, head.etag, storage=storage)
