"""Compares a raw dataset's bytes with the version that its `.dvc` file names, and that with S3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from registry.dvc_file import Version, named
from registry.entries import Entry
from registry.errors import RegistryError
from registry.index.table import Tags
from registry.remote import etag
from registry.remote.location import DVC_FOLDER
from registry.remote.s3 import Client, Object


def manifest(client: Client, entry: Entry) -> Tags:
    """{path: MD5} of the version that the `.dvc` file names, as S3 has it.

    Raises RegistryError when S3 lacks the list of its files.
    """
    return parse(list_of_files(client, entry))


def list_of_files(client: Client, entry: Entry) -> bytes:
    """The same as DVC stores it. Raises RegistryError when S3 lacks it, or it is damaged."""
    digest = named(entry)
    answer = client.get(object_key(client, digest) + ".dir")
    if answer is None:
        raise RegistryError(f"S3 does not hold this version: `make push DATASET={entry:sh}`")
    return _sound(answer.body, digest)


def _sound(body: bytes, digest: str) -> bytes:
    if etag.md5(body) != digest:
        raise RegistryError("the list of its files is damaged: push it again")
    return body


def parse(body: bytes) -> Tags:
    """{path: MD5} of a list of files."""
    files = Tags()

    def note(row: dict[str, str]) -> None:
        files[row["relpath"]] = row["md5"]

    json.loads(body, object_hook=note)  # at once, so that there never is a dict for each file
    return files


def object_key(client: Client, digest: str) -> str:
    return client.remote.key(DVC_FOLDER, "files", "md5", digest[:2], digest[2:])


def stored(client: Client) -> Iterator[tuple[str, Object]]:
    """(MD5, object) for everything of DVC's that S3 holds; lists of files end with `.dir`."""
    prefix = client.remote.key(DVC_FOLDER, "files", "md5", "")
    for row in client.list(prefix):
        yield row.key[len(prefix) :].replace("/", ""), row


def not_in_s3(root: Path, versions: list[Version]) -> list[Version]:
    """Those that S3 lacks; DVC sends a folder's list of files last. Raises Unreachable."""
    from registry.remote import connect

    session, _ = connect.connect(root)
    client = session.client
    return [v for v in versions if client.head(object_key(client, v.digest)) is None]
