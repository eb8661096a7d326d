"""Has a pull and a push obey the moves of entries that are under way."""

from __future__ import annotations

from itertools import chain

from registry import entries, workspace
from registry.console import say
from registry.daily.quick_check import Refused
from registry.entries import Entry
from registry.errors import Refusal
from registry.remote.session import Session
from registry.sections import MIRRORED


def mind(
    session: Session, chosen: list[Entry], direction: str
) -> tuple[list[Entry], list[Refused]]:
    """End the moves that Git knows of, on a push; rename what others moved, on a pull.

    The entries without those whose own move is not finished, and a refusal for each of these.
    """
    on_disk = chain.from_iterable(map(entries.on_disk, MIRRORED)) if direction == "pull" else ()
    is_all_here = direction == "push" or all(
        e.folder.exists() for e in chosen if e.section in MIRRORED
    )
    has_cards = all(entry.card.exists() for entry in on_disk)
    if not workspace.moves(entries.ROOT) and has_cards and is_all_here:
        return chosen, []  # as nearly always: nothing of it is imported then
    from registry.move import follow, plan

    waiting, dry = [*plan.waiting(entries.ROOT)], session.options.dry_run
    torn = {id: one for one in waiting if not one.is_done for id in one.ids}
    stuck = [Refused(e, error=Refusal(torn[str(e)].advice)) for e in chosen if str(e) in torn]
    if direction == "push" and not dry:
        for one in (one for one in waiting if one.is_done):
            from registry.move import settle

            say(f"push: {one.old}: {settle.settle(one, session)}")
    if direction == "pull" and follow.orphans(session):
        for line in follow.follow(session, dry):
            say(f"pull: {line}")
        chosen = [e for e in chosen if e.card.exists() or e.folder.exists()]
    if direction == "pull" and follow.lacking(chosen, session):
        for line in follow.make_way(chosen, session, dry):
            say(f"pull: {line}")
    return [entry for entry in chosen if str(entry) not in torn], stuck
