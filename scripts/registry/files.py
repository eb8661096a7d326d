"""Writes small files of the registry, whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def walk(top: str | os.PathLike[str]) -> Iterator[tuple[str, list[str]]]:
    """(folder, names of what is no folder) of a folder and all below, each before what is in it.

    As os.walk, which ends in a RecursionError where folders are nested a thousand deep. Links are
    not followed. What cannot be read is left out.
    """
    folders = [os.fspath(top)]
    while folders:
        folder = folders.pop()
        with contextlib.suppress(OSError), os.scandir(folder) as rows:
            children = list(rows)
            inner = [row.path for row in children if row.is_dir(follow_symlinks=False)]
            folders += inner
            yield folder, [row.name for row in children if row.path not in inner]


def is_spelled(top: str | os.PathLike[str], path: str) -> bool:
    """Return whether what is at this path below `top` is called so, to the letter.

    On a disk that ignores case `README` is there for who asks for `Readme`.
    """
    folder = os.fspath(top)
    for name in path.split("/"):
        try:
            if name not in os.listdir(folder):
                return False
        except OSError:
            return False
        folder = os.path.join(folder, name)
    return True


def drop_empty_folders(top: str | os.PathLike[str]) -> bool:
    """Remove a folder that holds nothing but folders; whether it is gone, with all below it."""
    is_gone = True
    for folder, _ in reversed(list(walk(top))):
        try:
            os.rmdir(folder)
        except OSError:  # it holds something
            is_gone = False
    return is_gone and not os.path.lexists(top)


def read_regular(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises OSError for what would keep its reader waiting, as a pipe.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is a pipe, socket or device: remove it", str(path))
        return file.read()


def keep_to_oneself(folder: Path) -> None:
    """Let no other user of this machine into our folder: who may read a lock can also hold it.

    People of its group stay in where they may write, as in a checkout that a team shares.
    """
    mode = folder.stat().st_mode & 0o7777
    wanted = mode & ~(0o007 if mode & 0o020 else 0o077)
    if mode != wanted:
        with contextlib.suppress(PermissionError):  # another's, of our group
            folder.chmod(wanted)


def drop_tree(top: Path) -> None:
    """Remove a folder and all in it, as far as that is allowed, however deep it is."""
    for folder, names in reversed(list(walk(top))):
        for name in names:
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(folder, name))
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def write_whole(path: Path, data: bytes, durable: bool = False) -> None:
    """Put `data` in place of the file, which keeps its mode. Raises OSError."""
    with whole(path, durable) as file:
        file.write(data)


@contextmanager
def whole(path: Path, durable: bool = False) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place of `path` when all of it was written.

    Beside the file first and then renamed, so that nobody ever reads half of it. `durable`: it
    also outlives a power cut.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(partial, "wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if path.exists():
            partial.chmod(path.stat().st_mode & 0o7777)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    if durable:
        _keep(path.parent)


def drop_abandoned(partials: Iterable[Path]) -> None:
    """Remove, of these, what `whole` began in a process that is no more."""
    for partial in partials:
        if _is_abandoned(partial):
            partial.unlink(missing_ok=True)


def _is_abandoned(partial: Path) -> bool:
    try:
        os.kill(int(partial.suffix[1:]), 0)
    except ProcessLookupError:
        return True
    except (ValueError, OverflowError, OSError):  # no such name; somebody else's
        return False
    return False


def _keep(folder: Path) -> None:
    """Have the disk remember the names in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
