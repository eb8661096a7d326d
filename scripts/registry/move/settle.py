"""Ends moves: once Git has the new card and not the old one, the old keys go into the trash."""

from __future__ import annotations

from registry import freed, git
from registry.entries import CARD
from registry.errors import Refusal
from registry.index import baseline, content
from registry.move import draft
from registry.move.plan import MovePlan
from registry.remote.session import Session
from registry.sync import marker
from registry.sync.remove import Removal


def settle(plan: MovePlan, session: Session) -> str:
    """End one move, if Git knows of it; what was done, or why not yet, in words."""
    if not plan.is_done:
        return plan.advice
    if plan.remote != session.remote.identity:
        return f"it was moved to {plan.new} at another remote ({plan.remote})"
    where = "@{upstream}" if has_upstream(plan) else "HEAD"
    if not is_in_git(plan, where):
        step = "commit it" if not is_in_git(plan, "HEAD") else "`git push`"
        return f"its old keys stay in S3 until others get its move to {plan.new} by Git: {step}"
    said = _take_away(plan, session) if draft.needs_s3(plan) else ""
    baseline.forget(plan.old_entry)
    content.forget(plan.old_entry)
    freed.forget(plan.old_entry)
    plan.drop()
    return said or f"its move to {plan.new} is settled"


def has_upstream(plan: MovePlan) -> bool:
    return bool(git.ask(plan.root, "rev-parse", "--abbrev-ref", "@{upstream}"))


def is_in_git(plan: MovePlan, where: str) -> bool:
    """Whether this commit has the new card, and the old one no more."""
    has = (git.show(plan.root, f"{where}:{id}{CARD}") is not None for id in (plan.old, plan.new))
    return [*has] == [False, True]


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
    removal.carry_out()
    return f"moved to {plan.new}: its old keys in S3 went to the trash there"
