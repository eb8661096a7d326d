"""Lists the files of an entry as its version has them, from S3 or from here; fetches none."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from registry.entries import Entry
from registry.errors import RegistryError, Unreachable
from registry.index import baseline, content, listing, scan
from registry.index.stats import stat_of
from registry.raw import manifest, stored
from registry.raw.cache import Cache
from registry.raw.dataset import Dataset
from registry.remote.s3 import Client
from registry.sections import SECTIONS
from registry.sync import marker, versions

LISTED, NAMED = "its version's list in S3", "its .dvc file"


class File(NamedTuple):
    """A file of an entry. size: None while nobody knows it. key: its object in S3, "" if there is
    none. place: where this machine has the very same bytes, "" if nowhere."""

    path: str
    size: int | None
    key: str = ""
    place: str = ""


@dataclass
class Contents:
    """The files, by path. source: who says so, for people. version: what they are of, or ""."""

    files: list[File] = field(default_factory=list)
    source: str = ""
    version: str = ""

    @property
    def is_of_version(self) -> bool:
        """Whether it is what the version holds, whatever anybody does to the files meanwhile."""
        return bool(self.version) and self.source in (LISTED, NAMED)

    @property
    def bytes(self) -> int:
        return sum(file.size or 0 for file in self.files)


def read(entry: Entry, client: Client | None) -> Contents:
    """What S3 holds of the entry; of one that never was there, or without a client, what is here.

    Raises Unreachable when S3 does not answer.
    """
    travels = SECTIONS[entry.section].travels
    if travels == "dvc":
        listed = _versioned(entry, client)
    else:
        listed = _mirrored(entry, client) if client and travels != "never" else None
    return listed or _here(entry)


def _mirrored(entry: Entry, client: Client) -> Contents | None:
    """By the marker's content list, or else by S3's own listing; None if nothing is there."""
    held, etag = marker.read(client, entry)
    version = held.version if held else ""
    rows = _content_list(entry, client, version) if content.is_version(version) else []
    source = LISTED
    if not rows:
        listed = listing.read(client, client.remote.prefix(entry)).files
        rows, version, source = [(p, s) for p, s, _ in listed.by_path()], "", "S3's listing"
    if not rows:
        return None
    if held and held.state == marker.PUSHING:
        source += ", in the middle of a push"
    here = _same_here(entry, client.remote.identity, etag)
    prefix = client.remote.prefix(entry)
    files = [File(path, size, prefix + path, here.get(path, "")) for path, size in rows]
    return Contents(files, source, version[: content.DIGITS_SHOWN])


def _content_list(entry: Entry, client: Client, version: str) -> list[tuple[str, int]]:
    """(path, size) of a version; nothing without a list of it, or with one that is no good."""
    with suppress(RegistryError):
        lines = versions.read(client, entry, version) or {}
        return [(path, line.size) for path, line in lines.items()]
    return []


def _same_here(entry: Entry, remote: str, etag: str) -> dict[str, str]:
    """{path: place} of the files here that are still what was verified against the marker."""
    base = baseline.load(entry, remote)
    if not etag or base.marker != etag:
        return {}
    local = scan.scan(entry.folder).files
    return {
        path: str(entry.folder / path)
        for path, stat in local.items()
        if path in base.rows and base.rows[path].stat == stat
    }


def _versioned(entry: Entry, client: Client | None) -> Contents | None:
    """By DVC's list of files; sizes are those of its objects, in the cache here or in S3."""
    try:
        dataset, cache = Dataset.of(entry), Cache.of(entry.root)
        objects = manifest.objects_of(dataset, manifest.wanted(dataset, cache, client))
    except Unreachable:
        raise
    except RegistryError:
        return None
    stats = {name: stat_of(cache.path(name)) for name in set(objects.values())}
    missing = [name for name, stat in stats.items() if not stat]
    rows = stored.look(client, missing) if client and missing else {}
    files = []
    for path, name in sorted(objects.items()):
        stat, row = stats[name], rows.get(name)
        if stat:
            files.append(File(path, stat.size, "", str(cache.path(name))))
        else:
            files.append(File(path, row.size, row.key) if row else File(path, None))
    version = dataset.file.outs[0].digest.removesuffix(".dir")[: content.DIGITS_SHOWN]
    return Contents(files, NAMED, version) if files else None


def _here(entry: Entry) -> Contents:
    base, scanned = entry.folder, scan.scan(entry.folder)
    if SECTIONS[entry.section].travels == "dvc":
        dataset = Dataset.anyway(entry)
        base, scanned = dataset.base, dataset.scan()
    rows = sorted(scanned.files.items())
    files = [File(path, stat.size, "", str(base / path)) for path, stat in rows]
    return Contents(files, "this machine")
