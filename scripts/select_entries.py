"""The gate of pull.sh and push.sh: names the entries that may have something to move.

usage: select_entries.py pull|push [section/name | name | section/ ...]

Takes the checkout's lock, proves that S3 answers, and prints one entry per line on stdout. It
compares markers and stats only; an entry that it does not name is up to date. WITH=deps pulls what
the named ones are made from, too, WITH=all also the runs that made them and the models of runs.
"""

from __future__ import annotations

import sys
from itertools import chain

from registry import console, entries, lock, options, workspace
from registry.console import say
from registry.entries import Entry
from registry.errors import Refusal, UsageError
from registry.humanize import plural
from registry.remote import connect
from registry.remote.session import Session
from registry.sections import MIRRORED, SYNCED
from registry.status.quick_check import Gate, Refused


def main(argv: list[str]) -> int:
    if not argv or argv[0] not in ("pull", "push"):
        raise UsageError("usage: select_entries.py pull|push [section/name ...]")
    direction, words = argv[0], argv[1:]
    if not all(word.strip() for word in words):
        raise UsageError("an empty name: name an entry, or nothing at all for all of them")
    chosen = entries.select(words, SYNCED)
    lock.take(entries.ROOT, f"./{direction}.sh")
    tidy_up()
    lost: list[Refused] = []
    if direction == "pull" and options.choice("WITH"):
        chosen, lost = with_lineage(chosen)
    session = connect.begin()
    chosen, stuck = mind_moves(session, chosen, direction)
    gate = Gate(session, chosen, bool(words))
    if direction == "pull":
        gate.enter()
    wanted, refused = gate.sift(chosen, direction)
    refused += stuck
    refused += lost
    if direction == "push" and not any(entry.section in MIRRORED for entry in wanted):
        gate.enter()  # else it is the push itself that proves it, with its first request
    if direction == "push":
        wanted, bad = _with_good_cards(wanted)
        refused += bad
    for entry in wanted:
        print(entry)
    tell(direction, len(chosen), len(gate.freed), bool(wanted or refused))
    return console.report(refused)


def tell(direction: str, chosen: int, freed: int, is_something: bool) -> None:
    """Say what else there is to say: of the `freed` that were left out, or of nothing to do."""
    if freed:
        left = plural(freed, "freed entry", "freed entries")
        say(f"{direction}: {left} left out: DATASET= with its name brings one again")
    if not is_something:
        say(f"{direction}: {plural(chosen, 'entry', 'entries')}, nothing to do")


def tidy_up() -> None:
    """Take away what a dead command left half-made; put back what a `make free` had set aside."""
    workspace.sweep(entries.ROOT)
    if not workspace.has_begun_to_free(entries.ROOT):
        return
    from registry.raw import free

    for entry in free.recover(entries.ROOT):
        say(f"{entry}: put back, since a `make free` of it was stopped")


def with_lineage(chosen: list[Entry]) -> tuple[list[Entry], list[Refused]]:
    """These and what WITH says to pull with them, and a refusal for each that is not here."""
    from registry.cards.library import Library
    from registry.cards.lineage import ALL, Ancestry

    ancestry = Ancestry(Library())
    ancestry.follow(chosen, options.choice("WITH") == ALL)
    return ancestry.entries, [Refused(e, error=Refusal(why)) for e, why in ancestry.lost.items()]


def mind_moves(
    session: Session, chosen: list[Entry], direction: str
) -> tuple[list[Entry], list[Refused]]:
    """End the moves that Git knows of, on a push; rename what others moved, on a pull.

    The entries without those whose own move is not finished, and a refusal for each of these.
    """
    on_disk = chain.from_iterable(map(entries.on_disk, MIRRORED)) if direction == "pull" else ()
    if not workspace.moves(entries.ROOT) and all(entry.card.exists() for entry in on_disk):
        return chosen, []  # as nearly always: nothing of it is imported then
    from registry.move import follow, plan

    waiting, dry = [*plan.waiting(entries.ROOT)], session.options.dry_run
    torn = {id: one for one in waiting if not one.is_done for id in (one.old, one.new)}
    stuck = [Refused(e, error=Refusal(torn[str(e)].advice)) for e in chosen if str(e) in torn]
    if direction == "push" and not dry:
        for one in (one for one in waiting if one.is_done):
            from registry.move import settle

            say(f"push: {one.old}: {settle.settle(one, session)}")
    if direction == "pull" and follow.orphans(session):
        for line in follow.follow(session, dry):
            say(f"pull: {line}")
        chosen = [e for e in chosen if e.card.exists() or e.folder.exists()]
    return [entry for entry in chosen if str(entry) not in torn], stuck


def _with_good_cards(wanted: list[Entry]) -> tuple[list[Entry], list[Refused]]:
    """The entries whose cards may go out, and a refusal for each of the others."""
    if not wanted:
        return [], []
    from registry.cards import check

    bad = check.find_bad(wanted)
    refused = [Refused(e, error=check.refusal(e, bad[e])) for e in bad]
    return [entry for entry in wanted if entry not in bad], refused


if __name__ == "__main__":
    raise SystemExit(console.run(main, *sys.argv[1:2]))
