"""Looks into DVC's cache in this checkout: which objects it has, and which are sound.

DVC trusts an object once it is there, whatever happened to it since. Here its stat is remembered
when its bytes were read, and they are read again when that changed.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from registry import files, parallel
from registry.entries import Entry
from registry.errors import RegistryError
from registry.index import baseline
from registry.index.baseline import Baseline, Rows
from registry.index.stats import Stats, stat_of
from registry.raw import objects
from registry.remote import dvc_config, etag
from registry.remote.s3 import Object
from registry.sync import place, trash

MODE = 0o444  # what DVC gives its objects: it trusts those that nobody can have written to


class Cache(NamedTuple):
    """`top`: its folder. `is_shared`: whether a group writes to it (`cache.shared`)."""

    root: Path
    top: Path
    is_shared: bool

    @classmethod
    def of(cls, root: Path) -> Cache:
        return cls(
            root, dvc_config.cache_folder(root), dvc_config.cache(root).get("shared") == "group"
        )

    def path(self, name: str) -> Path:
        return self.top / name

    def has(self, name: str) -> bool:
        return self.path(name).exists()

    def read(self, name: str) -> bytes | None:
        """Return a list of files; None if it is not here, or not as its name says."""
        try:
            body = self.path(name).read_bytes()
        except OSError:
            return None
        return body if etag.md5(body) == objects.digest_of(name) else None

    def unsound(self, names: Iterable[str]) -> list[str]:
        """Return those that are here and hold something else than their names say."""
        return Soundness(self).unsound(names)

    def unlike(self, rows: Mapping[str, Object]) -> set[str]:
        """Those that are right here, and of another size in S3, whatever their ETags tell."""
        other = {
            name
            for name, row in rows.items()
            if (stat := stat_of(self.path(name))) and stat.size != row.size
        }
        return other.difference(self.unsound(other))

    def set_aside(self, names: Iterable[str], entry: Entry) -> int:
        """Move objects to the trash, where an edit made through a link can be found."""
        aside, count = trash.new(entry, "damaged"), 0
        for name in names:
            target = aside / name.replace("/", "_")
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.move(self.path(name), target)
            except OSError as error:
                where = self.path(name)
                raise RegistryError(f"{where} is damaged and stays: {error.strerror}") from None
            count += 1
        trash.tidy(aside)
        return count

    def take(self, stage: Path, names: Iterable[str], sound: Container[str] = ()) -> None:
        """Put in the staged objects that hold what they should, as `sound` ones were seen to."""
        staged = [(stage / name, name) for name in names if (stage / name).exists()]
        doubted = [pair for pair in staged if pair[1] not in sound]
        judged = parallel.over(doubted, lambda pair: objects.holds(*pair), os.cpu_count())
        bad = {name for (_, name), holds in judged if not holds}
        good = [(file, name) for file, name in staged if name not in bad]
        if good:
            place.flush(stage)
        for folder in {self.path(name).parent for _, name in good}:
            self.make(folder)
        new = [(file, name) for file, name in good if not self.has(name)]
        for file, name in new:
            file.chmod(MODE)
            shutil.move(file, self.path(name))
        if new:
            Soundness(self).trust(name for _, name in new)

    def take_copy(self, file: Path, name: str) -> None:
        """Put in a copy of a file that was seen to hold what the object's name says."""
        target = self.path(name)
        self.make(target.parent)
        partial = target.with_name(f"{target.name}.{os.getpid()}.tmp")
        try:
            shutil.copyfile(file, partial)
            if not objects.holds(partial, name):
                raise RegistryError(f"{file} is being written to: run again")
            partial.chmod(MODE)
            os.replace(partial, target)
        finally:
            partial.unlink(missing_ok=True)

    def take_list(self, name: str, body: bytes) -> None:
        """Put in a version's list of files, as DVC would."""
        target = self.path(name)
        if not target.exists():
            self.make(target.parent)
            files.write_whole(target, body, durable=True)
            target.chmod(MODE)

    def make(self, folder: Path) -> None:
        """Make a folder of the cache, with the rights that a group needs where one shares it."""
        for parent in reversed([folder, *folder.parents]):
            if not parent.exists():
                parent.mkdir(exist_ok=True)
                if self.is_shared:
                    parent.chmod(0o2775)


class Soundness:
    """Which objects were read and found right, by their stats."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.entry = Entry(".dvc", "cache", cache.root)  # it only names the file
        self.looked = time.time_ns()
        self.known = baseline.load(self.entry, os.fspath(cache.top)).rows

    def unsound(self, names: Iterable[str]) -> list[str]:
        """Return those that are here and hold something else; the others are remembered."""
        stats, doubtful = Stats(self.known.numbers), []
        for name in names:
            stat = stat_of(self.cache.path(name))
            if stat is None:
                continue
            known = self.known.get(name)
            if known is None or known.stat != stat:
                doubtful.append(name)
                stats[name] = stat
        bad = [name for name, sound in parallel.over(doubtful, self._is_sound, os.cpu_count())
               if not sound]  # fmt: skip
        for name in bad:
            del stats[name]
        if stats:
            self._remember(stats)
        return bad

    def trust(self, names: Iterable[str]) -> None:
        """Remember those that were read just now, before they came into the cache."""
        stats = Stats(self.known.numbers)
        for name in names:
            if stat := stat_of(self.cache.path(name)):
                stats[name] = stat
        self._remember(stats)

    def _is_sound(self, name: str) -> bool:
        try:
            return objects.holds(self.cache.path(name), name)
        except OSError:
            return False

    def _remember(self, stats: Stats) -> None:
        rows = Rows.without_tags(stats)
        for name, row in rows.items():
            self.known[name] = row
        baseline.save(self.entry, os.fspath(self.cache.top), Baseline("", self.known), self.looked)
