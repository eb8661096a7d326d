"""Frees a raw dataset: its files here, and what DVC's cache has of the version for it alone.

Every file and every object is compared with the object in S3 that a pull would bring.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from registry import files, options
from registry.entries import Entry
from registry.errors import Refusal, RegistryError
from registry.index.scan import Scan
from registry.index.stats import Stat
from registry.index.table import Tags
from registry.raw import compare, manifest, objects, stored, verified
from registry.raw.cache import Cache
from registry.raw.dataset import Dataset
from registry.raw.free_cache import CachedObjects
from registry.remote.s3 import Object
from registry.sections import RAW
from registry.sync import free, free_rules, proof, trash
from registry.sync.free import ASIDE, DROPPED, Freeing, traces
from registry.transfer.job import Progress


@dataclass
class RawFreeing(Freeing):
    """`names`: the version's {object: a path of it}; `rows`: how S3 has each."""

    dataset: Dataset = field(init=False)
    cache: Cache = field(init=False)
    here: Scan = field(init=False)
    version: Tags = field(default_factory=Tags)
    names: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Object] = field(default_factory=dict)
    cached: CachedObjects = field(init=False)

    def look(self) -> None:
        self.dataset = dataset = Dataset.of(self.entry)
        self.cache = Cache.of(self.session.root)
        self.cached = CachedObjects(self.entry, self.cache)
        self.places = {k: p for k, p in places(dataset).items() if os.path.lexists(p)}
        if dataset.file.unserved:
            raise verified.unserved(dataset)
        if dataset.file.elsewhere or not dataset.has_version:
            raise _elsewhere(dataset)
        self.here = dataset.scan()
        if self.here.blocked + self.here.problems:
            raise free_rules.unfit(self.here.blocked + self.here.problems)
        self._refuse_ignored()
        self.version = manifest.wanted(dataset, self.cache, self.session.client)
        self.names = manifest.names(dataset, self.version)
        self.rows = stored.look(self.session.client, self.names)
        if self.names.keys() - self.rows.keys():
            raise free_rules.not_in_s3(self.entry)
        rows = {path: self.rows[name] for name, path in self.names.items()}
        free_rules.refuse_archived(self.session, rows)

    def _refuse_ignored(self) -> None:
        """Refuse for what DVC leaves out of the dataset: it is nowhere else."""
        extra = [path for path in traces(self.places) if path not in self.here.files]
        stays = [path for path in extra if not free_rules.is_litter(path)]
        stays = [path for path in stays if not (self.dataset.base / path).is_dir()]
        if stays:
            raise free_rules.stays_here(stays)

    def prove(self, progress: Progress) -> None:
        if self.places:
            difference = compare.read(self.dataset, self.here, self.version)
            if difference:
                paths = sorted([*difference.changed, *difference.missing, *difference.extra])
                raise free_rules.changed(self.entry, paths, is_raw=True)
        done, hidden = 0, list[str]()
        for path, stat in self.here.files.items():
            same = self._verdict(self.dataset.base / path, stat, self._row(path))
            if same is False:
                raise _damaged(self.entry, path)
            hidden += [path] if same is None else []
            done += stat.size
            progress(done)
        if hidden:
            raise free_rules.hidden(sorted(hidden))
        self.cached.prove(self.rows, self._verdict)
        self.notes += self.cached.notes

    def _row(self, path: str) -> Object:
        is_legacy = self.dataset.out_of(path).is_legacy
        return self.rows[objects.by_digest([self.version[path]], is_legacy)[0]]

    def _verdict(self, file: Path, stat: Stat, row: Object) -> bool | None:
        if stat.size != row.size:
            return False
        same = proof.verdict(self.session, file, stat, row)
        if same is None and options.flag("READ_BACK"):
            return proof.read_back(self.session, file, stat, row)
        return same

    def look_again(self) -> None:
        if stored.look(self.session.client, self.names) != self.rows:
            raise RegistryError("it changed in S3 while it was being freed: run again")

    def drop_more(self) -> int:
        return self.cached.drop()


def places(dataset: Dataset) -> dict[str, Path]:
    """Return where a dataset's data lies, by the path that each part has when it is set aside."""
    if dataset.is_folder:
        return {"": dataset.entry.folder}
    return {out.path: dataset.base / out.path for out in dataset.file.outs}


def recover(root: Path) -> list[Entry]:
    """End what a `make free` that died had begun; the entries that were put back."""
    back = []
    for item in [*trash.items(root)]:
        entry = Entry(item.section, item.name, root)
        if item.why == DROPPED:
            files.drop_tree(item.folder)
        elif item.why == ASIDE:
            is_raw = item.section == RAW
            where = places(Dataset.anyway(entry)) if is_raw else {"": entry.folder}
            back += [entry] if free.put_back(entry, where, item.content) else []
    return back


def _elsewhere(dataset: Dataset) -> Refusal:
    folder = f"{dataset.entry:sh}"
    return Refusal(
        f"{dataset.file.elsewhere or 'its .dvc file names no MD5 of it'}: nothing here can prove "
        f"that it is still there; if you know that it is, `rm -r {folder}`, and a pull of it by "
        "name brings it again"
    )


def _damaged(entry: Entry, path: str) -> Refusal:
    return Refusal(
        f"S3 holds other bytes of {path} than are here: `make verify DATASET={entry:sh}` tells more"
    )
