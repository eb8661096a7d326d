"""The baseline: what this checkout last verified of an entry, one small file per entry.

First line: JSON (format, remote, marker's ETag, stamp; of the rows: number, length, checksum).
Then a line per path: size, mtime_ns, ctime_ns, inode, ETag, path, with tabs between; a path holds
no control characters. The first line alone tells whether anything changed. Lines, because a
million rows of them load in a quarter of JSON's time.

A file that is missing, torn, garbage or about another remote is no baseline, and that is safe:
without one nothing here counts as known, so nothing is overwritten.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from registry.entries import Entry
from registry.files import write_whole
from registry.scan import Stat, stamp

FORMAT = 1
UNKNOWN = Stat(-1, -1, -1, -1)  # never equal to a file's: its bytes are looked at next time
OVERRULED = Stat(-2, -1, -1, -1)  # S3's version that TAKE=local chose against, unseen here
# An edit within a clock tick of the last look leaves no trace in the times. How long is a tick?
FINE_TICK_NS = 50_000_000
COARSE_TICK_NS = 2_000_000_000  # disks that keep whole or even seconds


class Row(NamedTuple):
    """A path as it was when its bytes were last known to be those of the ETag."""

    stat: Stat
    etag: str


@dataclass
class Baseline:
    """What was last verified. `marker` is the marker's ETag if all of the entry was, else ""."""

    marker: str = ""
    rows: dict[str, Row] = field(default_factory=dict)
    device: int = 0  # the disk that the folder was on


@dataclass(frozen=True)
class Header:
    """The first line of a state file: enough to tell that nothing changed."""

    marker: str
    stamp: str
    rows: int
    bytes: int


def path_of(entry: Entry) -> Path:
    return entry.root / ".registry" / "state" / entry.section / (entry.name + ".tsv")


def header(entry: Entry, remote: str) -> Header | None:
    """The header of an entry's baseline against this remote; None without one."""
    try:
        with open(path_of(entry), "rb") as file:
            head = json.loads(file.readline())
            whole = os.fstat(file.fileno()).st_size == file.tell() + head["length"]
        if head["format"] != FORMAT or head["remote"] != remote or not whole:
            return None
        return Header(head["marker"], head["stamp"], head["rows"], head["bytes"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def load(entry: Entry, remote: str) -> Baseline:
    """The baseline against this remote; an empty one unless every byte of the file is right."""
    known = header(entry, remote)
    if known is None:
        return Baseline()
    try:
        head, _, body = path_of(entry).read_bytes().partition(b"\n")
        if json.loads(head)["checksum"] != _checksum(body):
            return Baseline()
        rows = {}
        for line in body.decode().split("\n")[:-1]:
            size, mtime, ctime, inode, etag, path = line.split("\t", 5)
            rows[path] = Row(Stat(int(size), int(mtime), int(ctime), int(inode)), etag)
    except (OSError, ValueError, KeyError):
        return Baseline()
    return Baseline(known.marker, rows, json.loads(head).get("device", 0))


def save(entry: Entry, remote: str, baseline: Baseline, looked_ns: int) -> None:
    """Write the baseline, whole or not at all. `looked_ns`: when the stats were taken.

    A file changed so shortly before that look that a later edit could have the same times is
    noted with an unknown stat.
    """
    sure = {path: _sure(row, looked_ns) for path, row in sorted(baseline.rows.items())}
    body = "".join(
        f"{s.size}\t{s.mtime_ns}\t{s.ctime_ns}\t{s.inode}\t{etag}\t{path}\n"
        for path, (s, etag) in sure.items()
    ).encode()
    head = {
        "format": FORMAT,
        "remote": remote,
        "marker": baseline.marker,
        "device": baseline.device,
        "stamp": stamp({path: row.stat for path, row in sure.items()}),
        "rows": len(sure),
        "bytes": sum(row.stat.size for row in baseline.rows.values()),
        "length": len(body),
        "checksum": _checksum(body),
    }
    write_whole(path_of(entry), json.dumps(head).encode() + b"\n" + body, durable=True)


def forget(entry: Entry) -> None:
    path_of(entry).unlink(missing_ok=True)


def _sure(row: Row, looked_ns: int) -> Row:
    last = min(row.stat.mtime_ns, row.stat.ctime_ns)  # an edit moves both
    whole_seconds = row.stat.ctime_ns % 1_000_000_000 == 0
    tick = COARSE_TICK_NS if whole_seconds else FINE_TICK_NS
    return row if last < looked_ns - tick else Row(UNKNOWN, row.etag)


def _checksum(body: bytes) -> str:
    return blake2b(body, digest_size=16).hexdigest()
