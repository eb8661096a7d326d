"""Pulls or resets one entry, step by step: look, plan, fetch, check, put in place.

Until everything has arrived and was checked, nothing in the entry's folder is touched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from registry import disk, names, workspace
from registry.entries import Entry
from registry.errors import Refusal, RegistryError
from registry.humanize import some
from registry.index import journal
from registry.index.baseline import Rows
from registry.remote.session import Session
from registry.sync import compare, guards, refusals, reset_plan, trash
from registry.sync.compare import Plan
from registry.sync.download import Fetching
from registry.sync.placing import Placing
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
    placing: Placing | None = None
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
            raise refusals.hostile_keys(self.survey, problems)
        self.plan = reset_plan.plan(self.survey) if self.reset else self.survey.plan(compare.PULL)
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
        self.trash = trash.new(self.entry, self._why())
        self.placing = Placing(
            self.survey, self.plan, self.fetching, self.trash, self.keeps_replaced, self.known_rows
        )
        self.placing.carry_out()

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
        if self.placing and self.placing.late:
            late = some(self.placing.late)
            raise RegistryError(f"changed here during the pull: {late}: run again")

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

    def _check_still_there(self) -> None:
        """See that S3 is still as planned, so that no mixture of two states is put in place."""
        if not self.is_listed or (self.survey.is_sealed and not self.unverifiable):
            return  # nothing was listed, or the marker vouches for exactly what was, and came
        before, planned_marker = self.survey.remote.mark("sizes", "tags"), self.survey.marker_etag
        self.survey.look_there()
        now = self.survey.remote.mark("sizes", "tags")
        if now != before or self.survey.marker_etag != planned_marker:
            raise RegistryError("it changed in S3 while it was being pulled: run again")
