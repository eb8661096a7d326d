"""Puts a verified file where it belongs, only if what is there is still what was planned for.

Where the system can exchange two names in one step, nothing written in between is ever lost: what
was displaced is looked at afterwards, and put back if it was not what the plan saw.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from registry import files
from registry.index.baseline import UNKNOWN
from registry.index.stats import Stat, from_stat

if TYPE_CHECKING:
    import ctypes

EXCHANGE = 2  # RENAME_EXCHANGE on Linux, RENAME_SWAP on macOS
KEEP = 1 if sys.platform == "linux" else 4  # RENAME_NOREPLACE, RENAME_EXCL: fail where a name is
HERE = -100 if sys.platform == "linux" else -2  # AT_FDCWD
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK}


def put(
    staged: Path, target: Path, planned: Stat | None, aside: Path, keep: bool = False
) -> Stat | None:
    """Move `staged` to `target`; `planned` is what was there when the plan was made, None: nothing.

    Returns the stat to remember, or None if something else is there by now, which then stays.
    What it displaces goes to `aside`, in the trash, in the very step that displaces it, so that no
    crash can lose it; it stays there with `keep`, else it is dropped once it proved to be the
    planned file. Raises OSError.
    """
    if not _made_room(target):
        return None
    handle = os.open(staged, os.O_RDONLY)
    try:
        before = os.fstat(handle)
        if planned is None:
            placed = _create(staged, target)
        else:
            aside.parent.mkdir(parents=True, exist_ok=True)
            placed = _exchange_files(staged, target, planned, aside)
            if placed and not keep and _is_moved(aside, planned):
                os.unlink(aside)  # else it was written to at the last moment: it stays in the trash
        if not placed:
            return None
        after = os.fstat(handle)
    finally:
        os.close(handle)
    untouched = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return from_stat(after) if untouched else UNKNOWN


def _made_room(target: Path) -> bool:
    """Have the folders above it, and no folder of folders in its place; False: something is there.

    Files that are wanted where a person made a folder, or the other way round, are not forced in.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        return False
    is_folder = target.is_dir() and not target.is_symlink()
    return not is_folder or files.drop_empty_folders(target)


def take_away(path: Path, planned: Stat, keep: Path) -> bool:
    """Move a file out to `keep` if it still is the planned one; else it stays, and False."""
    keep.parent.mkdir(parents=True, exist_ok=True)
    if not _is(path, planned):
        return False
    os.rename(path, keep)
    if _is_moved(keep, planned):
        return True
    _create(keep, path)  # written to in that very moment: back with it
    return False


def flush(folder: Path) -> None:
    """Have the disk keep what was written below `folder`, before names are moved onto it.

    Without it a power cut can leave an empty file under the final name.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        sync = getattr(_libc(), "syncfs", None) if sys.platform == "linux" else None
        if sync is None or sync(handle) != 0:
            os.sync()
    finally:
        os.close(handle)


def link_on_the_way(folder: Path, path: str) -> str:
    """Return the first part of `folder/path` below the folder that is a link; "" if none is."""
    step = ""
    for part in path.split("/"):
        step = f"{step}/{part}" if step else part
        if os.path.islink(folder / step):
            return step
    return ""


def _create(staged: Path, target: Path) -> bool:
    """Give a file a name that nobody has; False if somebody has it by now."""
    rename = _renamer()
    if rename and rename(os.fsencode(staged), os.fsencode(target), KEEP) == 0:
        return True
    try:
        os.link(staged, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS or os.path.lexists(target):
            raise
        os.rename(staged, target)
        return True
    os.unlink(staged)
    return True


def _exchange_files(staged: Path, target: Path, planned: Stat, aside: Path) -> bool:
    """Put `staged` in the target's place and the planned file to `aside`; False: nothing done."""
    rename = _renamer()
    if not _is(target, planned):
        return False
    new = from_stat(os.lstat(staged))
    os.rename(staged, aside)
    if rename is None or rename(os.fsencode(aside), os.fsencode(target), EXCHANGE) != 0:
        os.rename(aside, staged)
        return _replace(staged, target, planned, aside)
    if _is_moved(aside, planned):
        return True
    if _is_moved(target, new):  # the old one was written to in that very moment: back with it
        rename(os.fsencode(aside), os.fsencode(target), EXCHANGE)
        if _is_moved(aside, new):
            os.unlink(aside)
    return False  # if the new one was written to as well, it stays, and the older edit in trash


def _replace(staged: Path, target: Path, planned: Stat, aside: Path) -> bool:
    """The same where the disk cannot exchange names: the old file gets its second name first."""
    try:
        os.link(target, aside)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copy2(target, aside)
    if not _is_moved(target, planned):  # a link changes the ctime, as a move does
        os.unlink(aside)
        return False
    os.replace(staged, target)
    return True


def _is(path: Path, planned: Stat) -> bool:
    try:
        return from_stat(os.lstat(path)) == planned
    except OSError:
        return False


def _is_moved(path: Path, planned: Stat) -> bool:
    """The same file under another name: a rename changes the ctime, and nothing else."""
    try:
        now = from_stat(os.lstat(path))
    except FileNotFoundError:
        return False
    return now._replace(ctime_ns=0) == planned._replace(ctime_ns=0)


@cache
def _libc() -> ctypes.CDLL:
    import ctypes  # a run that places nothing need not pay for it

    return ctypes.CDLL(None, use_errno=True)


@cache
def _renamer() -> Callable[[bytes, bytes, int], int] | None:
    """The system's call that renames with a flag, 0 when it did; None where it has no such call."""
    if sys.platform == "darwin" and hasattr(_libc(), "renamex_np"):
        return lambda a, b, flag: int(_libc().renamex_np(a, b, flag))
    if sys.platform == "linux" and hasattr(_libc(), "renameat2"):
        return lambda a, b, flag: int(_libc().renameat2(HERE, a, HERE, b, flag))
    return None
