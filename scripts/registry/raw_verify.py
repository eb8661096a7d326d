"""Compares a raw dataset's bytes with the version that its `.dvc` file names, and that with S3."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from registry import etag, remote, spread
from registry.condition import Amount
from registry.entries import Entry
from registry.errors import RegistryError
from registry.remote import DVC_FOLDER
from registry.s3 import Client, Object
from registry.survey import Survey
from registry.table import Tags

FEW = 100  # objects that are asked for one by one; for more, all versions' are listed
HANDS = 16  # requests at once
NOT_STORED = "not in S3: `make push` sends it"
_OUT = re.compile(r"md5: ([0-9a-f]{32})(\.dir)?\b")
_SIZE = re.compile(r"^ +size: (\d+)$", re.MULTILINE)
_FILES = re.compile(r"^ +nfiles: (\d+)$", re.MULTILINE)


def compare(survey: Survey) -> Iterator[tuple[str, str]]:
    """(path, what is wrong) for each file that is not here as named, or not in S3."""
    entry, client = survey.entry, survey.session.client
    wanted = manifest(client, entry)
    there = {name for name, _ in stored(client)}
    here = survey.local.files
    survey.read_bytes((path, digest) for path, digest in wanted.items() if path in here)
    for path, digest in wanted.items():
        if digest not in there:
            yield path, NOT_STORED
        if path not in here:
            yield path, "missing here"
        elif not survey.holds(path, digest):
            yield path, "differs"
    for path in here.keys() - wanted.keys():
        yield path, f"extra: {entry.name}.dvc does not name it"


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
        heads = spread.over(digests, lambda d: client.head(object_key(client, d)), HANDS)
        lost = {digest for digest, head in heads if head is None}
    if not lost:
        manifest(client, entry)
    return {path: digest for path, digest in wanted.items() if digest in lost}


def holder(entry: Entry, path: str, digest: str) -> Path | None:
    """A file here that holds the bytes: the dataset's own or the one in DVC's cache."""
    files = (entry.folder / path, _cached(entry, digest))
    return next((f for f in files if f.is_file() and etag.compute(f) == digest), None)


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


def manifest_here(entry: Entry) -> Tags:
    """The same from DVC's cache here. Raises RegistryError when the cache lacks it."""
    return parse(list_here(entry))


def list_here(entry: Entry) -> bytes:
    """The list of files in DVC's cache here. Raises as `list_of_files` does."""
    digest = named(entry)
    try:
        return _sound(_cached(entry, f"{digest}.dir").read_bytes(), digest)
    except OSError:
        raise RegistryError(f"DVC's cache lacks it: `make pull DATASET={entry:sh}`") from None


def objects(root: Path) -> Path:
    """The folder of the objects in DVC's cache, wherever DVC's config says that it is."""
    folder = root / ".dvc" / (remote.cache(root).get("dir") or "cache")
    return folder / "files" / "md5"


def named(entry: Entry) -> str:
    """The MD5 of the version that the `.dvc` file names. Raises RegistryError without one."""
    try:
        found = _OUT.search(entry.dvc_file.read_text())
    except FileNotFoundError:
        raise RegistryError(f"it was never added: `make add DATASET={entry:sh}`") from None
    if not found:
        raise RegistryError(f"{entry.name}.dvc names no MD5: add it again")
    if not found.group(2):
        raise RegistryError("its .dvc file names a single file: an entry is a folder; add that")
    return found.group(1)


def amount(entry: Entry) -> Amount | None:
    """How much that version is, as the `.dvc` file says; None if it does not."""
    text = entry.dvc_file.read_text()
    size, files = _SIZE.search(text), _FILES.search(text)
    return Amount(int(files.group(1)), int(size.group(1))) if size and files else None


def total(wanted: Iterable[Entry]) -> Amount:
    """How much these versions are in all, as far as their `.dvc` files say."""
    amounts = [there for there in map(amount, wanted) if there]
    return Amount(sum(a.files for a in amounts), sum(a.bytes for a in amounts))


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


def _cached(entry: Entry, digest: str) -> Path:
    return objects(entry.root) / digest[:2] / digest[2:]


def object_key(client: Client, digest: str) -> str:
    return client.remote.key(DVC_FOLDER, "files", "md5", digest[:2], digest[2:])


def stored(client: Client) -> Iterator[tuple[str, Object]]:
    """(MD5, object) for everything of DVC's that S3 holds; lists of files end with `.dir`."""
    prefix = client.remote.key(DVC_FOLDER, "files", "md5", "")
    for row in client.list(prefix):
        yield row.key[len(prefix) :].replace("/", ""), row
