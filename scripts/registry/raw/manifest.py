"""Reads a raw dataset's version as {path: MD5}: from the list that DVC keeps as an object."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from registry import git
from registry.dvc_file import Version
from registry.dvc_outs import Out
from registry.entries import Entry
from registry.errors import RegistryError
from registry.index.table import Tags
from registry.raw import objects, stored
from registry.raw.cache import Cache
from registry.raw.dataset import Dataset
from registry.remote import etag
from registry.remote.s3 import Client


def wanted(dataset: Dataset, cache: Cache, client: Client | None = None) -> Tags:
    """Return {path: MD5} of the version that the `.dvc` file names, paths as the dataset's are.

    The lists of files come from DVC's cache, or else from S3. Raises RegistryError where neither
    has one.
    """

    def list_of(out: Out) -> bytes:
        return cache.read(out.object) or from_s3(dataset.entry, out, client)

    return of_lists(dataset, list_of)


def of_lists(dataset: Dataset, list_of: Callable[[Out], bytes]) -> Tags:
    """Return the same from lists of files that are at hand.

    Raises RegistryError for what is none.
    """
    files = Tags()
    for out in dataset.file.outs:
        if not out.is_folder:
            if out.digest:
                files[dataset.path(out)] = out.digest
            continue
        listed = dict(out.listed) or _parse(dataset.entry, out, list_of(out))
        for path, digest in listed.items():
            files[dataset.path(out, path)] = digest
    return files


def _parse(entry: Entry, out: Out, body: bytes) -> Tags:
    try:
        return objects.parse_list(body)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise RegistryError(
            f"{out.object} is no list of files: put the files of {entry} here, and "
            f"`make add DATASET={entry:sh}` writes it anew"
        ) from None


def from_s3(entry: Entry, out: Out, client: Client | None) -> bytes:
    """Return a list of files as S3 has it.

    Raises RegistryError when S3 lacks it, or it is damaged.
    """
    if client is None or out.elsewhere:
        raise RegistryError(f"DVC's cache lacks it: `make pull DATASET={entry:sh}`")
    answer = client.get(stored.key(client, out.object))
    if answer is None:
        raise RegistryError(f"S3 does not hold this version: {ask(entry)}")
    if etag.md5(answer.body) != objects.digest_of(out.object):
        raise RegistryError(f"the list of its files is damaged in S3: {ask(entry)}")
    return answer.body


def objects_of(dataset: Dataset, files: Tags) -> dict[str, str]:
    """Return {path: the object that holds it} of a version."""
    return {
        path: objects.by_digest([digest], dataset.out_of(path).is_legacy)[0]
        for path, digest in files.items()
    }


def names(dataset: Dataset, files: Tags) -> dict[str, str]:
    """{object: a path that it is for} of a version: its files' objects, and its lists of files."""
    by_name = {name: path for path, name in objects_of(dataset, files).items()}
    for out in dataset.objects():
        by_name.setdefault(out.object, dataset.path(out) or dataset.entry.name)
    return by_name


def ask(entry: Entry) -> str:
    """Whom to ask for a version that S3 lacks, and for what."""
    who = "its author"
    with suppress(RegistryError):
        commit = git.last_commits(entry.root, f"{entry}.dvc").get(f"{entry}.dvc")
        who = f"{commit.who}, who committed it at {commit.when}," if commit else who
    return f"ask {who} to `make push DATASET={entry:sh}`"


def not_in_s3(root: Path, versions: list[Version]) -> list[Version]:
    """Return those that S3 lacks; a folder's list of files is sent last. Raises Unreachable."""
    from registry.remote import connect

    session, _ = connect.connect(root)
    rows = stored.look(session.client, [version.object for version in versions])
    bad = set(stored.damaged(session.client, rows))
    return [v for v in versions if v.object not in rows or v.object in bad]
