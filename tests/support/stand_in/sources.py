"""The files that a command's modules were imported from, and whether a clone has the same."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any


class Sources:
    """The Python files of the template's folders; a folder is named as it is below scripts/."""

    def __init__(self) -> None:
        self.folders: dict[str, dict[str, os.DirEntry[str]]] = {}
        self.equal: set[tuple[Any, ...]] = set()  # files of clones, by what changes with them

    def note(self, scripts: str, folders: Iterable[str]) -> None:
        self.folders = {f[len(scripts) :]: _python_files(f) for f in {*folders, scripts}}

    def are_in(self, scripts: str) -> bool:
        """Whether what would be imported from that scripts/ is what was imported here."""
        try:
            return all(self.is_same(name, f"{scripts}{name}") for name in self.folders)
        except OSError:
            return False

    def is_same(self, name: str, folder: str) -> bool:
        """The template's files themselves, as hard links, or, as Git clones them, their bytes."""
        ours, theirs = self.folders[name], _python_files(folder)
        if ours.keys() != theirs.keys():
            return False
        other = [f for f in ours if ours[f].inode() != theirs[f].inode()]
        return all(self.is_equal(Path(ours[f].path), theirs[f]) for f in other)

    def is_equal(self, ours: Path, theirs: os.DirEntry[str]) -> bool:
        stat = theirs.stat()
        key = str(ours), stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
        if key not in self.equal and Path(theirs.path).read_bytes() == ours.read_bytes():
            self.equal.add(key)
        return key in self.equal


def _python_files(folder: str) -> dict[str, os.DirEntry[str]]:
    with os.scandir(folder) as files:
        return {one.name: one for one in files if one.name.endswith(".py")}
