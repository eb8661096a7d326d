"""What an entry's folder holds now: every file with its stat, and all that cannot be stored."""

from __future__ import annotations

import os
import re
import stat as modes
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

from registry.table import STAT, Numbers, Table, blocks

# Git's own files and the desktops' litter: they never travel by S3, in either direction. A folder
# of such a name does: its files are data, and one that is not seen would pass for deleted.
# Asked of every file in every run: plain words take a tenth of the time that patterns do.
LITTER = frozenset((".DS_Store", "Thumbs.db", "desktop.ini", ".gitignore"))
LITTER_BEGINS = ("._",)
LITTER_ENDS = (".card.md", ".dvc")
# A disk within an entry: when it is not there one day, its files would pass for deleted.
_MOUNTED = "another disk is mounted here: copy its files into the entry, or mount all of the entry"
KEY_BYTES = 1024  # S3's limit for a key; some is the entry's prefix
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
MOST = 2**63 - 1  # what a table holds; times and inodes beyond are wrapped around


class Stat(NamedTuple):
    """What tells that a file is untouched: size in bytes, times in ns, inode."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class Stats(Table[Stat]):
    """{path: Stat}."""

    COLUMNS = ("stats",)
    stats: bytearray

    def put(self, number: int, row: Stat) -> None:
        STAT.pack_into(self.stats, number * 32, *row)

    def __setitem__(self, path: str, row: Stat) -> None:  # in one piece: a walk does little else
        number = self.numbers[path]
        if number >= len(self.there):
            self.widen()
        STAT.pack_into(self.stats, number * 32, *row)
        self._count += not self.there[number]
        self.there[number] = 1

    def bytes_of(self, paths: Iterable[str]) -> int:
        """The size of these."""
        numbers, every = self.numbers, memoryview(self.stats).cast("q")
        return sum(every[numbers[path] * 4] for path in paths)

    def take(self, path: str, number: int) -> Stat:
        return Stat._make(STAT.unpack_from(self.stats, number * 32))


@dataclass
class Scan:
    """An entry's folder: {path: Stat}, and what is not among its files.

    `blocked`: why the folder cannot be looked at or written to. `problems`: a line for each name
    that must go before a push. `left_out`: what never travels.
    """

    files: Stats = field(default_factory=Stats)
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
    """What one page of a table adds to its stamp."""
    return "\0".join([*paths, "", ""]).encode("utf-8", "surrogateescape") + stats


def scan(
    folder: str | os.PathLike[str], everything: bool = False, numbers: Numbers | None = None
) -> Scan:
    """Walk an entry's folder; a folder that is not there has no files.

    A folder that is a link is never followed nor written through: it may lead to anybody's data.
    `everything`: also what never travels by S3, since DVC versions that as well.
    """
    top = os.fspath(folder)
    found = Scan(Stats(numbers), everything=everything)
    if os.path.islink(top):
        found.blocked.append(f"{top} is a link: move the real folder here, or name it in its place")
    elif os.path.isdir(top):
        _walk(top, "", found, (os.path.realpath(top),))
    elif os.path.lexists(top):
        found.blocked.append(f"{top} is not a folder: an entry is one; move the file into it")
    return found


def travels(path: str) -> bool:
    """Whether a path of an entry, here or in S3, is data at all."""
    name = path.rpartition("/")[2]
    return not (name in LITTER or name.startswith(LITTER_BEGINS) or name.endswith(LITTER_ENDS))


def stat_of(path: str | os.PathLike[str]) -> Stat | None:
    """The Stat of a regular file, through links; None if there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return from_stat(found) if modes.S_ISREG(found.st_mode) else None


def from_stat(found: os.stat_result) -> Stat:
    stat = Stat(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    if -MOST <= stat.mtime_ns <= MOST and stat.inode <= MOST:
        return stat
    return Stat(*((n + MOST + 1) % 2**64 - MOST - 1 for n in stat))


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
        elif child.is_file(follow_symlinks=False):
            found.files[path] = from_stat(child.stat(follow_symlinks=False))
        elif child.is_dir(follow_symlinks=False):
            if child.stat(follow_symlinks=False).st_dev != os.stat(top).st_dev:
                found.problems.append(f"{path}: {_MOUNTED}")
            _walk(top, path + "/", found, (*above, child.path))
        elif child.is_symlink():
            _follow(top, path, child, found, above)
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


def name_problems(paths: Collection[str], prefix: str) -> list[str]:
    """One line per path that some disk or S3 would not take, or would take for another one."""
    unfit = ((path, _unfit(path, prefix)) for path in sorted(paths))
    return [f"{path!r}: {why}" for path, why in unfit if why] + name_twins(paths)


def name_twins(paths: Collection[str]) -> list[str]:
    """One line per file or folder that is another one's on disks that fold case or accents."""
    folds = _shared_folds(paths)
    if not folds:
        return []
    problems = []
    seen: dict[str, str] = {}
    for name in sorted({step for path in paths for step in _steps(path) if _fold(step) in folds}):
        twin = seen.setdefault(_fold(name), name)
        if twin != name:
            why = f"is one name with {twin!r} on disks that fold case or accents: rename one"
            problems.append(f"{name!r}: {why}")
    return problems


def _shared_folds(paths: Collection[str]) -> set[str]:
    """The folded names that several files or folders have; takes little memory to find none."""
    folders: dict[str, str] = {}
    shared = {
        _fold(folder)
        for folder in _folders(paths)
        if folders.setdefault(_fold(folder), folder) != folder
    }
    last = ""
    for fold in sorted(map(_fold, paths)):
        if fold == last or fold in folders:
            shared.add(fold)
        last = fold
    return shared


def _folders(paths: Iterable[str]) -> set[str]:
    folders: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        if folder and folder not in folders:
            folders.update(_steps(folder))
    return folders


def _fold(name: str) -> str:
    """The name as disks that fold case or accents have it; the very same text if it is folded."""
    fold = name.lower() if name.isascii() else unicodedata.normalize("NFC", name).casefold()
    return name if fold == name else fold


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
    if CONTROL.search(path):
        return "a control character in its name: rename it"
    if size > KEY_BYTES:
        return f"its key would have {size} bytes, S3 takes {KEY_BYTES}: shorten it"
    return ""
