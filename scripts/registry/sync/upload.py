"""Uploads planned files to S3, and knows afterwards that their bytes are there."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path

from registry import parallel, workspace
from registry.errors import Refusal, RegistryError
from registry.humanize import some
from registry.index import stats
from registry.index.baseline import Row, Rows
from registry.index.content import FileHash, FileHashes
from registry.index.stats import Stat, Stats
from registry.index.table import unlike
from registry.remote import etag
from registry.remote.s3 import Object
from registry.sync import copies
from registry.sync.survey import Survey
from registry.transfer import engine
from registry.transfer.job import Content, Job, read_in_parts

FRESH_SECONDS = 5.0  # how long a listing may be taken for what S3 holds
ROUNDS = 3  # how often a file that is being written to is sent


@dataclass
class Sending:
    """The uploads of one push: {path: (stat, the ETag it must get; once it arrived: has)}."""

    survey: Survey
    trusts_answers: bool = False  # whether what the store answers may stand for another listing
    files: Rows = field(init=False)
    hashes: FileHashes = field(init=False)
    unverifiable: set[str] = field(default_factory=set)
    copied: dict[str, str] = field(default_factory=dict)  # {path: whose bytes S3 had already}
    stored: set[str] = field(default_factory=set)  # of which S3 answered the ETag it must get

    def __post_init__(self) -> None:
        self._parts: dict[str, Sequence[bytes]] = {}  # the MD5s of each big file's
        self.files = Rows(self.survey.numbers)
        self.hashes = FileHashes(self.survey.numbers)

    def read(self, paths: list[str]) -> None:
        """Note, for each path to be sent, its stat and the ETag it must get."""
        threads = parallel.readers(self.survey.local.files.bytes_of(paths))
        for path, (row, digest) in parallel.over(paths, self._read, threads):
            self.files[path], self.hashes[path] = row, FileHash(row.etag, digest)

    def _read(self, path: str) -> tuple[Row, str]:
        stat, also = stats.stat_of(self._at(path)), sha256()
        if stat is None:
            raise RegistryError(f"{path} went away while being pushed: push again")
        try:
            if stat.size < etag.PART:
                return Row(stat, etag.expected(self._at(path), stat.size, also)), also.hexdigest()
            content = read_in_parts(self._at(path), stat.size, also)
            self._parts[path] = content.parts
            return Row(stat, content.etag), also.hexdigest()
        except OSError as error:
            raise Refusal(f"{path}: cannot be read: {error.strerror}") from None

    @property
    def is_guarded(self) -> bool:
        """Whether the store itself refuses an upload over other bytes than were listed.

        Then nobody need list again before the first one.
        """
        small = all(row.stat.size < etag.PART for row in self.files.values())
        return small and self._is_fresh and self._is_heeded

    @property
    def _is_heeded(self) -> bool:
        """Whether the engine says, and the store heeds, what an upload may overwrite."""
        session = self.survey.session
        return session.options.engine == "auto" and session.is_conditional()

    @property
    def _is_fresh(self) -> bool:
        return time.monotonic() - self.survey.listed_at < FRESH_SECONDS

    def send(self, progress: engine.Progress) -> None:
        """Upload, and see that every file stayed as it was and that S3 has exactly its bytes.

        A file that was written to meanwhile is sent again, as it is then. Raises RegistryError
        when it does not come to rest.
        """
        survey, paths = self.survey, list(self.files)
        prefix = survey.session.remote.prefix(survey.entry)
        altered: list[str] = []
        self.copied = copies.make(survey, self.files)
        paths = [path for path in paths if path not in self.copied]
        over = self._listed if self._is_heeded else None
        for _ in range(ROUNDS):
            if paths:
                folder, stage = survey.entry.folder, partial(self._stage, paths)
                job = Job(
                    folder, paths, prefix, len(survey.remote), self._content, self._note,
                    stage=stage, over=over,
                )  # fmt: skip
                engine.upload(survey.session, job, progress)
            self._see_what_is_there(paths)
            paths = self._not_arrived(list(dict.fromkeys([*paths, *self.copied])))
            if not paths:
                return
            altered = self._unchanged(paths)
            self.read(paths)
        if altered:
            raise RegistryError(
                f"S3 lists other bytes than were sent: {some(altered)}, which did not change here: "
                "somebody writes there by hand, or something on the way alters them"
            )
        raise RegistryError(f"changed while being pushed: {some(paths)}: push again")

    def _note(self, path: str, stat: object) -> None:
        self.stored.add(path)

    def _see_what_is_there(self, sent: list[str]) -> None:
        """List again, unless the store told it: the ETag of each file, over what was listed.

        Whoever writes there by hand meanwhile is seen by the next listing; what is sealed then is
        what was listed and sent.
        """
        survey = self.survey
        is_told = self.stored.issuperset(sent) and not self.copied and self._is_heeded
        if not (self.trusts_answers and is_told and self._is_fresh):
            survey.look_again()
            return
        prefix = survey.session.remote.prefix(survey.entry)
        for path in sent:
            stat, tag = self.files[path]
            survey.remote[path] = Object(prefix + path, stat.size, tag)

    def _unchanged(self, paths: list[str]) -> list[str]:
        """Those that are here just as they were when they were sent."""
        return [path for path in paths if stats.stat_of(self._at(path)) == self.files[path][0]]

    def _content(self, path: str) -> Content:
        stat, tag = self.files[path]
        return Content(stat.size, tag, parts=self._parts.get(path, ()))

    def _listed(self, path: str) -> str:
        listed = self.survey.remote.get(path)
        return listed.etag if listed else ""

    def _stage(self, paths: list[str]) -> Path:
        """Make links to exactly these files, and see that aws will not skip any."""
        folder = workspace.new_stage(self.survey.entry)
        made = set()
        for path in paths:
            staged = os.path.join(folder, path)
            parent = os.path.dirname(staged)
            if parent not in made:
                os.makedirs(parent, exist_ok=True)
                made.add(parent)
            self._stage_one(path, staged)
        return folder

    def _stage_one(self, path: str, staged: str) -> None:
        """aws skips a file of the same size that is not newer than the object: make it newer."""
        stat, tag = self.files[path]
        listed = self.survey.remote.get(path)
        moved = _skipped_until(stat, listed) if listed and listed.size == stat.size else 0
        if moved and stats.stat_of(self._at(path)) == stat:
            try:
                os.utime(self._at(path), ns=(moved, moved))
            except PermissionError:  # somebody else's file: then a copy of it is
                shutil.copyfile(self._at(path), staged)
                os.utime(staged, ns=(moved, moved))
                return
            now = stats.stat_of(self._at(path))
            if now and (now.size, now.inode) == (stat.size, stat.inode):
                self.files[path] = Row(now, tag)
        os.symlink(self._at(path), staged)

    def _not_arrived(self, paths: list[str]) -> list[str]:
        """Those that are no longer the files that were sent, or whose bytes S3 does not list."""
        numbers, now = self.survey.numbers, Stats(self.survey.numbers)
        for path in paths:
            stat = stats.stat_of(self._at(path))
            if stat:
                now[path] = stat
        flags = bytearray(len(numbers))
        unlike(flags, self.files, now, "stats")
        unlike(flags, self.files, self.survey.remote, "tags")
        return [path for path in paths if flags[numbers[path]] and not self._arrived(path)]

    def _arrived(self, path: str) -> bool:
        """Return whether a file that is not plainly as it was sent arrived all the same."""
        stat, _ = self.files[path]
        listed = self.survey.remote.get(path)
        if listed is None or listed.size != stat.size or stats.stat_of(self._at(path)) != stat:
            return False
        verdict = self.survey.second_opinion(self._at(path), stat, path)
        if verdict is None:
            self.unverifiable.add(path)
        if verdict is not False:
            self.files[path] = Row(stat, listed.etag)
            self.hashes[path] = self.hashes[path]._replace(etag=listed.etag)
        return verdict is not False

    def _at(self, path: str) -> str:
        return self._folder + path  # cheaper than to join them, for each of many files

    @cached_property
    def _folder(self) -> str:
        return os.path.join(self.survey.entry.folder, "")


def _skipped_until(stat: Stat, listed: Object) -> int:
    """The mtime, in ns, from which aws takes a file for newer than the object; 0: it does."""
    theirs = datetime.fromisoformat(listed.modified.replace("Z", "+00:00")).timestamp()
    return 0 if stat.mtime_ns > (theirs + 1) * 1e9 else int((theirs + 2) * 1e9)
