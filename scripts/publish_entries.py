#!/usr/bin/env python3
"""Publish the entries that public.yml names: to everybody, whole, and no more than may be.

usage: publish_entries.py        with DRY_RUN=1 or FULL=1 in the environment

Says first what it will do. Refuses, by name, an entry whose card is not right, that is not whole in
S3, whose license or that of anything it is made from does not allow it, or whose data about people
nobody cleared; the others go out. Bytes that are there already are not sent again; what is new is
read back without keys before anybody is told of it. What public.yml no longer names leaves the
index at once, and its bytes a week later. It never changes a bucket's policy: docs/publishing.md.

Exit code 0 when all is published, 1 when something failed, 3 when an entry was refused.

  DRY_RUN=1     say what would be done, and do nothing
  FULL=1        read all of it back, and not only what is new
"""

from __future__ import annotations

import datetime
from functools import partial

from catalog import papers
from registry import console, git, lock, parallel
from registry.cards import vocabulary
from registry.cards.card import Card
from registry.cards.library import Library
from registry.console import say
from registry.entries import ROOT, entry_of
from registry.errors import Refusal
from registry.humanize import plural
from registry.options import Options
from registry.parallel import Result
from registry.progress import Meter
from registry.publish import (
    allowlist,
    documents,
    gates,
    layout,
    plan,
    readback,
    targets,
    visitors,
)
from registry.publish.allowlist import PUBLIC_FILE, Allowlist
from registry.publish.bom import Bill
from registry.publish.carrier import Carrier
from registry.publish.delisting import Shelf
from registry.publish.publication import Publication
from registry.publish.visitors import Unserved, Visitor
from registry.remote import connect


def main(argv: list[str]) -> int:
    allowed, options = allowlist.read(ROOT), Options.from_environment()
    lock.take(ROOT, "make publish")
    session, _ = connect.connect()
    target = targets.choose(session, allowed)
    shelf, way = Shelf.read(target), visitors.reader(target, allowed.url)
    carrier = Carrier(session, target, target.sizes(layout.BLOBS))
    seen = look(allowed, shelf, carrier, way, options.full)
    now = datetime.datetime.now(datetime.timezone.utc)
    tell(allowed, shelf, seen, now)
    if options.dry_run:
        return console.report(seen)
    shelf.take_out(shelf.gone(allowed.entries), now)
    done = carry_out([result.value for result in seen if result.value])
    shelf.put_in({str(r.entry): documents.row(r.value.told) for r in done if r.value})
    results = [*[result for result in seen if result.error], *done]
    is_told = tell_strangers(shelf, way, allowed.url)
    code = console.worst([console.report(results), 0 if is_told else 1])
    if not is_told or any(isinstance(result.error, Unserved) for result in results):
        say(f"publish: nobody was told of what cannot be read; {target.how_to_open()}")
    if code != 1 and (swept := shelf.sweep(shelf.overdue(now))):
        say(f"publish: deleted {plural(swept, 'object')} of what was taken out a week ago")
    count = plural(sum(result.error is None for result in done), "entry", "entries")
    say(f"publish: {count} public at {allowed.url or target.where}")
    return code


def look(
    allowed: Allowlist, shelf: Shelf, carrier: Carrier, way: Visitor, is_thorough: bool
) -> list[Result[Publication]]:
    """Return what each entry of public.yml needs, or why it may not go out."""
    library = Library()

    def one(id: str) -> Publication:
        card = may_go_out(id, allowed, shelf, library)
        bill = Bill(carrier.session, library)
        describe = partial(papers.describe, card, allowed.url, bill)
        versions = shelf.taken.get(id, {}).get("versions", [])
        publication = Publication(card.entry, card, carrier, way, describe, versions, is_thorough)
        publication.look()
        return publication

    return parallel.each(list(allowed.entries), entry_of, one)


def may_go_out(id: str, allowed: Allowlist, shelf: Shelf, library: Library) -> Card:
    """Return the card of an entry that may be public. Raises Refusal for one that may not."""
    entry = library.ids.get(id)
    if entry is None:
        near = vocabulary.guess(id, list(library.ids)) or " Take it out, or correct it"
        line = allowed.entries[id]
        raise Refusal(f"{PUBLIC_FILE}:{line} names no entry of this registry.{near}")
    why = gates.reasons(entry, library)
    if why:
        stays = f"\n  what is public of it stays: take it out of {PUBLIC_FILE} to end that"
        raise Refusal("\n  ".join(["", *why]) + (stays if id in shelf.rows else ""))
    card = library.card(entry)
    assert card
    return card


def tell(
    allowed: Allowlist, shelf: Shelf, seen: list[Result[Publication]], now: datetime.datetime
) -> None:
    """The plan."""
    for line in plan.lines(allowed, shelf, [r.value for r in seen if r.value], now):
        print(line)
    if git.uncommitted(ROOT, PUBLIC_FILE):
        say(f"publish: {PUBLIC_FILE} is not committed: commit it, so that all publish the same")


def carry_out(publications: list[Publication]) -> list[Result[Publication]]:
    """Entry by entry: the files of one go side by side."""
    missing = [source for one in publications for source in one.missing]
    with Meter("published", len(missing), sum(source.row.size for source in missing)) as meter:

        def one(publication: Publication) -> Publication:
            if not publication.is_idle:
                count = Counter(meter, str(publication.entry))
                publication.carry_out(count)
            return publication

        return parallel.each(publications, lambda p: p.entry, one, hands=1)


class Counter:
    """Adds up what one entry moved, for the line of progress."""

    def __init__(self, meter: Meter, who: str) -> None:
        self._meter, self._who, self._sum = meter, who, 0

    def __call__(self, size: int) -> None:
        self._sum += size
        self._meter.moved(self._who, self._sum)


def tell_strangers(shelf: Shelf, way: Visitor, url: str) -> bool:
    """Return whether the index, and the module that loads from it, are read as they are meant."""
    try:
        readback.check(way, layout.INDEX, shelf.write_index())
        if url:
            body = documents.client(ROOT, url)
            if shelf.target.read(layout.CLIENT) != body:
                shelf.target.write(layout.CLIENT, body)
            readback.check(way, layout.CLIENT, body)
    except Unserved as error:
        say(f"publish: failed: {error}")
        return False
    return True


if __name__ == "__main__":
    raise SystemExit(console.run(main, "publish"))
