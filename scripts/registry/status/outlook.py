"""Tells whether a command would work for an entry: asks first what it would refuse.

It tells as far as it can without asking S3 again.
"""

from __future__ import annotations

from contextlib import suppress

from registry import dvc_file, git, pipelines
from registry.dvc_outs import KEPT_HERE, NOT_CACHED
from registry.entries import CARD, Entry
from registry.errors import RegistryError
from registry.sections import RAW
from registry.status import states
from registry.status.states import Condition


def would_go_out(condition: Condition) -> bool:
    """Return whether a push of it is what comes next, if its card is right."""
    newer = {states.NEWER, states.NOT_ADDED} & {*condition.states}
    return is_fit(condition) and is_here(condition) and not newer


def is_here(condition: Condition) -> bool:
    return condition.here is not None


def has_card(condition: Condition) -> bool:
    return condition.entry.card.exists()


def card_in_git(entry: Entry) -> str:
    """UPSTREAM where what was fetched last of the branch that is followed has its card, PAST where
    this branch once had it."""
    card = f"{entry}{CARD}"
    if git.show(entry.root, f"@{{upstream}}:{card}") is not None:
        return states.UPSTREAM
    return states.PAST if git.ask(entry.root, "log", "-1", "--format=%H", "--", card) else ""


def is_upstream(condition: Condition) -> bool:
    return condition.card_in_git == states.UPSTREAM


def was_taken_out(condition: Condition) -> bool:
    return condition.card_in_git == states.PAST


def is_nameless(condition: Condition) -> bool:
    return not is_here(condition) and not condition.card_in_git


def is_settled(condition: Condition) -> bool:
    """Return whether nothing more urgent stands before what a person may choose for it."""
    return not {states.UNFIT, states.PUSHING, states.TORN} & {*condition.states} and has_card(
        condition
    )


def follows(condition: Condition) -> bool:
    """Return whether this branch follows one, of which the others' commits come."""
    return bool(git.ask(condition.entry.root, "rev-parse", "--abbrev-ref", "@{upstream}"))


def is_lost(condition: Condition) -> bool:
    """Return whether its marker vouches for what S3 lost: no command of ours took that away."""
    held = condition.marker
    return is_settled(condition) and held is not None and held.files > 0 and not held.moved


def is_moved(condition: Condition) -> bool:
    return states.MOVED in condition.states


def is_fit(condition: Condition) -> bool:
    """Return whether nothing more urgent stands before a push or a pull of it."""
    urgent = {states.CONFLICT, states.REMOVED, states.MOVED} & {*condition.states}
    is_free = not condition.judgement.in_the_way
    return is_settled(condition) and is_free and not urgent and not is_foreign(condition)


def is_blocked(condition: Condition) -> bool:
    """Return whether only a file or folder of another kind stands before a pull of it."""
    return bool(condition.judgement.in_the_way) and is_settled(condition)


def is_foreign(condition: Condition) -> bool:
    """Return whether only plain dvc can bring it."""
    if condition.entry.section != RAW:
        return False
    if not condition.entry.dvc_file.exists():
        return pipelines.maker(condition.entry) is not None
    with suppress(RegistryError):
        return bool(dvc_file.read(condition.entry).unserved)
    return False


def is_private(condition: Condition) -> bool:
    """Return whether its `.dvc` file keeps it out of every remote, so that no pull brings it."""
    if condition.entry.section != RAW or not condition.entry.dvc_file.exists():
        return False
    with suppress(RegistryError):
        return dvc_file.read(condition.entry).elsewhere in (KEPT_HERE, NOT_CACHED)
    return False


def is_import(condition: Condition) -> bool:
    with suppress(RegistryError):
        return bool(dvc_file.read(condition.entry).source)
    return False


def may_finish(condition: Condition) -> bool:
    """Return whether a torn push goes on from here with no more words."""
    is_older = {states.NEWER, states.CONFLICT} & {*condition.states}
    return is_here(condition) and has_card(condition) and (condition.is_ours or not is_older)


def may_restore(condition: Condition) -> bool:
    is_next = not may_finish(condition) and is_here(condition) and has_card(condition)
    return is_next and condition.may_restore


def is_kept(condition: Condition) -> bool:
    return has_card(condition) or condition.entry.dvc_file.exists()
