"""Gets planned files into S3, and knows afterwards that their bytes are there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path

from registry import etag, mover, rooms, scan
from registry.cargo import Cargo
from registry.errors import Refusal, RegistryError
from registry.refusals import some
from registry.s3 import Object
from registry.scan import Stat
from registry.state import Row, Rows
from registry.survey import Survey

ROUNDS = 3  # how often a file that is being written to is sent


@dataclass
class Sending:
    """The uploads of one push: {path: (stat, the ETag it must get)}."""

    survey: Survey
    files: Rows = field(init=False)
    unverifiable: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.files = Rows(self.survey.numbers)

    def read(self, paths: list[str]) -> None:
        """Note, for each path to be sent, its stat and the ETag it must get."""
        for path in paths:
            stat = scan.stat_of(self._at(path))
            if stat is None:
                raise RegistryError(f"{path} went away while being pushed: push again")
            try:
                self.files[path] = Row(stat, etag.expected(self._at(path), stat.size))
            except OSError as error:
                raise Refusal(f"{path}: cannot be read: {error.strerror}") from None

    @property
    def tags(self) -> Iterator[tuple[str, str]]:
        return ((path, tag) for path, (_, tag) in self.files.items())

    @property
    def rows(self) -> Iterator[tuple[str, Row]]:
        """The baseline's rows, once everything has arrived."""
        listed = self.survey.remote
        return ((path, Row(stat, listed[path].etag)) for path, (stat, _) in self.files.items())

    def send(self, progress: mover.Progress) -> None:
        """Upload, and see that every file stayed as it was and that S3 lists exactly its bytes.

        A file that was written to meanwhile is sent again, as it is then. Raises RegistryError
        when it does not come to rest.
        """
        survey, paths = self.survey, list(self.files)
        prefix = survey.session.remote.prefix(survey.entry)
        for _ in range(ROUNDS):
            if paths:
                stage = partial(self._stage, paths)
                cargo = Cargo(survey.entry.folder, paths, prefix, len(survey.remote), stage)
                mover.upload(survey.session, cargo, progress)
            survey.look_again()
            paths = [path for path in paths if not self._arrived(path)]
            if not paths:
                return
            self.read(paths)
        raise RegistryError(f"changed while being pushed: {some(paths)}: push again")

    def _stage(self, paths: list[str]) -> Path:
        """Make links to exactly these files, and see that aws will not skip any."""
        folder = rooms.new_stage(self.survey.entry)
        made = set()
        for path in paths:
            stat, tag = self.files[path]
            there = self.survey.remote.get(path)
            if there and there.size == stat.size:
                self.files[path] = Row(self._newer(path, stat, there), tag)
            link = os.path.join(folder, path)
            parent = os.path.dirname(link)
            if parent not in made:
                os.makedirs(parent, exist_ok=True)
                made.add(parent)
            os.symlink(self._at(path), link)
        return folder

    def _newer(self, path: str, stat: Stat, there: Object) -> Stat:
        """aws skips a file of the same size that is not newer than the object: make it newer."""
        theirs = datetime.fromisoformat(there.modified.replace("Z", "+00:00")).timestamp()
        if stat.mtime_ns > (theirs + 1) * 1e9 or scan.stat_of(self._at(path)) != stat:
            return stat
        moved = int((theirs + 2) * 1e9)
        os.utime(self._at(path), ns=(moved, moved))
        now = scan.stat_of(self._at(path))
        same_file = now and (now.size, now.inode) == (stat.size, stat.inode)
        return now if now and same_file else stat

    def _arrived(self, path: str) -> bool:
        """Whether the file still is the one that was sent, and S3 lists its very bytes."""
        stat, tag = self.files[path]
        there = self.survey.remote.get(path)
        if there is None or there.size != stat.size or scan.stat_of(self._at(path)) != stat:
            return False
        if there.etag == tag:
            return True
        verdict = self.survey.second_opinion(self._at(path), stat, path)
        if verdict is None:
            self.unverifiable.add(path)
        return verdict is not False

    def _at(self, path: str) -> str:
        return os.path.join(self._folder, path)

    @cached_property
    def _folder(self) -> str:
        return os.fspath(self.survey.entry.folder)
