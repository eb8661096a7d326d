"""Ends moves: once Git has the new card and not the old one, the old keys go into the trash."""

from __future__ import annotations

from contextlib import suppress

from registry import files, freed, git
from registry.entries import CARD
from registry.errors import Refusal
from registry.index import baseline, content
from registry.move.plan import MovePlan
from registry.remote.session import Session
from registry.sections import MIRRORED
from registry.sync import kept, marker, refusals
from registry.sync.kept import Keeper
from registry.sync.remove import Removal
from registry.sync.survey import Survey

COMMIT, PUSH = "commit it", "`git push`"


def settle(plan: MovePlan, session: Session) -> str:
    """End one move, if Git knows of it; what was done, or why not yet, in words.

    Raises Refusal where its old keys cannot be taken away.
    """
    if not plan.is_done:
        return plan.advice
    if plan.taken_by:
        return _end_taken(plan)
    if plan.remote != session.remote.identity:
        return f"it was moved to {plan.new} at another remote ({plan.remote})"
    if step := missing(plan):
        what = "its old keys stay in S3" if plan.is_stored else "it waits"
        return f"{what} until others get its move to {plan.new} by Git: {step}"
    said = _take_away(plan, session) if plan.is_stored else ""
    for entry in plan.replaced_entries:
        if entry.section in MIRRORED:
            Keeper(Survey(entry, session), "").expire()
    baseline.forget(plan.old_entry)
    content.forget(plan.old_entry)
    freed.forget(plan.old_entry)
    plan.drop()
    return said or f"its move to {plan.new} is settled"


def _end_taken(plan: MovePlan) -> str:
    """Of one whose old name another entry took: that one is there now, and nothing is to go."""
    if git.show(plan.root, f"{_shared(plan)}:{plan.new}{CARD}") is None:
        return f"it is {plan.new} since {plan.taken_by} took its name: commit that, and `git push`"
    plan.drop()
    return f"its move to {plan.new} is settled"


def _forget_kept(plan: MovePlan, session: Session) -> None:
    """What S3 keeps of its old versions went along, so it is not kept twice."""
    client = session.client
    old, new = (kept.prefix(client.remote, entry) for entry in (plan.old_entry, plan.new_entry))
    copied = {row.key[len(new) :] for row in client.list(new)}
    for row in client.list(old):
        if row.key[len(old) :] in copied:
            client.delete(row.key)


def missing(plan: MovePlan) -> str:
    """Return what others still wait for before a push ends it: COMMIT, PUSH, or "" for nothing."""
    if is_in_git(plan, _shared(plan)):
        return ""
    return PUSH if is_in_git(plan, "HEAD") else COMMIT


def _shared(plan: MovePlan) -> str:
    """The commit that others get; without an upstream the one here."""
    return "@{upstream}" if has_upstream(plan) else "HEAD"


def has_upstream(plan: MovePlan) -> bool:
    """Return whether this branch follows another one, by which others get its commits."""
    return bool(git.ask(plan.root, "rev-parse", "--abbrev-ref", "@{upstream}"))


def is_in_git(plan: MovePlan, where: str) -> bool:
    """Return whether this commit has the new card, and the old one no more.

    A card that was replaced is the new one once it is another than it was, or the one that is here.
    """
    old, new = (git.show(plan.root, f"{where}:{id}{CARD}") for id in (plan.old, plan.new))
    if old is not None or new is None:
        return False
    before, _ = plan.files.get(f"{plan.new}{CARD}", (None, None))
    return new != (before or "").encode() or new == _card_here(plan)


def _card_here(plan: MovePlan) -> bytes | None:
    with suppress(OSError):
        return files.read_regular(plan.new_entry.card)
    return None


def _take_away(plan: MovePlan, session: Session) -> str:
    removal = Removal(plan.old_entry, session, moved=plan.new)
    try:
        removal.look()
    except Refusal as error:
        return f"its old keys stay in S3: {error}"
    held = removal.survey.marker
    is_ours = bool(held and removal.own and held.token == removal.own.token)
    if not is_ours and (held is None or held.moved != plan.new):
        return (
            f"somebody pushed it again after its move to {plan.new}, so what S3 holds of it stays"
        )
    if held and held.state == marker.DONE and not held.files:
        return ""
    try:
        removal.carry_out()
    except refusals.MayNotDelete as error:
        removal.leave_moved()
        raise refusals.old_keys_stay(plan.old_entry, plan.new, error) from None
    _forget_kept(plan, session)
    return f"moved to {plan.new}: its old keys in S3 went to the trash there"
