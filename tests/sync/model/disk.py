"""One checkout's disk: the entry's files, trash, stage, baseline and journal. It survives crashes.

A content is a string whose last character is its size, and it is its own ETag.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from model.store import Marker

if TYPE_CHECKING:
    from model.world import World


class Stop(Exception):
    """The command ends: 0 done, 1 run again, 3 refused."""

    def __init__(self, code: int, why: str, paths: list[str] | None = None) -> None:
        super().__init__(why)
        self.code, self.why, self.paths = code, why, paths or []


class Stat(NamedTuple):
    size: str
    mtime: int
    ino: int
    ctime: int


class File:
    """An inode. Every change, also a rename, moves its ctime."""

    def __init__(self, world: World, content: str, mtime: int | None = None) -> None:
        self.world, self.ino = world, world.tick()
        self.write(content, mtime)

    def write(self, content: str, mtime: int | None = None) -> None:
        self.content = content
        self.mtime = self.world.tick() if mtime is None else mtime
        self.moved()

    def moved(self) -> None:
        self.ctime = self.world.tick()
        self.world.oracle.truth[self.stat()] = self.content

    def stat(self) -> Stat:
        return Stat(self.content[-1], self.mtime, self.ino, self.ctime)


class Row(NamedTuple):
    """A baseline's line. Without a stat: the remote's bytes are known, no local file is."""

    stat: Stat | None
    etag: str


@dataclass(frozen=True)
class Baseline:
    rows: dict[str, Row] = field(default_factory=dict)
    marker: Marker | None = None  # unchanged since then: the remote is the same, no LIST
    absorbed: int = 0  # the serial of the journal whose news these rows hold
    device: int = 0  # the file system they are about


@dataclass(frozen=True)
class Journal:
    """What a run was about to do: of a push its plan, of a pull the files it places."""

    serial: int
    token: str = ""
    planned: dict[str, str] = field(default_factory=dict)
    deletes: tuple[str, ...] = ()
    placing: dict[str, str] = field(default_factory=dict)


def folder_of(path: str) -> str:
    return path.rpartition("/")[0]


class Disk:
    def __init__(self, world: World, who: str) -> None:
        self.world, self.who = world, who
        self.files: dict[str, File] = {}
        self.folders: set[str] = set()  # a folder does not go with its last file
        self.trash: list[File] = []
        self.aside: dict[str, File] = {}  # what a free took out of everybody's reach
        self.aside_folders: set[str] = set()
        self.aside_since = 0
        self.stage: dict[str, File] = {}
        self.saved = Baseline()
        self.device = 0
        self.journal: Journal | None = None
        self.aws: Iterator[str] = iter(())  # the child that moves the bytes; may outlive us

    @property
    def base(self) -> Baseline:
        """The baseline; one of another file system (mounted, unmounted) is none."""
        other = self.saved.device != self.device and self.world.rules.baseline_is_of_a_device
        return Baseline(absorbed=self.saved.absorbed) if other else self.saved

    def scan(self) -> Iterator[str]:
        """Path -> Stat. A name that is listed and then not there is no absence: run again."""
        yield "list the folder"
        names, stats, self.scanned = sorted(self.files), {}, self.device
        for name in names:
            yield f"stat {name}"
            if name in self.files:
                stats[name] = self.files[name].stat()
            elif self.world.rules.vanished_is_no_absence:
                raise Stop(1, "files vanish while they are looked at")
        return stats

    def hash(self, path: str, stat: Stat) -> Iterator[str]:
        yield f"read {path}"
        if path not in self.files or self.files[path].stat() != stat:
            raise Stop(1, "a file changes while it is read")
        return self.files[path].content

    def live_journal(self) -> Journal | None:
        journal = self.journal
        if journal and self.world.rules.journal_absorbed_once:
            return journal if journal.serial != self.base.absorbed else None
        return journal

    def knows(self, marker: Marker | None) -> bool:
        """Whether the remote is what the baseline says, by its marker alone."""
        return marker is not None and marker == self.base.marker and not self.live_journal()

    def owns(self, marker: Marker | None) -> bool:
        """Whether the marker is that of our own unfinished push."""
        ours = marker and self.journal and marker.token == self.journal.token
        return bool(ours and marker and marker.state == "pushing")

    def same_disk(self) -> None:
        """All paths are relative to the folder that the scan opened."""
        if self.device != self.scanned and self.world.rules.baseline_is_of_a_device:
            raise Stop(1, "the folder is another one now")

    def record(self, base: Baseline) -> None:
        self.same_disk()
        self.saved = replace(base, device=self.device)
        self.world.oracle.baseline_written(self)

    def set_aside(self) -> None:
        """One rename: what is in the folder keeps its stats."""
        self.aside, self.aside_folders = dict(self.files), set(self.folders)
        self.files.clear()
        self.folders.clear()
        self.aside_since = self.world.tick()

    def put_back(self) -> None:
        """The same the other way round, if nothing came in its place."""
        if self.files or self.folders:
            self.trash += self.aside.values()
            if self.world.rules.taken_place_is_new:
                self.saved = Baseline(absorbed=self.journal.serial if self.journal else 0)
            self.world.users[self.who].lost = True
        else:
            self.files.update(self.aside)
            self.folders |= self.aside_folders
        self.aside, self.aside_folders = {}, set()

    def holds(self, folder: str) -> bool:
        return any(folder_of(path) == folder for path in self.files)

    def contents(self) -> set[str]:
        files = [*self.files.values(), *self.trash, *self.aside.values()]
        return {file.content for file in files}
