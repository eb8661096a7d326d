"""Tells whether a command would work for an entry: asks first what it would refuse.

It tells as far as it can without asking S3 again.
"""

from __future__ import annotations

from contextlib import suppress

from registry import dvc_file, git, pipelines
from registry.entries import CARD, Entry
from registry.errors import RegistryError
from registry.sections import RAW
from registry.status import states
from registry.status.states import Condition


def would_go_out(found: Condition) -> bool:
    """Whether a push of it is what comes next, if its card is right."""
    newer = {states.NEWER, states.NOT_ADDED} & {*found.states}
    return is_fit(found) and is_here(found) and not newer


def is_here(found: Condition) -> bool:
    return found.here is not None


def has_card(found: Condition) -> bool:
    return found.entry.card.exists()


def card_in_git(entry: Entry) -> str:
    """UPSTREAM where what was fetched last of the branch that is followed has its card, PAST where
    this branch once had it."""
    card = f"{entry}{CARD}"
    if git.show(entry.root, f"@{{upstream}}:{card}") is not None:
        return states.UPSTREAM
    return states.PAST if git.ask(entry.root, "log", "-1", "--format=%H", "--", card) else ""


def is_upstream(found: Condition) -> bool:
    return found.card_in_git == states.UPSTREAM


def was_taken_out(found: Condition) -> bool:
    return found.card_in_git == states.PAST


def is_nameless(found: Condition) -> bool:
    return not is_here(found) and not found.card_in_git


def is_settled(found: Condition) -> bool:
    """Whether nothing more urgent stands before what a person may choose for it."""
    return not {states.UNFIT, states.PUSHING, states.TORN} & {*found.states} and has_card(found)


def follows(found: Condition) -> bool:
    """Whether this branch follows one, of which the others' commits come."""
    return bool(git.ask(found.entry.root, "rev-parse", "--abbrev-ref", "@{upstream}"))


def is_lost(found: Condition) -> bool:
    """Whether its marker vouches for what S3 lost: no command of ours took that away."""
    held = found.marker
    return is_settled(found) and held is not None and held.files > 0 and not held.moved


def is_moved(found: Condition) -> bool:
    return states.MOVED in found.states


def is_fit(found: Condition) -> bool:
    """Whether nothing more urgent stands before a push or a pull of it."""
    urgent = {states.CONFLICT, states.REMOVED, states.MOVED} & {*found.states}
    return is_settled(found) and not urgent and not is_foreign(found)


def is_foreign(found: Condition) -> bool:
    """Whether only plain dvc can bring it."""
    if found.entry.section != RAW:
        return False
    if not found.entry.dvc_file.exists():
        return pipelines.maker(found.entry) is not None
    with suppress(RegistryError):
        return bool(dvc_file.read(found.entry).unserved)
    return False


def is_import(found: Condition) -> bool:
    with suppress(RegistryError):
        return bool(dvc_file.read(found.entry).source)
    return False


def may_finish(found: Condition) -> bool:
    """Whether a torn push goes on from here with no more words."""
    is_older = {states.NEWER, states.CONFLICT} & {*found.states}
    return is_here(found) and has_card(found) and (found.is_ours or not is_older)


def may_restore(found: Condition) -> bool:
    is_next = not may_finish(found) and is_here(found) and has_card(found)
    return is_next and found.may_restore


def is_kept(found: Condition) -> bool:
    return has_card(found) or found.entry.dvc_file.exists()
