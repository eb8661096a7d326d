"""Lets one command at a time work in a checkout, by a lock that ends with its last holder.

Whoever gets it finds nothing half-made: what a killed command left is taken away then. A program
that writes is given the lock's handle, so that the lock also lasts for as long as an aws or a DVC
that outlived us still writes.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from registry import console, files, workspace
from registry.errors import RegistryError

WAIT_SECONDS = 10.0
_kept: list[int] = []  # the lock is ours until the process ends


def take(root: Path, command: str) -> None:
    """Take this checkout's lock, and away what a killed command left half-made.

    Raises RegistryError, naming the holder, if it stays taken.
    """
    handle = _handle(root)
    end = time.monotonic() + float(os.environ.get("REGISTRY_LOCK_WAIT", WAIT_SECONDS))
    told = False
    while not _try(handle):
        if time.monotonic() > end:
            raise RegistryError(f"{_holder(root)} in this checkout: wait for it, then run again")
        if not told:
            console.say(f"waiting: {_holder(root)} in this checkout")
            told = True
        time.sleep(0.1)
    started = time.strftime("%H:%M:%S")
    (root / ".registry" / "holder").write_text(f"{command} (process {os.getpid()}) {started}\n")
    workspace.sweep(root)


def inherited() -> list[int]:
    """The handles that a child which writes must keep open, so that it holds the lock too."""
    return list(_kept)


def _handle(root: Path) -> int:
    if not _kept:
        (root / ".registry").mkdir(exist_ok=True)
        files.keep_to_oneself(root / ".registry")
        path = root / ".registry" / "lock"
        _kept.append(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        os.set_inheritable(_kept[0], True)
    return _kept[0]


def _try(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(root: Path) -> str:
    try:
        command, _, since = (root / ".registry" / "holder").read_text().strip().rpartition(" ")
    except OSError:
        return "another command runs"
    return f"{command} runs since {since}"
