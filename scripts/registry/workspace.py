"""Keeps what is in transit beside the data: stages, trash and journals."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

from registry import files
from registry.entries import Entry
from registry.sections import SECTIONS

ROOM = ".registry"


def room(entry: Entry) -> Path:
    """The folder for stages and trash on the disk the entry is on.

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


def stage(entry: Entry) -> Path:
    """Where an entry's files wait to be sent or put in place."""
    return room(entry) / "stage" / entry.section / entry.name


def new_stage(entry: Entry) -> Path:
    """The entry's stage, empty."""
    drop_stage(entry)
    folder = stage(entry)
    folder.mkdir(parents=True)
    return folder


def unfinished(root: Path, name: str) -> Path:
    """Where downloads wait that a stopped command did not get to check; `sweep` leaves it."""
    return root / ROOM / "unfinished" / name


def drop_stage(entry: Entry) -> None:
    shutil.rmtree(stage(entry), ignore_errors=True)


def sweep(root: Path) -> None:
    """Remove what a killed command left half-made; for whoever holds the checkout's lock."""
    for top in (root / ROOM, *(root / section / ROOM for section in SECTIONS)):
        shutil.rmtree(top / "stage", ignore_errors=True)
    for folder in ("state", "journal"):
        for partial in (root / ROOM / folder).glob("*/.*"):
            if files.is_abandoned(partial):
                partial.unlink(missing_ok=True)


def folds_names(folder: Path) -> bool:
    """Whether this disk takes two names for one that differ in case or in how accents are coded."""
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
