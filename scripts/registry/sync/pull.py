"""Pulls or resets one entry, step by step: look, plan, fetch, check, put in place.

Until everything has arrived and was checked, nothing in the entry's folder is touched.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from registry import disk, names, workspace
from registry.entries import Entry
from registry.errors import Refusal, RegistryError
from registry.humanize import some
from registry.index import journal
from registry.index.baseline import OVERRULED, Row, Rows
from registry.index.table import Tags
from registry.names import folders_of
from registry.remote.session import Session
from registry.sync import compare, guards, place, refusals, trash
from registry.sync.compare import Plan
from registry.sync.download import Fetching
from registry.sync.survey import Survey
from registry.transfer import engine


@dataclass
class Pull:
    """A pull of one entry; call the steps in the order they stand here.

    With `reset`, what differs here is set aside and S3's put in its place.
    """

    entry: Entry
    session: Session
    reset: bool = False
    survey: Survey = field(init=False)
    plan: Plan = field(init=False)
    fetching: Fetching | None = None
    unverifiable: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)  # changed here while we were at it
    trash: Path | None = None
    is_listed: bool = False
    known_rows: Rows = field(default_factory=Rows)
    version_before: str = ""  # what this checkout had; "" if it is not known
    replaces: bool = False  # whether a file that is here gives way to another one

    def look(self, is_known: bool = False) -> None:
        """Look at all sides; `is_known`: the marker is the one of the baseline.

        Raises Refusal while the entry in S3 is not a whole, sealed state.
        """
        self.survey = Survey(self.entry, self.session)
        self.survey.look_here()
        self.version_before = self.survey.base.version
        if self.survey.local.blocked:
            raise Refusal("; ".join(self.survey.local.blocked))
        own = journal.load(self.entry, self.session.remote.identity, self.survey.numbers)
        is_known = is_known and bool(self.survey.base.marker)  # "" on another disk than last time
        if is_known and self.survey.local.files and not self.reset and not own:
            self.survey.trust_marker()
            return
        self.survey.look_there()
        self.survey.end_false_trust()
        self.is_listed = True
        guards.refuse_unfinished(self.survey, own.token if own else "")
        if own:
            self.survey.recall(own)
        self.known_rows = self.survey.base.rows  # the plan may start from none

    def decide(self) -> None:
        """Make the plan. Raises Refusal, naming paths and ways out, if any path forbids it."""
        problems = list(self.survey.remote_problems)
        if workspace.folds_names(workspace.room(self.entry)):
            problems += names.name_twins(self.survey.remote)
        if problems:
            raise refusals.hostile_keys(problems)
        self.plan = self._reset_plan() if self.reset else self.survey.plan(compare.PULL)
        guards.check_pull(self.survey, self.plan, self.reset)
        self.replaces = any(path in self.survey.local.files for path in self.wanted)

    def fetch(self, progress: engine.Progress) -> None:
        """Bring the wanted files into the stage. Raises RegistryError; nothing here has changed."""
        if self.wanted:
            self.fetching = Fetching(self.survey, self.wanted)
            self.unverifiable = self.fetching.fetch(progress)
        self._check_still_there()

    def place(self) -> None:
        """Set aside what vanished upstream, then put every fetched file in place."""
        self._note()
        self.trash = trash.new(self.entry, self._why())
        for path in self.plan[compare.TRASH]:
            self._set_aside(path, self.trash / path)
        self._drop_emptied_folders()
        if self.wanted:
            place.flush(workspace.stage(self.entry))
        if not self._put_whole():
            for path in self.wanted:
                self._put(path, self.trash / path)
        if self.plan.moves:  # or a power cut leaves old files that the baseline calls new ones
            place.flush(self.entry.folder)
        self._learn()

    def _why(self) -> str:
        """Return why files go to the trash, as its listing will say."""
        if self.reset:
            return "reset"
        if self.keeps_replaced:
            return "outside"
        return "vanished" if self.plan[compare.TRASH] else "replaced"

    def finish(self) -> None:
        """Write the baseline. Raises RegistryError if files changed here while we were at it."""
        self.survey.save()
        if self.trash:
            trash.tidy(self.trash)
        journal.drop(self.entry)
        workspace.drop_stage(self.entry)
        if self.late:
            raise RegistryError(f"changed here during the pull: {some(self.late)}: run again")

    def abandon(self) -> None:
        if self.trash:
            trash.tidy(self.trash)
        if self.fetching:
            workspace.keep_stage(self.entry)
        workspace.drop_stage(self.entry)

    @property
    def wanted(self) -> list[str]:
        return self.plan[compare.FETCH]

    @cached_property
    def wanted_bytes(self) -> int:
        """Of the plan: ask once it is made."""
        return self.survey.remote.bytes_of(self.wanted)

    @cached_property
    def keeps_replaced(self) -> bool:
        """Whether what S3's files replace goes to the trash: nobody meant to replace it."""
        return self.reset or (self.is_listed and self.survey.is_outside_news)

    @property
    def need(self) -> disk.Need:
        """What it writes; what a stopped pull left in the stage is used or dropped before."""
        size, left = self.wanted_bytes, disk.kept(workspace.kept_stage(self.entry))
        old = self.survey.local.files
        back = sum(old[path].size for path in self.wanted if path in old)
        back = 0 if self.keeps_replaced else back
        return disk.Need(self.entry, workspace.stage(self.entry), max(0, size - left), back)

    def _reset_plan(self) -> Plan:
        """S3's state, whatever is here: fetch what differs, set aside what it does not have."""
        if not self.survey.remote:
            raise Refusal("S3 holds nothing for it: nothing to reset to, nothing touched")
        plan = Plan(compare.PULL)
        self.survey.plan(compare.PULL)  # reads the bytes it has to, all at once
        for path in sorted({*self.survey.local.files, *self.survey.remote}):
            if path not in self.survey.remote:
                plan.add(compare.TRASH, path)
            elif path not in self.survey.local.files or not self._is_good(path):
                plan.add(compare.FETCH, path)
            elif self.survey.base.rows.get(path) != self.survey.row(path):
                plan.add(compare.ADOPT, path)
        for path in self.survey.base.rows:
            if path not in self.survey.remote and path not in self.survey.local.files:
                plan.add(compare.FORGET, path)
        return plan

    def _is_good(self, path: str) -> bool:
        row, listed = self.survey.base.rows.get(path), self.survey.remote[path]
        known = row and row.etag == listed.etag and row.stat == self.survey.local.files[path]
        return bool(known) or self.survey.equal(path)

    def _check_still_there(self) -> None:
        """See that S3 is still as planned, so that no mixture of two states is put in place."""
        if not self.is_listed or (self.survey.is_sealed and not self.unverifiable):
            return  # nothing was listed, or the marker vouches for exactly what was, and came
        before, planned_marker = self.survey.remote.mark("sizes", "tags"), self.survey.marker_etag
        self.survey.look_there()
        now = self.survey.remote.mark("sizes", "tags")
        if now != before or self.survey.marker_etag != planned_marker:
            raise RegistryError("it changed in S3 while it was being pulled: run again")

    def _note(self) -> None:
        """Journal what is about to be placed: after a crash it must not pass for an edit."""
        placing = Tags(self.survey.numbers)
        placing.update((path, self.survey.remote[path].etag) for path in self.wanted)
        if placing:
            journal.Journal(self.session.remote.identity, placing=placing).save(self.entry)

    def _set_aside(self, path: str, aside: Path) -> None:
        link = place.link_on_the_way(self.entry.folder, path)
        if not link and place.take_away(self._at(path), self.survey.local.files[path], aside):
            self.survey.base.rows.pop(path, None)
        else:
            self.late.append(path)

    def _put_whole(self) -> bool:
        """Return where nothing is here yet, the stage becomes the entry's folder, in one step."""
        if not self.fetching or os.path.lexists(self.entry.folder) or not self.fetching.is_whole():
            return False
        try:
            os.rename(workspace.stage(self.entry), self.entry.folder)
        except OSError:  # somebody made one in this very moment: file by file then
            return False
        self.survey.base.rows.merge(self.fetching.stats, "stats")
        self.survey.base.rows.merge(self.survey.remote, "tags")
        self.survey.local.files.merge(self.fetching.stats, "stats")
        return True

    def _put(self, path: str, aside: Path) -> None:
        """Put one fetched file in place; its row is of the very file that was placed."""
        rows, staged = self.survey.base.rows, workspace.stage(self.entry) / path
        planned = self.survey.local.files.get(path)
        stat = None
        if not place.link_on_the_way(self.entry.folder, path):  # there was none, when planned
            stat = place.put(staged, self._at(path), planned, aside, keep=self.keeps_replaced)
        if stat is not None:
            rows[path] = Row(stat, self.survey.remote[path].etag)
            self.survey.local.files[path] = stat
            return
        self.late.append(path)
        if path in self.known_rows:
            rows[path] = self.known_rows[path]

    def _learn(self) -> None:
        """What the baseline learns of paths that did not move."""
        rows, remote = self.survey.base.rows, self.survey.remote
        for path in self.plan[compare.ADOPT]:
            rows[path] = self.survey.row(path)
        for path in [*self.plan[compare.KEEP_MINE], *self.plan[compare.FORGET]]:
            rows.pop(path, None)
        for path in self.plan[compare.KEEP_MINE]:
            if path in remote:
                rows[path] = Row(OVERRULED, remote[path].etag)

    def _drop_emptied_folders(self) -> None:
        """Remove the folders that only held what vanished, now or in a run that died."""
        gone = [*self.plan[compare.TRASH], *self.plan[compare.FORGET]]
        for folder in sorted({step for path in gone for step in folders_of(path)}, reverse=True):
            with contextlib.suppress(OSError):  # it holds something, or is gone as well
                self._at(folder).rmdir()

    def _at(self, path: str) -> Path:
        return self.entry.folder / path
