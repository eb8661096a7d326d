"""Surveys an entry's three sides at once: what is here, what was verified, what S3 holds."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from registry import freed, parallel
from registry.index import baseline, listing, scan
from registry.index.baseline import Row
from registry.index.journal import Journal
from registry.index.listing import Objects
from registry.remote.s3 import Client
from registry.sections import SECTIONS
from registry.sync import compare, marker
from registry.sync.compare import Plan
from registry.sync.marker import Marker
from registry.sync.tables import Tables


@dataclass
class Survey(Tables):
    """The tables, filled by looking, and the marker that says what they are worth.

    `looked_ns`: when the local stats were taken.
    """

    looked_ns: int = 0
    marker: Marker | None = None
    marker_etag: str = ""
    is_presumed: bool = False  # whether the marker is the baseline's, and was not read
    listed_at: float = 0.0
    remote_problems: list[str] = field(default_factory=list)
    remote_unfit: list[str] = field(default_factory=list)  # paths that no disk takes
    outside_news: str = ""  # what to say if somebody wrote to the entry without sealing it
    _digest: tuple[bytes, str] = (b"", "")
    _known_tags: bytes = b""  # of the baseline that was loaded

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
        self.remote_unfit = listed.unfit
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
        """Return what is to be done; reads the bytes only of files whose stat cannot tell."""
        return self.compared(direction, self._mine)

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

    def save(self) -> None:
        """Write the baseline; it names the marker only if it agrees with all that S3 lists."""
        base = self.base
        self._learn_touched()
        self._note_marker()
        if not base.marker and base.rows.mark("tags") != self._known_tags:
            base.version = ""  # a mixture is none; what nothing replaced is still the known one
        self.local_bytes.save_contents()
        base.device = os.stat(self.entry.folder).st_dev if base.rows else 0
        baseline.save(self.entry, self.session.remote.identity, base, self.looked_ns)
        if base.rows:
            freed.forget(self.entry)

    def _learn_touched(self) -> None:
        """Take the new stat of each file that was touched, but not changed."""
        rows = self.base.rows
        for path in self.unlike_here():
            row = rows.get(path)
            here = self.local.files.get(path) if row else None
            if here and row and self.local_bytes.known(path, row.etag):
                rows[path] = Row(here, row.etag)

    def _note_marker(self) -> None:
        base = self.base
        if self.marker and self.marker.state != marker.DONE:
            if not self.is_last_sealed:  # else it says what a torn entry can be brought back to
                base.marker = ""
            return
        base.marker = self.marker_etag if self.agrees() else ""
        if self.marker:
            base.version = self.marker.version if base.marker else base.version
            base.sealed = self.marker_etag, marker.body(self.marker).decode()
