"""Compares a raw dataset's files here with a version, and knows a version by what is here."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from registry import parallel
from registry.index.scan import Scan
from registry.index.stats import stat_of
from registry.index.table import Tags
from registry.raw import objects
from registry.raw.cache import Cache
from registry.raw.dataset import Dataset
from registry.remote import etag


@dataclass
class Difference:
    """Paths by how they differ from a version. `digests`: the MD5s of the files that were read."""

    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    digests: Tags = field(default_factory=Tags)

    def __bool__(self) -> bool:
        return bool(self.changed or self.missing or self.extra)


def read(dataset: Dataset, here: Scan, version: Tags) -> Difference:
    """Read every file that the version has, and say how the files here differ from it."""
    difference = Difference()
    both = [path for path in here.files if path in version]
    for path, digest in parallel.over(both, lambda p: _digest(dataset, here, p), os.cpu_count()):
        difference.digests[path] = digest
        if digest != version[path] and not _fits_old_rule(dataset, path, version[path]):
            difference.changed.append(path)
    difference.missing = sorted(version.keys() - here.files.keys())
    difference.extra = sorted(here.files.keys() - version.keys())
    difference.changed.sort()
    return difference


def is_other_version(dataset: Dataset, here: Scan, difference: Difference, cache: Cache) -> bool:
    """Return whether what is here is, file by file, another version that DVC's cache holds.

    Then nothing is lost when the named one takes its place: it is no edit, the `.dvc` file is
    another's, of another branch or before a stash.
    """
    for path in difference.extra:
        difference.digests[path] = _digest(dataset, here, path)
    return all(_is_cached(dataset, out.path, out.is_folder, difference, cache)
               for out in dataset.file.outs)  # fmt: skip


def _is_cached(
    dataset: Dataset, path: str, is_folder: bool, difference: Difference, cache: Cache
) -> bool:
    mine = {p: d for p, d in difference.digests.items() if dataset.out_of(p).path == path}
    files = objects.by_digest(mine.values(), legacy=False)
    if not files or not all(map(cache.has, files)):
        return False
    if not is_folder:
        return True
    top = "" if dataset.is_folder else f"{path}/"
    named = objects.list_digest({p.removeprefix(top): d for p, d in mine.items()})
    return cache.has(objects.by_digest([named], legacy=False)[0] + ".dir")


def _fits_old_rule(dataset: Dataset, path: str, digest: str) -> bool:
    out = dataset.out_of(path)
    return out.is_legacy and objects.has_digest(dataset.base / path, digest, by_old_rule=True)


def _digest(dataset: Dataset, here: Scan, path: str) -> str:
    """The MD5 of a file; "" if it is not the one that was scanned."""
    file = dataset.base / path
    if stat_of(file) != here.files[path]:
        return ""
    digest = etag.compute(file)
    return digest if stat_of(file) == here.files[path] else ""


def is_more(here: Scan, paths: Iterable[str], most: int) -> bool:
    """Return whether these files are more bytes than `most`."""
    return here.files.bytes_of(paths) > most
