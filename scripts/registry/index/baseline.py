"""Keeps the baseline: what this checkout last verified of an entry, one small file per entry.

First line: JSON (format, remote, marker's ETag, stamp; of the rows: number, length, checksum).
It alone tells whether anything changed. Then the rows by path, in `pages`, because a million rows
load in a tenth of the time that lines of text take.

A file that is missing, torn, garbage or about another remote is no baseline, and that is safe:
without one nothing here counts as known, so nothing is overwritten.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from registry import workspace
from registry.entries import Entry
from registry.index import checksummed, pages
from registry.index.columns import field_of, set_stat, stat_at
from registry.index.path_ids import TAG, Numbers
from registry.index.scan import stamped
from registry.index.stats import Stat, Stats
from registry.index.table import Table, blocks

FORMAT = 2
UNKNOWN = Stat(-1, -1, -1, -1)  # never equal to a file's: its bytes are looked at next time
OVERRULED = Stat(-2, -1, -1, -1)  # S3's version that TAKE=local chose against, unseen here
# An edit within a clock tick of the last look leaves no trace in the times. How long is a tick?
FINE_TICK_NS = 50_000_000
COARSE_TICK_NS = 2_000_000_000  # disks that keep whole or even seconds


class Row(NamedTuple):
    """A path as it was when its bytes were last known to be those of the ETag."""

    stat: Stat
    etag: str


class Rows(Table[Row]):
    """{path: Row}."""

    COLUMNS = ("stats", "tags")
    stats: bytearray
    tags: bytearray

    def put(self, number: int, row: Row) -> None:
        stat, tag = row
        set_stat(self.stats, number, stat)
        self.set_tag(number, tag)

    def take(self, path: str, number: int) -> Row:
        return Row(Stat._make(stat_at(self.stats, number)), self.tag(number))

    @classmethod
    def without_tags(cls, files: Stats) -> Rows:
        """Rows of which nothing but the stat matters."""
        rows = cls(files.numbers)
        rows.take_over(files, "stats")
        none = rows.numbers.cell("")
        rows.tags = bytearray().join(none if n else bytes(TAG.size) for n in rows.present)
        return rows


@dataclass
class Baseline:
    """What was last verified. `marker` is the marker's ETag if all of the entry was, else "".

    `version`: the one that this marker names, if it names one. `sealed`: a marker's ETag, and its
    text; another's than `marker`'s after a move.
    """

    marker: str = ""
    rows: Rows = field(default_factory=Rows)
    device: int = 0  # the disk that the folder was on
    version: str = ""
    sealed: tuple[str, str] = ("", "")


class Header(NamedTuple):
    """The first line of a state file: enough to tell that nothing changed."""

    marker: str
    stamp: str
    rows: int
    bytes: int
    version: str = ""


def path_of(entry: Entry) -> Path:
    return workspace.baseline(entry)


def header(entry: Entry, remote: str) -> Header | None:
    """Return the header of an entry's baseline against this remote; None without one."""
    return _header(checksummed.head(path_of(entry)), remote)


def load(entry: Entry, remote: str, numbers: Numbers | None = None) -> Baseline:
    """The baseline against this remote; an empty one unless every byte of the file is right."""
    base = Baseline(rows=Rows(numbers))

    def take(head: dict[str, Any], file: BinaryIO) -> None:
        known = _header(head, remote)
        if known is None:
            raise ValueError
        pages.fill(base.rows, file)
        base.marker, base.version = known.marker, known.version
        base.device = int(head["device"])
        base.sealed = _pair(head.get("sealed"))  # older ones have none

    return base if checksummed.read(path_of(entry), take) else Baseline(rows=Rows(numbers))


def save(entry: Entry, remote: str, baseline: Baseline, looked_ns: int) -> None:
    """Write the baseline, whole or not at all. `looked_ns`: when the stats were taken.

    A file changed so shortly before that look that a later edit could have the same times is
    noted with an unknown stat.
    """
    stamp = blake2b(digest_size=16)

    def body() -> Iterator[bytes]:
        for paths, (stats, tags) in blocks(baseline.rows, "stats", "tags"):
            sure = _sure(stats, looked_ns)
            stamp.update(stamped(paths, sure))
            yield from pages.page(paths, {"stats": sure, "tags": tags}, baseline.rows.numbers)

    def head() -> dict[str, Any]:
        return {
            "format": FORMAT,
            "remote": remote,
            "marker": baseline.marker,
            "version": baseline.version,
            "sealed": baseline.sealed,
            "device": baseline.device,
            "stamp": stamp.hexdigest(),
            "rows": len(baseline.rows),
            "bytes": sum(field_of(baseline.rows.stats, 0)),
        }

    checksummed.write(path_of(entry), body(), head)


def forget(entry: Entry) -> None:
    path_of(entry).unlink(missing_ok=True)


def _header(head: dict[str, Any] | None, remote: str) -> Header | None:
    try:
        if head is None or head["format"] != FORMAT or head["remote"] != remote:
            return None
        version = head.get("version", "")  # older ones have none
        return Header(head["marker"], head["stamp"], head["rows"], head["bytes"], version)
    except KeyError:
        return None


def tick_to_wait(files: Stats, looked_ns: int, coarse: bool) -> int:
    """How long a clock tick is, in ns, that an edit of any of these was within at that time; 0 for
    none. `coarse`: also the ticks of disks that keep whole seconds.
    """
    longest = 0
    for _, cells in blocks(files, "stats"):
        for when, ctime in zip(_edited(cells[0]), field_of(cells[0], 2), strict=True):
            tick = _tick(ctime) if coarse else FINE_TICK_NS
            longest = max(longest, tick if when >= looked_ns - tick else 0)
    return longest


def _pair(value: Any) -> tuple[str, str]:  # noqa: ANN401  # what JSON holds
    etag, text = value if isinstance(value, list) and len(value) == 2 else ("", "")
    return str(etag), str(text)


def _sure(stats: bytes, looked_ns: int) -> bytes:
    """The stats, with unknown ones for the files whose later edits could leave no trace."""
    ctimes = field_of(stats, 2)
    last = _edited(stats)
    if max(last) < looked_ns - COARSE_TICK_NS:
        return stats
    sure = bytearray(stats)
    for n, (when, ctime) in enumerate(zip(last, ctimes, strict=True)):
        if when >= looked_ns - _tick(ctime):
            set_stat(sure, n, UNKNOWN)
    return bytes(sure)


def _tick(ctime: int) -> int:
    return FINE_TICK_NS if ctime % 1_000_000_000 else COARSE_TICK_NS


def _edited(stats: bytes) -> list[int]:
    """An edit moves both the mtime and the ctime."""
    return list(map(min, field_of(stats, 1), field_of(stats, 2)))
