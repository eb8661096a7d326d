"""Says what a run of `make publish` will do, a line for each entry."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from registry.humanize import human_bytes, plural
from registry.index import content
from registry.publish import delisting
from registry.publish.allowlist import PUBLIC_FILE, Allowlist
from registry.publish.delisting import Shelf
from registry.publish.publication import Publication


def lines(
    allowed: Allowlist, shelf: Shelf, publications: list[Publication], now: datetime.datetime
) -> Iterator[str]:
    """Yield what is taken out, what is deleted, what goes out."""
    for id in shelf.gone(allowed.entries):
        day = (now + delisting.KEPT).date()
        yield f"{id}: out of the index, its bytes on {day}: {PUBLIC_FILE} does not name it"
    for id in shelf.overdue(now):
        yield f"{id}: taken out over a week ago, its bytes to be deleted"
    for one in publications:
        yield f"{one.entry}: {_of(one)}"


def _of(publication: Publication) -> str:
    held = publication.held
    what = f"version {content.short(held.version)}, {plural(len(held.sources), 'file')}"
    if publication.is_idle:
        return f"{what}, public already"
    missing = publication.missing
    size = human_bytes(sum(source.row.size for source in missing))
    return f"{what}, {f'{len(missing)} to bring ({size})' if missing else 'all there, to be told'}"
