"""The three tables of one entry - here, verified last, in S3 - compared path by path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import compress
from pathlib import Path

from registry.entries import Entry
from registry.index.baseline import Baseline, Row, Rows
from registry.index.listing import Objects
from registry.index.path_ids import Numbers
from registry.index.scan import Scan
from registry.index.stats import Stat
from registry.index.table import unlike
from registry.remote.s3 import Object
from registry.remote.session import Session
from registry.sync import compare, proof
from registry.sync.compare import CHANGED, GONE, SAME, Cells, Plan
from registry.sync.local_bytes import LocalBytes


@dataclass
class Tables:
    """What is here, what was verified last, what S3 lists; each by path."""

    entry: Entry
    session: Session
    local: Scan = field(default_factory=Scan)
    base: Baseline = field(default_factory=Baseline)
    remote: Objects = field(default_factory=Objects)
    local_bytes: LocalBytes = field(init=False)

    def __post_init__(self) -> None:
        place, files = self.session.remote.identity, self.local.files
        self.local_bytes = LocalBytes(self.entry, place, files)
        self._share()

    def compared(self, direction: str, mine: Cells) -> Plan:
        """Return what is to be done; reads the bytes only of files whose stat cannot tell.

        `mine`: the cells that TAKE=local decides.
        """
        if direction == compare.PULL and not self.local.files:
            # Not checked out: everything is to be fetched.
            self.base = Baseline(rows=Rows(self.numbers))
        verdict = compare.judge(direction, self.local.files, self.base.rows, self.remote)
        if verdict:
            return Plan(direction, verdict)
        self.local_bytes.read(self.doubtful())
        sides = self.local_side, self.remote_side, self.equal, self.local.files
        return compare.compare(direction, self._unlike(), *sides, mine)

    def local_side(self, path: str) -> str:
        here, row = self.local.files.get(path), self.base.rows.get(path)
        if here is None:
            return GONE if row else SAME
        if row is None:
            return CHANGED
        return SAME if here == row.stat or self.local_bytes.holds(path, row.etag) else CHANGED

    def remote_side(self, path: str) -> str:
        listed, row = self.remote.get(path), self.base.rows.get(path)
        if listed is None:
            return GONE if row else SAME
        return SAME if row and listed.etag == row.etag else CHANGED

    def equal(self, path: str) -> bool:
        """Return whether both sides hold the same bytes; False also where an ETag cannot tell."""
        listed, here = self.remote[path], self.local.files[path]
        if here.size != listed.size:
            return False
        same = self.local_bytes.verdict(path, listed.etag)
        if same is None:
            same = self.second_opinion(self.entry.folder / path, here, path)
        return bool(same)

    def second_opinion(self, file: str | Path, stat: Stat, path: str) -> bool | None:
        """Return whether a file holds the bytes of the remote's `path`; None if nobody can tell."""
        return proof.verdict(self.session, file, stat, self.remote[path])

    def row(self, path: str) -> Row:
        """Return a baseline row for a path whose local bytes are known to be the remote's."""
        return Row(self.local.files[path], self.remote[path].etag)

    def agrees(self) -> bool:
        """Return whether the baseline says of every path what S3 lists."""
        self._share()
        return self.base.rows.mark("tags") == self.remote.mark("tags")

    def doubtful(self) -> Iterator[tuple[str, str]]:
        """Yield (path, ETag) for which the stat alone does not answer."""
        for path in self._unlike():
            here, row, listed = self._sides(path)
            if not here:
                continue
            if row and here != row.stat and (row.stat.size == here.size or row.stat.size < 0):
                yield path, row.etag
            if listed and listed.size == here.size and not (row and row.etag == listed.etag):
                yield path, listed.etag

    def _sides(self, path: str) -> tuple[Stat | None, Row | None, Object | None]:
        return self.local.files.get(path), self.base.rows.get(path), self.remote.get(path)

    def unlike_here(self) -> Iterator[str]:
        """The paths whose stat here is not the baseline's, in no order."""
        self._share()
        flags = bytearray(len(self.numbers))
        unlike(flags, self.local.files, self.base.rows, "stats")
        return compress(self.numbers, flags)

    def _unlike(self) -> list[str]:
        """The paths that are not plainly the same on all sides, sorted."""
        self._share()
        flags = bytearray(len(self.numbers))
        unlike(flags, self.local.files, self.base.rows, "stats")
        unlike(flags, self.base.rows, self.remote, "tags")
        return sorted(compress(self.numbers, flags))

    def _share(self) -> None:
        """Have all tables use the same numbers: then they are compared at the speed of memory."""
        self.base.rows = self.base.rows.on(self.numbers)
        self.remote = self.remote.on(self.numbers)

    @property
    def numbers(self) -> Numbers:
        return self.local.files.numbers
