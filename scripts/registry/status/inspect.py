"""Inspects entries for `make status`: never more than it must, and it changes nothing.

One listing of the markers tells which entries changed in S3; only those, and the ones without a
marker, are asked for. Neither aws nor DVC is started.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from registry import freed, names
from registry.entries import Amount, Entry
from registry.index import baseline, journal, scan
from registry.index.scan import Scan
from registry.raw.dataset import Dataset
from registry.sections import RAW, SECTIONS
from registry.status import states
from registry.status.inspect_raw import RawInspector
from registry.status.known import Known
from registry.status.states import MOVED, Condition, Judgement
from registry.sync import marker


@dataclass
class Inspector:
    """Looks at one entry after the other, by what is known of all."""

    known: Known

    def inspect(self, entry: Entry) -> Condition:
        """Return how this entry is. Raises RegistryError if S3 goes away."""
        travels = SECTIONS[entry.section].travels
        looked_ns = time.time_ns()
        local = _scan(entry, travels)
        if travels == "never":
            kept = states.KEPT if entry.card.exists() else states.GARBAGE
            return Condition(entry, Judgement([kept]), _amount(entry, local))
        judge = RawInspector(self.known).judge if travels == "dvc" else self._judge
        result = Condition(entry, judge(entry, local, looked_ns), _amount(entry, local))
        result.marker = self._marker(entry)
        self._add_marker(result)
        if self.known.etags is None and result.judgement.stored is None:
            result.judgement.unseen = True
        self._add_unfit(result, local)
        if states.NOT_HERE in result.states and freed.is_noted(entry, self.known.place):
            result.judgement.states.remove(states.NOT_HERE)
            result.add(states.FREED)
        if not entry.card.exists():
            result.add(states.NO_CARD)
        return result

    def _add_unfit(self, result: Condition, local: Scan) -> None:
        """Put in front what would stop any push: names are asked only where a push is next."""
        lines, is_raw = local.blocked + local.problems, result.entry.section == RAW
        if not lines and {states.CHANGED, states.NOT_PUSHED, states.NOT_ADDED} & {*result.states}:
            prefix = "" if is_raw else self.known.session.remote.prefix(result.entry)
            lines = names.name_problems(local.files, prefix)
        if lines:
            result.add(states.UNFIT)
            result.judgement.said = lines[0]
            result.unfit = _at_fault(result.entry, lines[0])

    def _add_marker(self, result: Condition) -> None:
        """Put what the marker tells among the states."""
        stored = result.marker
        if stored and stored.state in (marker.PUSHING, marker.TORN):
            result.add(states.PUSHING if stored.state == marker.PUSHING else states.TORN)
            place = self.known.place
            own, known = journal.load(result.entry, place), baseline.header(result.entry, place)
            result.is_ours = own is not None and own.token == stored.token
            result.judgement.said = "by this checkout" if result.is_ours else result.judgement.said
            result.may_restore = known is not None and stored.over in ("", known.marker)
        elif stored and stored.moved:
            result.add(MOVED)
            result.judgement.said = f"to {stored.moved}"
        elif stored and result.judgement.stored is None:
            result.judgement.stored = Amount(stored.files, stored.bytes)

    def _marker(self, entry: Entry) -> marker.Marker | None:
        """The entry's marker; read only if its ETag is a new one."""
        known = self.known
        etag = known.etag(entry, baseline.header(entry, known.place))
        if not etag:
            return None
        cached = known.cache.marker(etag)
        if cached is not None or known.etags is None:
            return cached
        read, etag = marker.read(known.session.client, entry)
        if read:
            known.cache.note_marker(etag, read)
        return read

    def _judge(self, entry: Entry, local: Scan, looked_ns: int) -> Judgement:
        """Return how a mirrored entry is: by its marker and stats alone, if they can tell."""
        header = baseline.header(entry, self.known.place)
        tag = self.known.etag(entry, header)
        if self.known.etags is None and not header:
            return Judgement([states.UNREAD if local.files else states.NOT_HERE])
        if not local.files and tag:
            return Judgement([states.NOT_HERE])
        is_same = header and header.marker and (header.marker, header.stamp) == (tag, local.stamp)
        if header and is_same and not self.known.session.options.full:
            return Judgement([self.known.well], Amount(header.rows, header.bytes))
        parts = [tag, header, local.stamp]
        return self.known.noted(entry, parts, local, looked_ns, self._compare, bool(tag))

    def _compare(self, entry: Entry, local: Scan) -> Judgement:
        from registry.status.compare_mirrored import MirroredComparison

        return MirroredComparison(self.known, entry).judge(local)


def _at_fault(entry: Entry, line: str) -> str:
    """What can be looked at of what a line is about: the path that it begins with, or the entry."""
    cuts = [at for at in range(len(line)) if line.startswith(": ", at)]
    starts = [line[:at] for at in cuts]
    for path in (f"{entry}/{text}" for start in starts for text in (start, start[1:-1])):
        if path.isprintable() and os.path.lexists(entry.root / path):
            return path
    return str(entry) if os.path.lexists(entry.folder) else ""


def _scan(entry: Entry, travels: str) -> Scan:
    if travels == "dvc":
        return Dataset.anyway(entry).scan()
    return scan.scan(entry.folder, everything=travels != "mirror")


def _amount(entry: Entry, local: Scan) -> Amount | None:
    if not os.path.lexists(entry.folder) and not local.files:
        return None
    return Amount(len(local.files), sum(stat.size for stat in local.files.values()))
