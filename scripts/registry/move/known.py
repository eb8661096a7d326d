"""Carries what this checkout knows of an entry to its new name; and keeps it, for the way back."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from registry import files
from registry.entries import Entry
from registry.index import baseline, content
from registry.index.baseline import UNKNOWN, Baseline, Row
from registry.index.listing import Objects
from registry.move.plan import MovePlan
from registry.sync.survey import Survey

NONE = ".none"  # ends the name of the note that there was no baseline


@dataclass
class Baselines:
    """The baselines of a move's entries."""

    plan: MovePlan

    def keep(self, entry: Entry) -> None:
        """As it was before the move; done again it changes nothing."""
        path, kept = baseline.path_of(entry), self._kept(entry)
        if kept.exists() or kept.with_suffix(NONE).exists():
            return
        kept.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            files.write_whole(kept, path.read_bytes(), durable=True)
        else:
            kept.with_suffix(NONE).touch()

    def restore(self, entry: Entry) -> None:
        """As it was kept; what was not kept was not changed either."""
        kept = self._kept(entry)
        if kept.exists():
            shutil.copyfile(kept, baseline.path_of(entry))
        elif kept.with_suffix(NONE).exists():
            baseline.forget(entry)
            content.forget(entry)

    def carry(self, survey: Survey, copied: Objects, marker_etag: str, version: str) -> None:
        """Each row with its own stat, so that an edit before the move is an edit after it."""
        rows, identity, new = survey.base.rows, survey.session.remote.identity, self.plan.new_entry
        if not rows:
            baseline.forget(new)  # of one that it replaces
            return
        carried = Baseline(device=survey.base.device)
        for path, row in rows.items():
            source, copy = survey.remote.get(path), copied.get(path)
            is_same = source and copy and source.etag == row.etag
            carried.rows[path] = Row(row.stat, copy.etag) if is_same and copy else row
        is_whole = all(rows.get(p) and rows[p].etag == o.etag for p, o in survey.remote.items())
        if is_whole and len(rows) == len(copied):
            carried.marker, carried.version = marker_etag, version
        baseline.save(new, identity, carried, 0)
        content.save(new, identity, content.load(survey.entry, identity, survey.numbers))

    def learn(self, survey: Survey) -> None:
        """What S3 lists is known, and none of it is here: what is put there comes after it."""
        seen = Baseline()
        for path, row in survey.remote.items():
            seen.rows[path] = Row(UNKNOWN, row.etag)
        baseline.save(survey.entry, survey.session.remote.identity, seen, 0)

    def _kept(self, entry: Entry) -> Path:
        return self.plan.room / entry.section / f"{entry.name}.rows"
