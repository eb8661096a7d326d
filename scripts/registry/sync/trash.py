"""Sets things aside instead of deleting them: kept 14 days, never pushed, easy to bring back.

`.registry/trash/<when>-<why>-<n>/<section>/<name>/<path>`: the folder's name is the item's id.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from registry import files, workspace
from registry.entries import Entry
from registry.sections import SECTIONS

KEPT_DAYS = 14
WHEN = "%Y%m%dT%H%M%SZ"


class Item(NamedTuple):
    """One thing set aside: why (see `list_trash`), when, from which entry."""

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
        return _when(self.id) or 0.0

    @property
    def content(self) -> Path:
        return self.folder / self.section / self.name

    def files(self) -> list[str]:
        """Return the paths in it, relative to the entry."""
        inside = files.walk(self.content)
        at = [os.path.join(folder, name) for folder, names in inside for name in names]
        return sorted(os.path.relpath(path, self.content) for path in at)


def new(entry: Entry, why: str) -> Path:
    """Return a place for what is set aside from this entry now, and from no other."""
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
    files.drop_empty_folders(content)
    for folder in (content.parent, content.parent.parent):
        with contextlib.suppress(OSError):
            folder.rmdir()


def items(root: Path) -> Iterator[Item]:
    """Yield everything that is set aside, oldest first."""
    bins = [root / workspace.ROOM, *(root / section / workspace.ROOM for section in SECTIONS)]
    folders = [f for b in bins if (b / "trash").is_dir() for f in (b / "trash").iterdir()]
    for folder in sorted((f for f in folders if _when(f.name)), key=lambda f: f.name):
        for content in folder.glob("*/*"):
            yield Item(folder, content.parent.name, content.name)


def _when(name: str) -> float | None:
    """The time in a name that `new` gave; None for any other: what else lies there is not ours."""
    import calendar

    if not re.fullmatch(r"[0-9TZ]+-[a-z]+-\d+", name):
        return None
    with contextlib.suppress(ValueError):
        return calendar.timegm(time.strptime(name.partition("-")[0], WHEN))
    return None


def purge(root: Path) -> int:
    """Delete what has been kept long enough; how many items that were."""
    old = [i for i in items(root) if time.time() - i.when > KEPT_DAYS * 86400]
    for item in old:
        files.drop_tree(item.folder)
    return len(old)
