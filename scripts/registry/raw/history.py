"""Reads a raw dataset's history: the versions that Git's log says its `.dvc` file named."""

from __future__ import annotations

from itertools import pairwise

from registry import dvc_file, dvc_parser, git
from registry.dvc_outs import BadDvcFile, DvcFile
from registry.entries import Amount, Entry
from registry.errors import RegistryError
from registry.humanize import harmless
from registry.index.table import Tags
from registry.raw import manifest
from registry.raw.cache import Cache
from registry.raw.dataset import Dataset
from registry.remote.s3 import Client
from registry.sync.history import Counts, Sealed
from registry.sync.marker import DONE, Marker

FORM = "--format=%H%x02%an%x02%ad"
DATE = "--date=format-local:%Y-%m-%dT%H:%M:%SZ"


def read(entry: Entry, client: Client | None, most: int) -> list[Sealed]:
    """Return the last versions that were committed, the newest first, and at most so many.

    Without a `client`, files are compared only where DVC's cache here has their lists.
    """
    seen = committed(entry, most + 1)
    lists = [_files(entry, file, client) for _, file in seen]
    changes = [_counts(old, new) for new, old in pairwise(lists)]
    changes += [None] * (len(seen) - len(changes))
    return [Sealed(made, change) for (made, _), change in zip(seen, changes, strict=True)][:most]


def committed(entry: Entry, most: int) -> list[tuple[Marker, DvcFile]]:
    """Return the last versions and their `.dvc` files, the newest first."""
    words = ("log", FORM, DATE, f"--max-count={most}", "--", f"{entry}.dvc")
    told = git.run(entry.root, *words).decode(errors="replace") if git.has_head(entry.root) else ""
    commits = [line.split("\x02") for line in told.splitlines()]
    return [(_marker(c, file), file) for c in commits if (file := _file(entry, c[0]))]


def _file(entry: Entry, commit: str) -> DvcFile | None:
    content = git.show(entry.root, f"{commit}:{entry}.dvc")
    try:
        return dvc_parser.parse(content, f"{entry}.dvc") if content is not None else None
    except BadDvcFile:
        return None


def _marker(commit: list[str], file: DvcFile) -> Marker:
    id, who, when = map(harmless, commit)
    files, size = dvc_file.amount_of(file) or Amount(0, 0)
    version = dvc_file.content_of(file)
    return Marker(DONE, id, who, "", when, id, files=files, bytes=size, version=version)


def _files(entry: Entry, file: DvcFile, client: Client | None) -> Tags | None:
    try:
        return manifest.wanted(Dataset(entry, file), Cache.of(entry.root), client)
    except RegistryError:  # its list of files is nowhere any more
        return None


def _counts(old: Tags | None, new: Tags | None) -> Counts | None:
    if old is None or new is None:
        return None
    changed = sum(new[path] != old[path] for path in old.keys() & new.keys())
    return Counts(len(new.keys() - old.keys()), changed, len(old.keys() - new.keys()))
