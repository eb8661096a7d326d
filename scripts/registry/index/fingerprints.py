"""Takes the fingerprints of many entries' folders, on all cores when there are many files.

A quiet run does little else, and one Python stats a file at a time.
"""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

from registry import workspace
from registry.entries import Entry
from registry.index import scan

WORTH_FILES = 4_000  # below this another process costs more than it saves
BYTES_A_ROW = 64  # of a baseline's file


class Glimpse(NamedTuple):
    """A folder's stamp, and whether all that is in it could be stored."""

    stamp: str
    is_fit: bool


def glimpse(folder: str) -> Glimpse:
    scanned = scan.scan(folder)
    return Glimpse(scanned.stamp, not (scanned.blocked or scanned.problems))


def files_about(entry: Entry) -> int:
    """About how many files an entry had when its baseline was written."""
    try:
        return os.stat(workspace.baseline(entry)).st_size // BYTES_A_ROW
    except OSError:
        return 0


class Stamps:
    """Looks at the entries' folders from now on, while the caller does something else.

    Begin before any thread does, and before much is imported: the helpers are forks, which end by
    themselves when they are done or nobody listens any more.
    """

    def __init__(self, entries: list[Entry]) -> None:
        folders = [str(entry.folder) for entry in entries]
        files = sum(map(files_about, entries))
        hands = (os.cpu_count() or 1) if files >= WORTH_FILES and sys.platform == "linux" else 1
        parts = [folders[n::hands] for n in range(hands)] if hands > 1 else []
        self._helpers = [(part, *_begin(part)) for part in parts]
        self._glimpses: dict[str, Glimpse] = {}

    def of(self, entry: Entry) -> Glimpse:
        """Return the entry's glimpse; waits for it."""
        folder = str(entry.folder)
        self.close()
        if folder not in self._glimpses:  # no helpers, or one that was killed
            self._glimpses[folder] = glimpse(folder)
        return self._glimpses[folder]

    def close(self) -> None:
        """Take what the helpers found, and see them end."""
        while self._helpers:
            folders, process, pipe = self._helpers.pop()
            with os.fdopen(pipe) as answers:
                rows = (line.split() for line in answers.read().split("\n")[:-1])  # whole ones
                glimpses = [Glimpse(stamp, fit == "True") for stamp, fit in rows]
            os.waitpid(process, 0)
            self._glimpses.update(zip(folders, glimpses, strict=False))


def _begin(folders: list[str]) -> tuple[int, int]:
    """Fork a process that looks at these; its id, and the pipe it answers through, line by line."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    try:
        os.close(reading)
        with os.fdopen(writing, "w") as answers:
            for folder in folders:
                answers.write("%s %s\n" % glimpse(folder))  # noqa: UP031
    finally:
        os._exit(0)
