"""Walks a raw dataset's files as DVC does: what DVC leaves out is left out here, and named."""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from registry.index.scan import Scan
from registry.index.stats import from_stat

Ignored = Callable[[str, bool], bool]
_MOUNTED = "another disk is mounted here: copy its files into the entry, or mount all of the entry"
_NO_RULES = "DVC takes no .dvcignore inside a dataset: move it to raw_datasets/"


class Walk(NamedTuple):
    """`base`: what paths are relative to. `cache`: links into this folder are the files there.

    `is_ignored(path, is_folder)`: whether DVC's rules leave out a path below `base`.
    """

    base: Path
    cache: str
    is_ignored: Ignored
    scan: Scan

    def add(self, path: str) -> None:
        """Add the file or folder at `path`, "" for `base` itself; nothing if it is not there."""
        whole = self.base / path if path else self.base
        if whole.is_symlink() and whole.is_dir():
            cure = "move the real folder here, or name it in its place"
            self.scan.blocked.append(f"{whole} is a link: {cure}")
        elif whole.is_dir():
            self._folder(path, os.stat(whole).st_dev)
        elif os.path.lexists(whole):
            self._file(path, os.fspath(whole))

    def _folder(self, path: str, device: int) -> None:
        try:
            with os.scandir(self.base / path) as rows:
                children = sorted(rows, key=lambda row: row.name)
        except OSError as error:
            where = path or self.base
            self.scan.blocked.append(f"{where}: cannot be read: {error.strerror}")
            return
        if not children and path:
            self.scan.empty_folders.append(path)
        for child in children:
            self._child(f"{path}/{child.name}" if path else child.name, child, device)

    def _child(self, path: str, child: os.DirEntry[str], device: int) -> None:
        is_folder = child.is_dir()
        if _is_gits(child.name, is_folder) or self.is_ignored(path, is_folder):
            self.scan.left_out.append(f"{path}/" if is_folder else path)
        elif child.name == ".dvcignore":
            self.scan.problems.append(f"{path}: {_NO_RULES}")
        elif child.is_file(follow_symlinks=False):
            self.scan.files[path] = from_stat(child.stat(follow_symlinks=False))
        elif not is_folder:
            self._file(path, child.path)
        elif child.is_symlink():
            self.scan.left_out.append(f"{path}/ (a link to a folder)")
        else:
            if child.stat().st_dev != device:
                self.scan.problems.append(f"{path}: {_MOUNTED}")
            self._folder(path, device)

    def _file(self, path: str, whole: str) -> None:
        if os.path.islink(whole):
            target = os.path.realpath(whole)
            if target.startswith(self.cache + os.sep) and not os.path.exists(target):
                return  # an object that the cache lost: the file is not here
            if not os.path.exists(target):
                self.scan.problems.append(f"{path}: a link that leads nowhere: remove or mend it")
                return
            inside = os.path.realpath(self.base) + os.sep
            if not target.startswith((self.cache + os.sep, inside)):
                why = "a link out of the entry: put a copy in its place"
                self.scan.problems.append(f"{path}: {why}")
                return
        status = os.stat(whole)
        if modes.S_ISREG(status.st_mode):
            self.scan.files[path] = from_stat(status)
        else:
            self.scan.problems.append(f"{path}: a pipe, socket or device is not data: remove it")


def _is_gits(name: str, is_folder: bool) -> bool:
    """Return what DVC leaves out without being told to (dvc/ignore.py of 3.67)."""
    return name == ".git" or (is_folder and name in (".hg", ".dvc"))
