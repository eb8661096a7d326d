"""Goes to S3 for a move, where it has a part there, and looks at it."""

from __future__ import annotations

from registry.errors import Refusal
from registry.move.plan import MovePlan
from registry.move.stored import Relocation
from registry.remote import connect


def open_up(plan: MovePlan) -> Relocation | None:
    """S3's part, looked at; None where there is none. Raises Refusal for what cannot be."""
    session = connect.begin()
    plan.remote = plan.remote or session.remote.identity
    if not plan.needs_s3:
        return None
    if plan.remote != session.remote.identity:
        raise Refusal(f"this move was begun at another remote ({plan.remote}): go back to that one")
    connect.enter(session)
    relocation = Relocation(plan, session)
    if plan.is_done or plan.is_going_back:
        relocation.see()
    else:
        relocation.look()
    return relocation
