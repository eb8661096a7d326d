"""Reads what was sealed of an entry, and when: from the records that each seal leaves in S3."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from registry import parallel
from registry.entries import Entry
from registry.errors import RegistryError
from registry.index.content import Lines
from registry.remote.s3 import Client
from registry.sync import marker, versions
from registry.sync.marker import Marker

COMPARED_FILES = 200_000  # of a state; the lists of several larger ones would fill a memory


@dataclass(frozen=True)
class Counts:
    """How many files one version has that another has not, and so on."""

    added: int
    changed: int
    gone: int


@dataclass(frozen=True)
class Sealed:
    """One state that was sealed. `change`: what it changed; None where a list is not known."""

    marker: Marker
    change: Counts | None = None


def read(client: Client, entry: Entry, most: int) -> list[Sealed]:
    """Return the last states that were sealed, the newest first, and at most so many."""
    records = seals(client, entry, most + 1)
    named = {record.version for record in records if record.files <= COMPARED_FILES}
    lists = _lists(client, entry, named - {""})
    told = [Sealed(new, _counts(lists, old, new)) for old, new in pairwise(records)]
    first = [Sealed(records[0])] if records and len(records) <= most else []
    return (first + told)[::-1]


def seals(client: Client, entry: Entry, most: int) -> list[Marker]:
    """Return the markers of the last states that were sealed, oldest first.

    A push that died while it sealed, and was run again, left two records: the last one counts. What
    an older checkout sealed last left none: there is its marker.
    """
    keys = [row.key for row in client.list(versions.log_prefix(client.remote, entry))]
    read = parallel.ask(sorted(keys)[-2 * most :], client.get)
    records = {record.token: record for record in _parsed(a.body for _, a in read if a)}
    current, _ = marker.read(client, entry)
    if current and current.state == marker.DONE:
        records[current.token] = current
    return sorted(records.values(), key=lambda record: (marker.order_of(record), record.when))[
        -most:
    ]


def _parsed(bodies: Iterable[bytes]) -> Iterable[Marker]:
    for body in bodies:
        try:
            yield marker.parse(body)
        except ValueError:  # somebody put something else there
            continue


def _lists(client: Client, entry: Entry, named: set[str]) -> dict[str, Lines]:
    """{version: its files} of those whose lists are there and right."""

    def read_one(version: str) -> Lines | None:
        try:
            return versions.read(client, entry, version)
        except RegistryError:
            return None

    return {v: lines for v, lines in parallel.ask(sorted(named), read_one) if lines}


def _counts(lists: dict[str, Lines], old: Marker, new: Marker) -> Counts | None:
    before, after = lists.get(old.version), lists.get(new.version)
    if before is None or after is None:
        return None
    changed = sum(after[path].sha256 != before[path].sha256 for path in before.keys() & after)
    return Counts(len(after.keys() - before), changed, len(before.keys() - after))
