"""Downloads wanted files from S3 into a stage, and checks every byte of them there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

from registry import parallel, workspace
from registry.errors import RegistryError
from registry.humanize import some
from registry.index import scan, stats
from registry.index.hashes import same_bytes
from registry.index.listing import NAME_BYTES
from registry.index.stats import Stat, Stats
from registry.sync import refusals
from registry.sync.survey import Survey
from registry.transfer import engine
from registry.transfer.job import Content, Job

Arrival = tuple[Stat | None, bool | None]  # a staged file's stat, and the verdict on its bytes
ASKED = 20  # files that did not come of which S3 is asked why
FEW = 100  # files that are asked for by name: cheaper than a stage with a hole for each other one
WILD = set("*?[")  # what aws takes for a pattern, in the prefix too


@dataclass
class Fetching:
    """The downloads of one pull: the paths that are wanted."""

    survey: Survey
    wanted: list[str]
    stats: Stats = field(init=False)  # of the staged files, once verified

    def __post_init__(self) -> None:
        self.stats = Stats(self.survey.numbers)

    def fetch(self, progress: engine.Progress) -> list[str]:
        """Bring them into the stage; those whose bytes nobody can verify, for their encryption.

        Raises RegistryError, naming them, if any did not come or came damaged.
        """
        stage = workspace.new_stage(self.survey.entry)
        self._resume(stage)
        before = self.survey.remote.bytes_of(self.stats)
        try:
            self._bring(stage, lambda moved: progress(before + moved))
        except RegistryError:
            self._refuse_archived(path for path in self.wanted if not (stage / path).is_file())
            raise
        for path in filter(self._is_too_long, self.wanted):
            if path not in self.stats:
                self._fetch_by_short_name(stage, path)
        doubtful = []
        doubted = [path for path in self.wanted if path not in self.stats]
        for path, (stat, verdict) in self._verify(os.fspath(stage), doubted):
            if stat:
                self.stats[path] = stat
            if not verdict:
                doubtful.append((path, verdict))
        wrong = [path for path, verdict in doubtful if verdict is False]
        if wrong:
            self._refuse_archived(wrong)
            raise RegistryError(f"arrived damaged or not at all: {some(wrong)}: run again")
        return [path for path, _ in doubtful]

    def _refuse_archived(self, paths: Iterable[str]) -> None:
        """Of what did not come, some may lie in an archive: running again would not bring it."""
        from registry.sync import archived

        client, remote = self.survey.session.client, self.survey.remote
        for path in islice(paths, ASKED):
            if archived.holds(client, remote[path]):
                raise refusals.archived(self.survey.session.remote, path, remote[path].key)

    def _resume(self, stage: Path) -> None:
        """Take over what a stopped pull had brought, if its bytes are the listed ones."""
        kept = workspace.kept_stage(self.survey.entry)
        if not kept.is_dir():
            return
        for path in self.wanted:
            file, wanted = os.path.join(kept, path), self.survey.remote[path]
            stat = None if os.path.islink(file) else stats.stat_of(file)
            if stat and stat.size == wanted.size and same_bytes(file, stat, wanted.etag):
                target = os.path.join(stage, path)
                os.makedirs(os.path.dirname(target), exist_ok=True)
                os.rename(file, target)
                self._arrived(path, os.stat(target))
        shutil.rmtree(kept, ignore_errors=True)

    def is_whole(self) -> bool:
        """Return whether the stage holds just the entry's files, as they were verified.

        An engine also brings what came into S3 after our listing, and litter that never travels.
        """
        numbers, remote = self.survey.numbers, self.survey.remote
        if len(self.wanted) < len(remote):
            return False
        staged = scan.scan(workspace.stage(self.survey.entry), everything=True, numbers=numbers)
        if staged.empty_folders or staged.problems or staged.blocked:
            return False
        is_verified = staged.files.mark("stats") == self.stats.mark("stats")
        return is_verified and len(self.stats) == len(remote)

    def _verify(self, stage: str, paths: list[str]) -> Iterator[tuple[str, Arrival]]:
        """(path, how it came)."""
        threads = parallel.readers(self.survey.remote.bytes_of(paths))
        return parallel.over(paths, partial(self._came, stage), threads)

    def _bring(self, stage: Path, progress: engine.Progress) -> None:
        """Have what an engine can fetch by its own name fetched."""
        session, remote = self.survey.session, self.survey.remote
        lacking = [path for path in self.wanted if path not in self.stats]
        paths = [path for path in lacking if not self._is_too_long(path)]
        prefix = session.remote.prefix(self.survey.entry)
        by_name = len(paths) <= FEW and len(paths) < len(remote) and not WILD & set(prefix)
        fill = None if by_name else partial(self._fill, stage, set(self.wanted))
        job = Job(stage, paths, prefix, len(remote), self._content, self._arrived, fill=fill)
        if paths:
            engine.download(session, job, progress)

    def _content(self, path: str) -> Content:
        return Content(*self.survey.remote.content(path))

    def _arrived(self, path: str, stat: os.stat_result | None) -> None:
        """It was compared on its way to the disk."""
        if stat:
            self.stats[path] = stats.from_stat(stat)

    def _fill(self, stage: Path, wanted: set[str]) -> None:
        """Have only the wanted files missing in the stage: what is missing gets fetched.

        The others are stood in for by holes of the same size, which take no room.
        """
        for path, listed in self.survey.remote.items():
            if path not in wanted:
                hole = os.path.join(stage, path)
                os.makedirs(os.path.dirname(hole), exist_ok=True)
                with open(hole, "wb") as file:
                    file.truncate(listed.size)

    def _fetch_by_short_name(self, stage: Path, path: str) -> None:
        short = stage / f".{os.urandom(8).hex()}"
        engine.fetch_one(self.survey.session, self.survey.remote[path].key, short)
        (stage / path).parent.mkdir(parents=True, exist_ok=True)
        os.replace(short, stage / path)

    def _is_too_long(self, path: str) -> bool:
        return self.survey.session.options.engine == "aws" and _is_too_long_for_aws(path)

    def _came(self, stage: str, path: str) -> Arrival:
        """True: the listed bytes; None: nobody can tell, with this encryption; False: not so."""
        file, listed = os.path.join(stage, path), self.survey.remote[path]
        stat = stats.stat_of(file)
        if stat is None or stat.size != listed.size:
            return stat, False
        return stat, self.survey.second_opinion(file, stat, path)


def _is_too_long_for_aws(path: str) -> bool:
    """aws appends `.XXXXXXXX` while it downloads, and cuts to 255 letters; disks count bytes."""
    name = path.rpartition("/")[2]
    return not name.isascii() and len(name.encode()) > NAME_BYTES - len(".XXXXXXXX")
