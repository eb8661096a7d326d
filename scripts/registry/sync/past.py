"""Finds the objects that a sealed state was made of, in a bucket that keeps old versions.

A version lists its files by SHA-256, the bucket by ETag. What joins them is the digest that each
seal leaves: where old objects, put together, give the digest of that seal, they are its bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

from registry import parallel
from registry.index.listing import Objects
from registry.index.path_ids import Numbers
from registry.remote import old_objects
from registry.remote.s3 import Object
from registry.sync import marker, versions
from registry.sync.sources import Sources

MOST_SEALS = 1000
MOST_WAYS = 64  # to put old objects together, where one name had several of one size by then

ByPath = dict[str, Object]


def find(sources: Sources, version: str) -> dict[str, Object]:
    """Return {SHA-256: object} of the whole version; {} where the bucket does not have all of it.

    Raises Denied where old versions may not be listed.
    """
    old = _old_objects(sources)
    if not old:
        return {}
    for when, digest in _seals(sources, version):
        for chosen in _ways(sources, old, when):
            if _digest(chosen) == digest:
                return {sources.wanted[path].sha256: row for path, row in chosen.items()}
    return {}


def _old_objects(sources: Sources) -> dict[str, list[Object]]:
    """{path: its objects in time, the newest first} of the files that the version names."""
    survey, old = sources.survey, dict[str, list[Object]]()
    below = survey.session.remote.prefix(survey.entry)
    for row in old_objects.read(survey.session.client, below):
        path = row.key[len(below) :]
        if path in sources.wanted and row.size == sources.wanted[path].size:
            old.setdefault(path, []).append(row)
    return old


def _seals(sources: Sources, version: str) -> list[tuple[str, str]]:
    """(the store's time, the digest) of those that sealed this version, the last one first."""
    client = sources.survey.session.client
    rows = sorted(client.list(versions.log_prefix(client.remote, sources.survey.entry)))
    seals = list[tuple[str, str]]()
    for row, answer in parallel.ask(rows[-MOST_SEALS:], lambda r: client.get(r.key)):
        try:
            record = marker.parse(answer.body if answer else b"")
        except ValueError:  # somebody put something else there
            continue
        if record.version == version:
            seals.append((row.modified, record.digest))
    return seals[::-1]


def _ways(sources: Sources, old: dict[str, list[Object]], when: str) -> Iterator[ByPath]:
    """Yield what S3 may have held when it was sealed, the likeliest first."""
    paths, choices = list(sources.wanted), []
    for path in paths:
        listed = sources.survey.remote.get(path)
        stays = listed is not None and sources.hash(path) == sources.wanted[path].sha256
        rows = [listed] if listed and stays else _distinct(old.get(path, []), when)
        choices.append(rows)
    for way in islice(product(*choices), MOST_WAYS):
        yield dict(zip(paths, way, strict=True))


def _digest(rows: ByPath) -> str:
    listed = Objects(Numbers())
    listed.update(rows)
    return marker.digest(listed)


def _distinct(rows: list[Object], when: str) -> list[Object]:
    """Those of other bytes each, of what was written by then."""
    return [*{row.etag: row for row in rows[::-1] if row.modified <= when}.values()][::-1]
