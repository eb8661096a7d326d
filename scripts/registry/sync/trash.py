"""What was set aside instead of being deleted: kept 14 days, never pushed, easy to bring back.

`.registry/trash/<when>-<why>-<n>/<section>/<name>/<path>`: the folder's name is the item's id.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from registry import workspace
from registry.entries import Entry
from registry.sections import SECTIONS

KEPT_DAYS = 14
WHEN = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Item:
    """One thing set aside: why (reset, vanished, removed, replaced), when, from which entry."""

    folder: Path
    section: str
    name: str

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def why(self) -> str:
        return self.id.split("-")[1]

    @property
    def when(self) -> float:
        """Seconds since the epoch."""
        import calendar

        return calendar.timegm(time.strptime(self.id.split("-")[0], WHEN))

    @property
    def content(self) -> Path:
        return self.folder / self.section / self.name

    def files(self) -> list[str]:
        """The paths in it, relative to the entry."""
        found = []
        for where, folders, names in os.walk(self.content):
            names += [name for name in folders if os.path.islink(os.path.join(where, name))]
            found += [os.path.relpath(os.path.join(where, n), self.content) for n in names]
        return sorted(found)


def new(entry: Entry, why: str) -> Path:
    """A place for what is set aside from this entry now, and from no other."""
    bins = workspace.room(entry) / "trash"
    bins.mkdir(exist_ok=True)
    stem = f"{time.strftime(WHEN, time.gmtime())}-{why}"
    count = 1
    while not _made(bins / f"{stem}-{count}"):  # entries are pulled several at a time
        count += 1
    return bins / f"{stem}-{count}" / entry.section / entry.name


def _made(folder: Path) -> bool:
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    return True


def tidy(content: Path) -> None:
    """Remove the folders of an item in which nothing was left."""
    for where, _, _ in os.walk(content, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(where)
    for folder in (content.parent, content.parent.parent):
        with contextlib.suppress(OSError):
            folder.rmdir()


def items(root: Path) -> Iterator[Item]:
    """Everything that is set aside, oldest first."""
    bins = [root / workspace.ROOM, *(root / section / workspace.ROOM for section in SECTIONS)]
    folders = [f for b in bins if (b / "trash").is_dir() for f in (b / "trash").iterdir()]
    for folder in sorted(folders, key=lambda f: f.name):
        for content in folder.glob("*/*"):
            yield Item(folder, content.parent.name, content.name)


def purge(root: Path) -> int:
    """Delete what has been kept long enough; how many items that were."""
    old = [i for i in items(root) if time.time() - i.when > KEPT_DAYS * 86400]
    for item in old:
        shutil.rmtree(item.folder, ignore_errors=True)
    return len(old)
