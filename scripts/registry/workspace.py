"""Keeps what is in transit beside the data: stages, trash and journals."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from pathlib import Path

from registry import files
from registry.entries import Entry
from registry.sections import SECTIONS

ROOM = ".registry"
UNFINISHED = "unfinished"
MOVES = "moves"
_NOTES = ("state", "content", "journal", "freed", MOVES)  # a file of each entry, in its section
KEPT_SECONDS = 14 * 86400


def room(entry: Entry) -> Path:
    """Return the folder for stages and trash on the disk the entry is on.

    `.registry` at the top, unless the section is a disk of its own: files are put in place by
    renaming, and no rename crosses disks.
    """
    top = entry.root / ROOM
    top.mkdir(exist_ok=True)
    section = entry.root / entry.section
    if section.is_dir() and os.stat(section).st_dev != os.stat(top).st_dev:
        top = section / ROOM
        top.mkdir(exist_ok=True)
    return top


def baseline(entry: Entry) -> Path:
    """Return the file that says what was last verified of an entry."""
    return entry.root / ROOM / "state" / entry.section / (entry.name + ".rows")


def stage(entry: Entry) -> Path:
    """Return where an entry's files wait to be sent or put in place."""
    return room(entry) / "stage" / entry.section / entry.name


def new_stage(entry: Entry) -> Path:
    """Return the entry's stage, empty."""
    drop_stage(entry)
    folder = stage(entry)
    folder.mkdir(parents=True)
    return folder


def unfinished(root: Path, name: str) -> Path:
    """Return where downloads wait that a stopped command has not checked; `sweep` leaves it."""
    return root / ROOM / UNFINISHED / name


def drop_stage(entry: Entry) -> None:
    shutil.rmtree(stage(entry), ignore_errors=True)


def kept_stage(entry: Entry) -> Path:
    """Return where the stage of a stopped pull is kept: the next one takes what is whole."""
    return room(entry) / UNFINISHED / entry.section / entry.name


def keep_stage(entry: Entry) -> None:
    _keep(stage(entry), kept_stage(entry))


def _keep(left: Path, target: Path) -> None:
    with contextlib.suppress(OSError):
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.rename(left, target)


def sweep(root: Path) -> None:
    """Take away what a killed command left half-made; for whoever holds the checkout's lock.

    What it had fetched is kept for a while.
    """
    for top in (root / ROOM, *(root / section / ROOM for section in SECTIONS)):
        for left in filter(Path.is_dir, (top / "stage").glob("*/*")):
            _keep(left, top / UNFINISHED / left.parent.name / left.name)
        shutil.rmtree(top / "stage", ignore_errors=True)
        for kept in (top / UNFINISHED).glob("*/*"):
            if time.time() - kept.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(kept, ignore_errors=True)
    for folder in _NOTES:
        files.drop_abandoned((root / ROOM / folder).glob("*/.*"))


def moves(root: Path) -> list[Path]:
    """Return what is written down of moves that are under way, or that Git does not know of yet."""
    return sorted((root / ROOM / MOVES).glob("*/*.json"))


def has_begun_to_free(root: Path) -> bool:
    """Return whether a `make free` was stopped: what it set aside lies in the trash, named so."""
    tops = (root / ROOM, *(root / section / ROOM for section in SECTIONS))
    return any(True for top in tops for _ in top.glob("trash/*-free*-*"))


def folds_names(folder: Path) -> bool:
    """Return whether this disk takes names for one that differ in case or in coding of accents."""
    folder.mkdir(parents=True, exist_ok=True)
    own = f"{os.getpid()}-{threading.get_ident()}"  # entries are looked at several at a time
    probe = folder / f"é-probe-{own}"
    probe.touch()
    try:
        other = folder / f"E\N{COMBINING ACUTE ACCENT}-PROBE-{own}"
        decomposed = folder / f"e\N{COMBINING ACUTE ACCENT}-probe-{own}"
        upper = folder / f"é-PROBE-{own}"
        return other.exists() or decomposed.exists() or upper.exists()
    finally:
        probe.unlink()
