"""Knows a raw dataset by its `.dvc` file: where its files are here, and what DVC sees of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from registry import dvc_file, nested_dvc
from registry.dvc_outs import KEPT_HERE, NOT_CACHED, DvcFile, Out
from registry.entries import Entry
from registry.errors import RegistryError
from registry.index.path_ids import Numbers
from registry.index.scan import Scan
from registry.index.stats import Stats
from registry.raw import ignore, objects
from registry.raw.walk import Walk
from registry.remote.dvc_config import cache_folder


@dataclass(frozen=True)
class Dataset:
    """An entry with what its `.dvc` file says.

    Its files are named by their paths below `base`: the entry's folder, or the section's where the
    data is a single file, several outs, or of another name.
    """

    entry: Entry
    file: DvcFile

    @classmethod
    def of(cls, entry: Entry) -> Dataset:
        """Raises RegistryError for an entry that was never added or cannot be read or served."""
        nested_dvc.refuse(entry.root)
        return cls(entry, dvc_file.read(entry))

    @classmethod
    def anyway(cls, entry: Entry) -> Dataset:
        """The same; without a `.dvc` file that can be read, what lies at the entry's place."""
        try:
            return cls.of(entry)
        except RegistryError:
            return cls(entry, DvcFile((Out(entry.name),)))

    @cached_property
    def is_folder(self) -> bool:
        """Whether the entry's folder is all of its data, as it usually is."""
        outs = self.file.outs
        if len(outs) != 1 or outs[0].path != self.entry.name:
            return False
        return outs[0].is_folder or (not outs[0].digest and not self.entry.folder.is_file())

    @property
    def base(self) -> Path:
        return self.entry.folder if self.is_folder else self.entry.folder.parent

    @property
    def is_here(self) -> bool:
        """Whether any of its data is."""
        return any(os.path.lexists(self._place(out)) for out in self.file.outs)

    @property
    def has_version(self) -> bool:
        """Whether the `.dvc` file tells what its bytes are: not of a never downloaded import."""
        return all(out.digest or out.listed for out in self.file.outs)

    @property
    def own(self) -> Dataset:
        """The same of the outs alone that the registry's own place keeps."""
        outs = tuple(out for out in self.file.outs if not out.elsewhere)
        return replace(self, file=self.file._replace(outs=outs))

    @property
    def is_dvcs(self) -> bool:
        """Whether DVC has to push some of it; imports, and what is to stay here, nobody pushes."""
        kept = {out.elsewhere for out in self.file.outs} - {"", KEPT_HERE, NOT_CACHED}
        return bool(kept) and not self.file.source

    @property
    def is_cached(self) -> bool:
        """Whether DVC's cache here holds the version that the `.dvc` file names."""
        top, outs = cache_folder(self.entry.root), list(self.objects())
        return bool(outs) and all((top / out.object).exists() for out in outs)

    @property
    def is_fetched(self) -> bool:
        """Whether DVC's cache has what the `.dvc` file itself names, wherever that is kept."""
        top = cache_folder(self.entry.root)
        names = [out.object for out in self.file.outs if out.digest]
        names += objects.by_digest((d for out in self.file.outs for _, d in out.listed), False)
        return bool(names) and all((top / name).exists() for name in names)

    def scan(self, numbers: Numbers | None = None) -> Scan:
        """Return its files, as DVC sees them."""
        below = self.entry.section + (f"/{self.entry.name}" if self.is_folder else "")
        scanned = Scan(Stats(numbers), everything=True)
        is_ignored = ignore.of(self.entry.root, below)
        walk = Walk(self.base, os.path.realpath(cache_folder(self.entry.root)), is_ignored, scanned)
        for out in self.file.outs:
            place = self._place(out)
            if place.is_file() and out.is_folder:
                scanned.blocked.append(
                    f"{place} is a file, where {self.entry.name}.dvc has a folder"
                )
            elif place.is_dir() and out.digest and not out.is_folder:
                scanned.blocked.append(
                    f"{place} is a folder, where {self.entry.name}.dvc has a file"
                )
            else:
                walk.add(self.path(out))
        return scanned

    def path(self, out: Out, below: str = "") -> str:
        """Return the path of an out's file: `below` is its path in the out's list of files."""
        if self.is_folder:
            return below
        return f"{out.path}/{below}" if below else out.path

    def shown(self, path: str) -> str:
        """Return a file's path as a person knows it: from the top of the registry."""
        top = str(self.entry if self.is_folder else self.entry.section)
        return f"{top}/{path}" if path else top

    def out_of(self, path: str) -> Out:
        """Return the out that a file of the dataset belongs to."""
        return next(out for out in self.file.outs if self._is_in(out, path))

    def objects(self) -> Iterator[Out]:
        """Return the outs that the registry's own place keeps."""
        return (out for out in self.file.outs if out.digest and not out.elsewhere)

    def _is_in(self, out: Out, path: str) -> bool:
        return self.is_folder or path == out.path or path.startswith(f"{out.path}/")

    def _place(self, out: Out) -> Path:
        return self.entry.folder.parent / out.path
