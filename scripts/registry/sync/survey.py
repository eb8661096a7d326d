"""Surveys an entry's three sides at once: what is here, what was verified, what S3 holds."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import compress
from pathlib import Path

from registry import freed, parallel
from registry.entries import Entry
from registry.index import baseline, listing, scan
from registry.index.baseline import Baseline, Row, Rows
from registry.index.journal import Journal
from registry.index.listing import Objects
from registry.index.path_ids import Numbers
from registry.index.scan import Scan
from registry.index.stats import Stat
from registry.index.table import unlike
from registry.remote.s3 import Client, Object
from registry.remote.session import Session
from registry.sections import SECTIONS
from registry.sync import compare, marker, proof
from registry.sync.compare import CHANGED, GONE, SAME, Plan
from registry.sync.local_bytes import LocalBytes
from registry.sync.marker import Marker


@dataclass
class Survey:
    """The sides of one entry. `looked_ns`: when the local stats were taken."""

    entry: Entry
    session: Session
    looked_ns: int = 0
    local: Scan = field(default_factory=Scan)
    base: Baseline = field(default_factory=Baseline)
    marker: Marker | None = None
    marker_etag: str = ""
    is_presumed: bool = False  # whether the marker is the baseline's, and was not read
    remote: Objects = field(default_factory=Objects)
    listed_at: float = 0.0
    remote_problems: list[str] = field(default_factory=list)
    outside_news: str = ""  # what to say if somebody wrote to the entry without sealing it
    local_bytes: LocalBytes = field(init=False)
    _digest: tuple[bytes, str] = (b"", "")
    _known_tags: bytes = b""  # of the baseline that was loaded

    def __post_init__(self) -> None:
        place, files = self.session.remote.identity, self.local.files
        self.local_bytes = LocalBytes(self.entry, place, files)
        self._share()

    def _share(self) -> None:
        """Have all tables use the same numbers: then they are compared at the speed of memory."""
        self.base.rows = self.base.rows.on(self.numbers)
        self.remote = self.remote.on(self.numbers)

    @property
    def numbers(self) -> Numbers:
        return self.local.files.numbers

    def look_here(self) -> None:
        """Walk the folder and load the baseline."""
        self.looked_ns = time.time_ns()
        is_raw = SECTIONS[self.entry.section].travels == "dvc"
        self.base = baseline.load(self.entry, self.session.remote.identity, self.numbers)
        self._known_tags = self.base.rows.mark("tags")
        self.local = scan.scan(self.entry.folder, everything=is_raw, numbers=self.numbers)
        self.local_bytes.files = self.local.files
        self._doubt_another_disk()
        if self.listed_at:  # S3 was looked at first
            self._judge_repositories()

    def look_there(self, client: Client | None = None) -> None:
        """GET the marker and LIST, both at once.

        A marker that vouches for exactly what is listed was there when, or after, that was so. Else
        LIST again, after the GET: a push that begins in between, or what somebody removed, shows in
        the listing then. `client`: that of a command's first request.
        """
        client = client or self.session.client
        parallel.both(partial(self._read_marker, client), partial(self.look_again, client))
        self._settle(client)

    def look_at_marker(self) -> None:
        """GET the marker of what was listed before; LIST again where that does not fit."""
        self._read_marker(self.session.client)
        self._settle(self.session.client)

    def presume_marker(self) -> bool:
        """Take the marker for the one that this checkout knows, if S3 lists what that vouches for.

        Only who then puts another in the place of this very one learns whether it was there.
        """
        etag, text = self.base.sealed
        if etag and etag == self.base.marker and self.agrees():
            with suppress(ValueError):
                self.marker, self.marker_etag = marker.parse(text.encode()), etag
        self.is_presumed = self.is_sealed
        return self.is_presumed

    def _read_marker(self, client: Client) -> None:
        self.marker, self.marker_etag = marker.read(client, self.entry)
        self.is_presumed = False

    def _settle(self, client: Client) -> None:
        if not self.is_sealed and (self.marker or self.remote):
            self.look_again(client)
        self.outside_news = self._outside_news()

    def end_false_trust(self) -> None:
        """Have the baseline forget a marker that vouches for what S3 does not hold.

        Until the entry is sealed again every run lists it.
        """
        if self.base.marker and self.base.marker == self.marker_etag and not self.agrees():
            self.base.marker = self.base.version = ""
            baseline.save(self.entry, self.session.remote.identity, self.base, self.looked_ns)

    def look_again(self, client: Client | None = None) -> None:
        """LIST what S3 holds of it now."""
        self.listed_at = time.monotonic()
        prefix = self.session.remote.prefix(self.entry)
        listed = listing.read(client or self.session.client, prefix, self.numbers)
        self.remote, self.remote_problems = listed.files, listed.problems
        self._judge_repositories()

    def trust_marker(self) -> None:
        """Take the baseline for the listing: the marker says that nothing there has changed."""
        self.marker_etag = self.base.marker
        self.remote = Objects.of(self.base.rows, self.session.remote.prefix(self.entry))
        self._judge_repositories()

    def _judge_repositories(self) -> None:
        """Leave out a `.git` that is here only; one that S3 has, or had, goes on as it did."""
        inside, local = self.local.in_git, self.local
        if not inside:
            return
        known = scan.repositories(self.base.rows) | scan.repositories(self.remote)
        kept = [path for path in inside if scan.repositories([path]) <= known]
        for path in kept:
            local.files[path] = inside[path]
        mine = scan.repositories(inside) - known
        local.left_out = sorted({*local.left_out, *mine})

    @property
    def is_sealed(self) -> bool:
        """Whether the marker vouches for exactly what is listed."""
        sealed = self.marker
        return sealed is not None and sealed.state == marker.DONE and self._is_of(sealed)

    @property
    def is_outside_news(self) -> bool:
        """Whether no push of this tool made what is listed: nobody meant it to replace anything."""
        return not self.is_sealed or (self.marker is not None and self.marker.accepted)

    @property
    def is_torn(self) -> bool:
        """Whether a push was never finished, and unlocked: S3 may hold a mixture."""
        return self.marker is not None and self.marker.state == marker.TORN

    @property
    def is_last_sealed(self) -> bool:
        """Whether this checkout knows the state that was whole before the push that is torn."""
        return bool(self.base.marker) and marker.last_sealed(self.marker, "") == self.base.marker

    @property
    def may_restore(self) -> bool:
        """The same, or nobody noted which state that was."""
        is_unknown = self.marker is not None and not self.marker.over
        return self.is_last_sealed or (is_unknown and bool(self.base.rows))

    def _outside_news(self) -> str:
        sealed = self.marker
        if sealed is None or sealed.state != marker.DONE or self._is_of(sealed):
            return ""
        return f"changed outside this tool after {sealed.who} sealed it at {sealed.when}"

    def _is_of(self, sealed: Marker) -> bool:
        mark = self.remote.mark("sizes", "tags")
        if mark != self._digest[0]:
            self._digest = mark, marker.digest(self.remote)
        return sealed.digest == self._digest[1]

    def plan(self, direction: str) -> Plan:
        """Compare the sides; reads the bytes only of files whose stat cannot tell."""
        if direction == compare.PULL and not self.local.files:
            # Not checked out: everything is to be fetched.
            self.base = Baseline(rows=Rows(self.numbers))
        verdict = compare.judge(direction, self.local.files, self.base.rows, self.remote)
        if verdict:
            return Plan(direction, verdict)
        self.local_bytes.read(self.doubtful())
        sides = self.local_side, self.remote_side, self.equal, self.local.files
        return compare.compare(direction, self._unlike(), *sides, self._mine)

    @property
    def _mine(self) -> compare.Cells:
        """What TAKE=local decides: more where S3 holds what nobody sealed.

        To make a torn entry whole again, this checkout has to know a whole state of it.
        """
        if not self.session.options.take_local:
            return compare.NO_CELLS
        if self.is_sealed:
            return compare.CONFLICTS
        if self.is_torn and self.may_restore:
            return compare.CONFLICTS | compare.LOST | compare.NEWS
        return compare.CONFLICTS | (compare.NO_CELLS if self.is_torn else compare.LOST)

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

    def recall(self, own: Journal, still_ours: bool = False) -> list[str]:
        """Count in what an interrupted run of ours did, in S3 and here; see Journal.recognize."""
        strange = own.recognize(self.base, self.remote, still_ours)
        placed = own.placing.items()
        self.local_bytes.read((path, tag) for path, tag in placed if path in self.local.files)
        for path, tag in placed:
            if path in self.local.files and self.local_bytes.holds(path, tag):
                self.base.rows[path] = Row(self.local.files[path], tag)
        return strange

    def _doubt_another_disk(self) -> None:
        """What is missing from another disk than last time was not deleted: it may be elsewhere."""
        device = os.stat(self.entry.folder).st_dev if self.local.files else 0
        if self.base.device not in (0, device):
            for path in [path for path in self.base.rows if path not in self.local.files]:
                del self.base.rows[path]
            self.base.marker = ""
        self.base.device = device

    def agrees(self) -> bool:
        """Return whether the baseline says of every path what S3 lists."""
        self._share()
        return self.base.rows.mark("tags") == self.remote.mark("tags")

    def save(self) -> None:
        """Write the baseline; it names the marker only if it agrees with all that S3 lists."""
        base = self.base
        for path in self._unlike_here():
            row = base.rows.get(path)
            here = self.local.files.get(path) if row else None
            if here and row and self.local_bytes.known(path, row.etag):
                base.rows[path] = Row(here, row.etag)  # touched, not changed
        if self.marker is None or self.marker.state == marker.DONE:
            base.marker = self.marker_etag if self.agrees() else ""
            if self.marker and base.marker:
                base.version = self.marker.version
            if self.marker:
                base.sealed = self.marker_etag, marker.body(self.marker).decode()
        elif not self.is_last_sealed:  # else it says what a torn entry can be brought back to
            base.marker = ""
        if not base.marker and base.rows.mark("tags") != self._known_tags:
            base.version = ""  # a mixture is none; what nothing replaced is still the known one
        self.local_bytes.save_contents()
        base.device = os.stat(self.entry.folder).st_dev if base.rows else 0
        baseline.save(self.entry, self.session.remote.identity, base, self.looked_ns)
        if base.rows:
            freed.forget(self.entry)

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

    def _unlike_here(self) -> Iterator[str]:
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
