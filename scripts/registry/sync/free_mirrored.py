"""Frees an entry that mirrors S3: every file of it is an object there, of the same bytes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from registry import options
from registry.errors import Refusal, RegistryError
from registry.index import journal
from registry.index.stats import Stat
from registry.remote.s3 import Object
from registry.sync import compare, free_rules, guards, marker, proof, refusals
from registry.sync.free import Freeing
from registry.sync.survey import Survey
from registry.transfer.job import Progress


@dataclass
class MirroredFreeing(Freeing):
    """`survey`: the sides of it as they are compared."""

    survey: Survey = field(init=False)

    def __post_init__(self) -> None:
        self.survey = Survey(self.entry, self.session)
        is_here = os.path.lexists(self.entry.folder)
        self.places = {"": self.entry.folder} if is_here else {}

    def look(self) -> None:
        """Raises Refusal also for what a pull could not bring again."""
        survey = self.survey
        survey.look_here()
        lines = survey.local.blocked + survey.local.problems
        if lines:
            raise free_rules.unfit(lines)
        survey.look_there()
        survey.end_false_trust()
        own = journal.load(self.entry, self.session.remote.identity, survey.numbers)
        guards.refuse_unfinished(survey, own.token if own else "")
        if survey.remote_problems:
            raise refusals.hostile_keys(survey)
        stays = [path for path in survey.local.left_out if not free_rules.is_litter(path)]
        if stays:
            raise free_rules.stays_here(stays)
        if not survey.remote:
            raise free_rules.not_in_s3(self.entry)
        free_rules.refuse_archived(self.session, self._listed())

    def _listed(self) -> dict[str, Object]:
        """{path: its object} as a listing has it, which tells of storage classes."""
        prefix = self.session.remote.prefix(self.entry)
        return {row.key[len(prefix) :]: row for row in self.session.client.list(prefix)}

    def prove(self, progress: Progress) -> None:
        local, remote = self.survey.local.files, self.survey.remote
        self._refuse_unlike(
            [path for path in local if path not in remote or remote[path].size != local[path].size]
            + [path for path in self.survey.base.rows if local and path not in local]
        )
        unlike, hidden, done = [], [], 0
        self.survey.local_bytes.read((path, remote[path].etag) for path in local)
        for path in local:
            same = self._verdict(path, local[path], remote[path])
            unlike += [path] if same is False else []
            hidden += [path] if same is None else []
            done += local[path].size
            progress(done)
        self._refuse_unlike(unlike)
        if hidden:
            raise free_rules.hidden(sorted(hidden))

    def _verdict(self, path: str, stat: Stat, listed: Object) -> bool | None:
        same = self.survey.local_bytes.verdict(path, listed.etag)
        if same:
            return True
        file = self.entry.folder / path
        same = proof.verdict(self.session, file, stat, listed)
        if same is None and options.flag("READ_BACK"):
            return proof.read_back(self.session, file, stat, listed)
        return same

    def _refuse_unlike(self, paths: list[str]) -> None:
        """Refuse for files that S3 does not hold as they are here, or that were deleted here."""
        if paths:
            raise self._why(sorted(paths))

    def _why(self, paths: list[str]) -> Refusal:
        here = [path for path in paths if self.survey.local_side(path) != compare.SAME]
        return free_rules.changed(self.entry, here) if here else free_rules.newer(self.entry, paths)

    def look_again(self) -> None:
        held, tag = self.survey.remote.mark("sizes", "tags"), self.survey.marker_etag
        _, now = marker.read(self.session.client, self.entry)
        self.survey.look_again()
        if now != tag or self.survey.remote.mark("sizes", "tags") != held:
            raise RegistryError("it changed in S3 while it was being freed: run again")
