"""What push and pull have in common: compare the three sides, and remember interrupted runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from model.disk import Baseline, Disk, File, Row, Stat, Stop
from model.store import Marker
from registry.sync import compare
from registry.sync.compare import CHANGED, GONE, SAME


@dataclass
class View:
    """The three sides of an entry, and the local bytes: read where a stat was not enough."""

    stats: dict[str, Stat]
    rows: dict[str, Row]
    listing: dict[str, str]
    hashes: dict[str, str]

    def local(self, path: str) -> str:
        row, stat = self.rows.get(path), self.stats.get(path)
        if stat is None or row is None:
            return SAME if stat is row else GONE if stat is None else CHANGED
        return SAME if row.etag == self.hashes[path] else CHANGED

    def remote(self, path: str) -> str:
        row, etag = self.rows.get(path), self.listing.get(path)
        if etag is None or row is None:
            return SAME if etag is row else GONE if etag is None else CHANGED
        return SAME if row.etag == etag else CHANGED

    def plan(self, direction: str, cells: compare.Cells) -> compare.Plan:
        paths = sorted(self.stats.keys() | self.rows.keys() | self.listing.keys())
        same_bytes = lambda path: self.hashes[path] == self.listing[path]  # noqa: E731
        sides = self.local, self.remote, same_bytes, self.stats
        return compare.compare(direction, paths, *sides, cells)

    def learned(self, plan: compare.Plan) -> dict[str, Row]:
        """The rows that looking alone has taught: adopted, hashed and found the same, forgotten."""
        rows = dict(self.rows)
        for path in self.hashes.keys() & rows.keys():
            if self.hashes[path] == rows[path].etag:
                rows[path] = Row(self.stats[path], rows[path].etag)
        for path in plan[compare.ADOPT]:
            rows[path] = Row(self.stats[path], self.listing[path])
        for path in plan[compare.FORGET]:
            del rows[path]
        for path in plan[compare.KEEP_MINE]:
            self.learn_theirs(rows, path)
        return rows

    def learn_theirs(self, rows: dict[str, Row], path: str) -> None:
        rows.pop(path, None)
        if path in self.listing:
            rows[path] = Row(None, self.listing[path])

    def overruled(self, plan: compare.Plan) -> list[str]:
        """What TAKE=local deletes though S3 has news of it: the journal says so, and the baseline
        does not, for a push that is given back has decided nothing."""
        return [path for path in plan[compare.DELETE] if self.remote(path) != SAME]


def look(
    me: Disk, stats: dict[str, Stat], marker: Marker | None, listing: dict[str, str]
) -> Iterator[str]:
    """The View, with the news of an interrupted run already in the baseline on disk."""
    hashes = {}
    for path, stat in stats.items():
        row = me.base.rows.get(path)
        known = row and row.stat == stat
        hashes[path] = row.etag if row and known else (yield from me.hash(path, stat))
    view = View(stats, dict(me.base.rows), listing, hashes)
    journal = me.live_journal()
    here = {path: row.etag for path, row in me.base.rows.items()}
    if me.knows(marker) and listing != here and me.world.rules.contradiction_ends_trust:
        yield "forget the marker"
        me.record(replace(me.base, marker=None))
    if journal:
        yield from recall(me, view, marker)
        yield "absorb the journal into the baseline"
        me.record(Baseline(dict(view.rows), absorbed=journal.serial))
    if me.journal and not me.owns(marker):
        yield "drop the journal"
        me.journal = None
    return view


def recall(me: Disk, view: View, marker: Marker | None) -> Iterator[str]:
    """Count in what an interrupted run of ours put there, by its bytes."""
    journal, rows = me.journal, view.rows
    assert journal
    for path, etag in journal.planned.items():
        listed = view.listing.get(path)
        if listed == etag:
            rows[path] = Row(None, etag)
        elif listed and me.owns(marker) and me.world.rules.set_aside_unplanned:
            yield from set_aside(me, view, path)
    for path in journal.deletes:
        if path not in view.listing:
            rows.pop(path, None)
    for path, etag in journal.placing.items():
        if view.hashes.get(path) == etag:
            rows[path] = Row(view.stats[path], etag)


def set_aside(me: Disk, view: View, path: str) -> Iterator[str]:
    """Our torn push met a file that was being edited: keep what it stored, then it is known."""
    if path in view.rows and view.rows[path].etag == view.listing[path]:
        return  # not uploaded yet
    yield f"download {path} to trash"
    if me.world.store.head(path) != view.listing[path]:
        raise Stop(1, "the registry changes meanwhile")
    me.trash.append(File(me.world, view.listing[path]))
    view.rows[path] = Row(None, view.listing[path])
