"""Scans an entry's folder: every file with its stat, and all that cannot be stored."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import compress
from operator import and_, attrgetter
from typing import NamedTuple

from registry.index.path_ids import Numbers
from registry.index.stats import Stats, from_stat
from registry.index.table import blocks

# Git's own files and the desktops' litter: they never travel by S3, in either direction. A folder
# of such a name does: its files are data, and one that is not seen would pass for deleted.
# Asked of every file in every run: plain words take a tenth of the time that patterns do.
LITTER = frozenset((".DS_Store", "Thumbs.db", "desktop.ini", ".gitignore"))
LITTER_BEGINS = ("._",)
LITTER_ENDS = (".card.md", ".dvc")
# A repository's own history is no data of the entry: DVC and the Hub leave it out as well.
GIT = ".git"
AS_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# A disk within an entry: when it is not there one day, its files would pass for deleted.
NAMED = 200  # letters of a path that are shown
_MOUNTED = "another disk is mounted here: copy its files into the entry, or mount all of the entry"


@dataclass
class Scan:
    """An entry's folder: {path: Stat}, and what is not among its files.

    `blocked`: why the folder cannot be looked at or written to. `problems`: a line for each name
    that must go before a push. `left_out`: what never travels. `in_git`: the files of Git
    repositories inside the entry, which travel only where they always did.
    """

    files: Stats = field(default_factory=Stats)
    in_git: Stats = field(default_factory=Stats)
    left_out: list[str] = field(default_factory=list)
    empty_folders: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    everything: bool = False

    @property
    def stamp(self) -> str:
        """One short text that changes whenever any file's stat does."""
        return stamp(self.files)


def stamp(files: Stats) -> str:
    digest = blake2b(digest_size=16)
    for paths, cells in blocks(files, "stats"):
        digest.update(stamped(paths, cells[0]))
    return digest.hexdigest()


def stamped(paths: list[str], stats: bytes) -> bytes:
    """Return what one page of a table adds to its stamp."""
    return "\0".join([*paths, "", ""]).encode("utf-8", "surrogateescape") + stats


def scan(
    folder: str | os.PathLike[str], everything: bool = False, numbers: Numbers | None = None
) -> Scan:
    """Walk an entry's folder; a folder that is not there has no files.

    A folder that is a link is never followed nor written through: it may lead to anybody's data.
    `everything`: also what never travels by S3, since DVC versions that as well.
    """
    top = os.fspath(folder)
    seen = Scan(Stats(numbers), everything=everything)
    seen.in_git = Stats(seen.files.numbers)
    if os.path.islink(top):
        seen.blocked.append(f"{top} is a link: move the real folder here, or name it in its place")
    elif os.path.isdir(top):
        _walk(top, seen)
    elif os.path.lexists(top):
        seen.blocked.append(f"{top} is not a folder: an entry is one; move the file into it")
    return seen


def repositories(paths: Iterable[str]) -> set[str]:
    """Return the `.git` folders and files that these paths are in, or are."""
    parts = (path.split("/") for path in paths if GIT in path)
    return {"/".join(part[: part.index(GIT) + 1]) for part in parts if GIT in part}


def travels(path: str) -> bool:
    """Return whether a path of an entry, here or in S3, is data at all."""
    name = path.rpartition("/")[2]
    return not (name in LITTER or name.startswith(LITTER_BEGINS) or name.endswith(LITTER_ENDS))


class _Folder(NamedTuple):
    """A folder to be looked at: `below` is its path with a slash at the end, "" for the entry's.

    `above`: where each link on the way to it lies, and last the folder itself.
    """

    below: str
    above: tuple[str, ...]
    is_git: bool = False


def _walk(top: str, seen: Scan) -> None:
    """Add all that is below `top`: without recursion, for people nest folders a thousand deep."""
    folders = [_Folder("", (os.path.realpath(top),))]
    while folders:
        folder = folders.pop()
        try:
            folders += _look_into(top, folder, seen)
        except FileNotFoundError:  # it was listed a moment ago: gone while we look is not deleted
            raise
        except OSError as error:
            name = folder.below or top
            seen.blocked.append(f"{name[:NAMED]}: cannot be read: {error.strerror}")


def _look_into(top: str, folder: _Folder, seen: Scan) -> list[_Folder]:
    """Add what is in a folder; the folders that are in it.

    By its handle: the system need not find the way to it anew for each file.
    """
    handle = os.open(os.path.join(top, folder.below) if folder.below else top, AS_FOLDER)
    try:
        with os.scandir(handle) as rows:
            children = sorted(rows, key=attrgetter("name"))  # as a stamp needs them
        if not children and folder.below and not folder.is_git:
            seen.empty_folders.append(folder.below.rstrip("/"))
        rest = children if folder.is_git else _add_plain(folder.below, children, seen)
        return [deeper for child in rest for deeper in _look(top, folder, child, seen)]
    finally:
        os.close(handle)


def _add_plain(below: str, children: list[os.DirEntry[str]], seen: Scan) -> list[os.DirEntry[str]]:
    """Add a folder's plain files at once, since nearly all are; the children that are none."""
    is_plain = [child.is_file(follow_symlinks=False) for child in children]
    names = [child.name for child in children]
    if not seen.everything and _may_be_litter(names):
        do_travel = [name != GIT and travels(name) for name in names]
        is_plain = list(map(and_, is_plain, do_travel))
    plain = list(compress(children, is_plain))
    seen.files.add_all(
        [below + name for name in compress(names, is_plain)],
        [child.stat(follow_symlinks=False) for child in plain],
    )
    return [child for child, is_done in zip(children, is_plain, strict=True) if not is_done]


def _may_be_litter(names: list[str]) -> bool:
    """Return whether there is one among them that does not travel, without asking each of them."""
    row = f"/{'/'.join(names)}/"
    signs = (f"/{GIT}/", *(f"/{b}" for b in LITTER_BEGINS), *(f"{e}/" for e in LITTER_ENDS))
    return not LITTER.isdisjoint(names) or any(sign in row for sign in signs)


def _look(
    top: str, folder: _Folder, child: os.DirEntry[str], seen: Scan
) -> tuple[()] | tuple[_Folder]:
    """Add one child; returns the folder that it is, if it is one."""
    path = folder.below + child.name
    if folder.is_git or (child.name == GIT and not seen.everything):
        return _look_in_git(path, folder, child, seen)
    if not seen.everything and not travels(child.name) and not child.is_dir():
        seen.left_out.append(path)
    elif child.is_file(follow_symlinks=False):
        seen.files[path] = from_stat(child.stat(follow_symlinks=False))
    elif child.is_dir(follow_symlinks=False):
        if child.stat(follow_symlinks=False).st_dev != os.stat(top).st_dev:
            seen.problems.append(f"{path}: {_MOUNTED}")
        return (_Folder(path + "/", (*folder.above[:-1], os.path.join(top, path))),)
    elif child.is_symlink():
        return _follow(top, path, child, seen, folder.above)
    else:
        seen.problems.append(f"{path}: a pipe, socket or device is not data: remove it")
    return ()


def _look_in_git(
    path: str, folder: _Folder, child: os.DirEntry[str], seen: Scan
) -> tuple[()] | tuple[_Folder]:
    """The same in a Git repository of its own: what is no file or folder, Git makes anew."""
    if child.is_dir(follow_symlinks=False):
        return (_Folder(path + "/", folder.above, is_git=True),)
    if child.is_file(follow_symlinks=False):
        seen.in_git[path] = from_stat(child.stat(follow_symlinks=False))
    return ()


def _follow(
    top: str, path: str, child: os.DirEntry[str], seen: Scan, above: tuple[str, ...]
) -> tuple[()] | tuple[_Folder]:
    """A link counts as what it points at, as long as that is in the entry and no folder above."""
    target = os.path.realpath(os.path.join(top, path))
    if not os.path.exists(target):
        seen.problems.append(f"{path}: a link that leads nowhere: remove or mend it")
    elif not target.startswith(os.path.realpath(top) + os.sep):
        seen.problems.append(f"{path}: a link out of the entry: put a copy in its place")
    elif os.path.isdir(target):
        if any(
            (step + os.sep).startswith(target + os.sep) for step in map(os.path.realpath, above)
        ):
            seen.problems.append(f"{path}: a link to a folder that it is in: remove it")
        else:
            return (_Folder(path + "/", (*above, target)),)
    else:
        seen.files[path] = from_stat(os.stat(target))
    return ()
