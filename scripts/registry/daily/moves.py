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
    may_be_moved = direction == "pull" and not _is_as_in_git(chosen)
    if not may_be_moved and not workspace.moves(entries.ROOT):
        return chosen, []  # as nearly always: nothing of it is imported then
    from registry.move import follow, plan

    waiting, dry = [*plan.waiting(entries.ROOT)], session.options.dry_run
    torn = {id: one for one in waiting if not one.is_done for id in one.ids}
    stuck = [Refused(e, error=Refusal(torn[str(e)].advice)) for e in chosen if str(e) in torn]
    if direction == "push" and not dry:
        for one in (one for one in waiting if one.is_done):
            from registry.move import settle

            try:
                say(f"push: {one.old}: {settle.settle(one, session)}")
            except Refusal as error:
                stuck.append(Refused(one.old_entry, error=error))
    if direction == "pull":
        if orphans := follow.orphans(session):
            for line in follow.follow(orphans, session, dry):
                say(f"pull: {line}")
            chosen = [e for e in chosen if e.card.exists() or e.folder.exists()]
        for line in follow.make_way(chosen, session, dry):
            say(f"pull: {line}")
    return [entry for entry in chosen if str(entry) not in torn], stuck


def _is_as_in_git(chosen: list[Entry]) -> bool:
    """Return whether each of these has its folder here, and each folder its card."""
    on_disk = chain.from_iterable(map(entries.on_disk, MIRRORED))
    mirrored = (entry for entry in chosen if entry.section in MIRRORED)
    return all(e.folder.exists() for e in mirrored) and all(e.card.exists() for e in on_disk)
