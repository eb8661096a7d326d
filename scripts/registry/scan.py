"""What an entry's folder holds now: every file with its stat, and all that cannot be stored."""

from __future__ import annotations

import os
import stat as modes
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from hashlib import blake2b
from typing import NamedTuple

# Git's own files and the desktops' litter: they never travel by S3, in either direction. A folder
# of such a name does: its files are data, and one that is not seen would pass for deleted.
NEVER_TRAVEL = (".DS_Store", "._*", "Thumbs.db", "desktop.ini", ".gitignore", "*.card.md", "*.dvc")
# A disk within an entry: when it is not there one day, its files would pass for deleted.
_MOUNTED = "another disk is mounted here: copy its files into the entry, or mount all of the entry"
KEY_BYTES = 1024  # S3's limit for a key; some is the entry's prefix


class Stat(NamedTuple):
    """What tells that a file is untouched: size in bytes, times in ns, inode."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass
class Scan:
    """An entry's folder: {path: Stat}, and what is not among its files.

    `blocked`: why the folder cannot be looked at or written to. `problems`: a line for each name
    that must go before a push. `left_out`: what never travels.
    """

    files: dict[str, Stat] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    empty_folders: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    everything: bool = False

    @property
    def stamp(self) -> str:
        """One short text that changes whenever any file's stat does."""
        return stamp(self.files)


def stamp(files: dict[str, Stat]) -> str:
    digest = blake2b(digest_size=16)
    for path in sorted(files):
        text = "%s\0%d %d %d %d\n" % (path, *files[path])  # noqa: UP031  # twice as fast
        digest.update(text.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def scan(folder: str | os.PathLike[str], everything: bool = False) -> Scan:
    """Walk an entry's folder; a folder that is not there has no files.

    A folder that is a link is never followed nor written through: it may lead to anybody's data.
    `everything`: also what never travels by S3, since DVC versions that as well.
    """
    top = os.fspath(folder)
    found = Scan(everything=everything)
    if os.path.islink(top):
        found.blocked.append(f"{top} is a link: move the real folder here, or name it in its place")
    elif os.path.isdir(top):
        _walk(top, "", found, (os.path.realpath(top),))
    elif os.path.lexists(top):
        found.blocked.append(f"{top} is not a folder: an entry is one; move the file into it")
    return found


def travels(path: str) -> bool:
    """Whether a path of an entry, here or in S3, is data at all."""
    return not any(fnmatchcase(path.rpartition("/")[2], pattern) for pattern in NEVER_TRAVEL)


def stat_of(path: str | os.PathLike[str]) -> Stat | None:
    """The Stat of a regular file, through links; None if there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return from_stat(found) if modes.S_ISREG(found.st_mode) else None


def from_stat(found: os.stat_result) -> Stat:
    return Stat(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def _walk(top: str, below: str, found: Scan, above: tuple[str, ...]) -> None:
    """Add what is in `top/below`; `above` are the real paths of the folders on the way."""
    try:
        with os.scandir(os.path.join(top, below) if below else top) as rows:
            children = list(rows)
    except OSError as error:
        found.blocked.append(f"{below or top}: cannot be read: {error.strerror}")
        return
    if not children and below:
        found.empty_folders.append(below.rstrip("/"))
    for child in children:
        path = below + child.name
        if not found.everything and not travels(child.name) and not child.is_dir():
            found.left_out.append(path)
        elif child.is_symlink():
            _follow(top, path, child, found, above)
        elif child.is_dir(follow_symlinks=False):
            if child.stat(follow_symlinks=False).st_dev != os.stat(top).st_dev:
                found.problems.append(f"{path}: {_MOUNTED}")
            _walk(top, path + "/", found, (*above, child.path))
        elif child.is_file(follow_symlinks=False):
            found.files[path] = from_stat(child.stat(follow_symlinks=False))
        else:
            found.problems.append(f"{path}: a pipe, socket or device is not data: remove it")


def _follow(
    top: str, path: str, child: os.DirEntry[str], found: Scan, above: tuple[str, ...]
) -> None:
    """A link counts as what it points at, as long as that is in the entry and no folder above."""
    target = os.path.realpath(child.path)
    if not os.path.exists(target):
        found.problems.append(f"{path}: a link that leads nowhere: remove or mend it")
    elif not target.startswith(os.path.realpath(top) + os.sep):
        found.problems.append(f"{path}: a link out of the entry: put a copy in its place")
    elif os.path.isdir(target):
        if any(
            (step + os.sep).startswith(target + os.sep) for step in map(os.path.realpath, above)
        ):
            found.problems.append(f"{path}: a link to a folder that it is in: remove it")
        else:
            _walk(top, path + "/", found, (*above, target))
    else:
        found.files[path] = from_stat(os.stat(target))


def name_problems(paths: Iterable[str], prefix: str) -> list[str]:
    """One line per path that some disk or S3 would not take, or would take for another one."""
    unfit = ((path, _unfit(path, prefix)) for path in sorted(paths))
    return [f"{path!r}: {why}" for path, why in unfit if why] + name_twins(paths)


def name_twins(paths: Iterable[str]) -> list[str]:
    """One line per file or folder that is another one's on disks that fold case or accents."""
    problems = []
    seen: dict[str, str] = {}
    for name in sorted({step for path in paths for step in _steps(path)}):
        twin = seen.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if twin != name:
            why = f"is one name with {twin!r} on disks that fold case or accents: rename one"
            problems.append(f"{name!r}: {why}")
    return problems


def _steps(path: str) -> Iterator[str]:
    """The path, and every folder above it: `a/b/c`, `a/b`, `a`."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _unfit(path: str, prefix: str) -> str:
    try:
        size = len(path.encode()) + len(prefix.encode())
    except UnicodeEncodeError:
        return "its name is not UTF-8: rename it"
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in path):
        return "a control character in its name: rename it"
    if size > KEY_BYTES:
        return f"its key would have {size} bytes, S3 takes {KEY_BYTES}: shorten it"
    return ""
