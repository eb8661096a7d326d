"""Puts what a pull fetched in place, and what vanished upstream into the trash."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from registry import workspace
from registry.entries import Entry
from registry.index import journal
from registry.index.baseline import OVERRULED, Row, Rows
from registry.index.table import Tags
from registry.names import folders_of
from registry.sync import compare, place
from registry.sync.compare import Plan
from registry.sync.download import Fetching
from registry.sync.survey import Survey


@dataclass
class Placing:
    """One pull's last step: all that it changes in the entry's folder.

    `fetching`: what came, if anything was wanted; `trash`: where to that goes which gives way;
    `keeps_replaced`: whether what S3's files replace stays there.
    """

    survey: Survey
    plan: Plan
    fetching: Fetching | None
    trash: Path
    keeps_replaced: bool
    known_rows: Rows  # of the baseline that was loaded: the plan may have started from none
    late: list[str] = field(default_factory=list)  # changed here while we were at it

    def carry_out(self) -> None:
        """Set aside what vanished upstream, then put every fetched file in place."""
        self._note()
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

    def _note(self) -> None:
        """Journal what is about to be placed: after a crash it must not pass for an edit."""
        placing = Tags(self.survey.numbers)
        placing.update((path, self.survey.remote[path].etag) for path in self.wanted)
        if placing:
            journal.Journal(self.survey.session.remote.identity, placing=placing).save(self.entry)

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

    @property
    def entry(self) -> Entry:
        return self.survey.entry

    @property
    def wanted(self) -> list[str]:
        return self.plan[compare.FETCH]
