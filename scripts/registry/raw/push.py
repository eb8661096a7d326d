"""Pushes raw datasets by DVC, once the cache's objects are in S3."""

from __future__ import annotations

from pathlib import Path

from registry import parallel
from registry.entries import Entry
from registry.errors import RegistryError
from registry.raw.cache import _cached, manifest_here
from registry.raw.manifest import manifest, object_key, stored
from registry.remote import etag
from registry.remote.s3 import Client

FEW = 100  # objects that are asked for one by one; for more, all versions' are listed
HANDS = 16  # requests at once


def lacking(client: Client, entry: Entry) -> dict[str, str]:
    """{path: MD5} of the version that the `.dvc` file names, as far as S3 lacks it.

    Raises RegistryError when S3 lacks no more than the list of its files, which is sent last.
    """
    try:
        wanted = manifest_here(entry)
    except RegistryError:
        wanted = manifest(client, entry)
    digests = {*wanted.values()}
    if len(digests) > FEW:
        lost = digests.difference(name for name, _ in stored(client))
    else:
        heads = parallel.over(digests, lambda d: client.head(object_key(client, d)), HANDS)
        lost = {digest for digest, head in heads if head is None}
    if not lost:
        manifest(client, entry)
    return {path: digest for path, digest in wanted.items() if digest in lost}


def holder(entry: Entry, path: str, digest: str) -> Path | None:
    """A file here that holds the bytes: the dataset's own or the one in DVC's cache."""
    files = (entry.folder / path, _cached(entry, digest))
    return next((f for f in files if f.is_file() and etag.compute(f) == digest), None)
