"""Frees what DVC's cache holds of one dataset's version and of no other's, as S3 has it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from registry import entries
from registry.entries import Entry
from registry.errors import RegistryError
from registry.index.stats import Stat, stat_of
from registry.raw import manifest
from registry.raw.cache import Cache
from registry.raw.dataset import Dataset
from registry.remote.s3 import Object
from registry.sections import RAW

Verdict = Callable[[Path, Stat, Object], bool | None]  # whether a file has an object's bytes


@dataclass
class CachedObjects:
    """The cache's, of an entry that is freed. `proven`: those that go; `notes`: what stays, why."""

    entry: Entry
    cache: Cache
    proven: dict[str, Stat] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def prove(self, rows: dict[str, Object], verdict: Verdict) -> None:
        """Find what goes too: no other dataset's, and the same in S3. `rows`: how S3 has each."""
        top = self.cache.top
        if self.cache.is_shared or self.entry.root.resolve() not in top.resolve().parents:
            self.notes.append(f"DVC's cache, {top}, is not of this clone alone: it stays")
            return
        needed = {name for other in _others(self.entry) for name in _needs(other, self.cache)}
        for name in rows.keys() - needed:
            path = self.cache.path(name)
            stat = stat_of(path)
            if stat and verdict(path, stat, rows[name]):
                self.proven[name] = stat
            elif stat:
                self.notes.append(f"{path} is not as S3 has it: it stays")

    def drop(self) -> int:
        """Take away what was proven and is untouched since; the bytes that this gives back."""
        size = 0
        for name, stat in sorted(self.proven.items()):
            path = self.cache.path(name)
            now = path.lstat() if path.exists() else None
            if now and (now.st_size, now.st_mtime_ns, now.st_ino) == (stat[0], stat[1], stat[3]):
                size += now.st_blocks * 512 if now.st_nlink == 1 else 0
                path.unlink()
                with contextlib.suppress(OSError):  # it holds others
                    path.parent.rmdir()
        return size


def _others(entry: Entry) -> Iterator[Dataset]:
    for other in entries.on_disk(RAW, entry.root):
        if other != entry:
            with contextlib.suppress(RegistryError):
                yield Dataset.of(other)


def _needs(dataset: Dataset, cache: Cache) -> dict[str, str]:
    """The objects of another dataset's version; none if the cache does not have their list."""
    with contextlib.suppress(RegistryError):
        return manifest.names(dataset, manifest.wanted(dataset, cache))
    return {}
