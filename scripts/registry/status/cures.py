"""Proposes what to type next: a command for each state that needs a person.

A command is only proposed where it would work: what push, pull or seal would refuse is asked here
first, as far as it can be told without asking S3 again.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

from registry import dvc_file, git
from registry.entries import CARD
from registry.errors import RegistryError
from registry.sections import RAW, SECTIONS
from registry.status import states
from registry.status.states import Condition

NAMED = 3  # so many entries are named in a command; for more of them it is given without names
ASK_S3 = ("make push", "make pull", "make reset", "make seal", "make unlock", "make remove")


class Step(NamedTuple):
    """A command to type, and what it does."""

    command: str
    why: str


def steps(found: list[Condition], uncommitted: list[str], is_cut_off: bool) -> Iterator[Step]:
    """What to type next, most urgent first. `is_cut_off`: S3 could not be asked."""
    if is_cut_off:
        yield Step("make doctor", "says why S3 does not answer")
    for cured, applies, command, why in CURES:
        chosen = [c for c in found if not cured.isdisjoint(c.states) and applies(c)]
        if chosen and not (is_cut_off and command.startswith(ASK_S3)):
            yield from _of(chosen, len(found), command, why, uncommitted)


def would_go_out(found: Condition) -> bool:
    """Whether a push of it is what comes next, if its card is right."""
    newer = {states.NEWER, states.NOT_ADDED} & {*found.states}
    return _is_fit(found) and _is_here(found) and not newer


def _of(
    chosen: list[Condition], whole: int, command: str, why: str, uncommitted: list[str]
) -> Iterator[Step]:
    if "{paths}" in command:
        few = uncommitted if len(uncommitted) <= NAMED else SECTIONS
        yield Step(command.replace("{paths}", shlex.join(few)), why)
    elif "{" in command:
        for one in chosen[:NAMED]:
            yield Step(_filled(command, one), _filled(why, one))
    elif command.startswith("git "):
        yield Step(command, why)
    else:
        yield Step(command + _names(chosen, whole), why)


def _filled(text: str, one: Condition) -> str:
    values = {
        "{each}": f"{one.entry:sh}",
        "{name}": f"{one.entry:name}",
        "{unfit}": shlex.quote(one.unfit),
        "{who}": str(one.marker or ""),
        "{said}": one.judgement.said,
    }
    for blank, value in values.items():
        text = text.replace(blank, value)
    return text


def _names(chosen: list[Condition], whole: int) -> str:
    spaced = len(chosen) > 1 and any(" " in c.entry.name for c in chosen)
    if spaced or len(chosen) > NAMED or (len(chosen) == whole > 1):
        return ""
    names = " ".join(str(c.entry) for c in chosen)
    return f" DATASET={shlex.quote(names)}"


def _any(found: Condition) -> bool:
    return True


def _is_here(found: Condition) -> bool:
    return found.here is not None


def _has_card(found: Condition) -> bool:
    return found.entry.card.exists()


def _is_upstream(found: Condition) -> bool:
    """Whether what was fetched last of the branch that is followed has its card."""
    card = f"@{{upstream}}:{found.entry}{CARD}"
    return not _is_here(found) and git.show(found.entry.root, card) is not None


def _was_taken_out(found: Condition) -> bool:
    if _is_here(found) or _is_upstream(found):
        return False
    return bool(git.ask(found.entry.root, "log", "-1", "--format=%H", "--", f"{found.entry}{CARD}"))


def _is_nameless(found: Condition) -> bool:
    return not (_is_here(found) or _is_upstream(found) or _was_taken_out(found))


def _is_settled(found: Condition) -> bool:
    """Whether nothing more urgent stands before what a person may choose for it."""
    return not {states.UNFIT, states.PUSHING, states.TORN} & {*found.states} and _has_card(found)


def _follows(found: Condition) -> bool:
    """Whether this branch follows one, of which the others' commits come."""
    return bool(git.ask(found.entry.root, "rev-parse", "--abbrev-ref", "@{upstream}"))


def _is_lost(found: Condition) -> bool:
    """Whether its marker vouches for what S3 lost: no command of ours took that away."""
    held = found.marker
    return _is_settled(found) and held is not None and held.files > 0 and not held.moved


def _is_moved(found: Condition) -> bool:
    return states.MOVED in found.states


def _is_fit(found: Condition) -> bool:
    """Whether nothing more urgent stands before a push or a pull of it."""
    urgent = {states.CONFLICT, states.REMOVED, states.MOVED} & {*found.states}
    return _is_settled(found) and not urgent and not _is_foreign(found)


def _is_foreign(found: Condition) -> bool:
    """Whether only plain dvc can bring it."""
    if found.entry.section != RAW:
        return False
    with suppress(RegistryError):
        return bool(dvc_file.read(found.entry).unserved)
    return False


def _is_import(found: Condition) -> bool:
    with suppress(RegistryError):
        return bool(dvc_file.read(found.entry).source)
    return False


def _may_finish(found: Condition) -> bool:
    """Whether a torn push goes on from here with no more words."""
    is_older = {states.NEWER, states.CONFLICT} & {*found.states}
    return _is_here(found) and _has_card(found) and (found.is_ours or not is_older)


def _may_restore(found: Condition) -> bool:
    is_next = not _may_finish(found) and _is_here(found) and _has_card(found)
    return is_next and found.may_restore


def _kept(found: Condition) -> bool:
    return _has_card(found) or found.entry.dvc_file.exists()


# (states, for which of the entries in them, what to type, what that does)
Cure = tuple[set[str], Callable[[Condition], bool], str, str]
CURES: tuple[Cure, ...] = (
    ({states.UNFIT}, lambda c: bool(c.unfit), "ls -ld -- {unfit}", "cannot be stored: {said}"),
    ({states.UNFIT}, lambda c: not c.unfit, "make check-cards DATASET={each}", "{said}"),
    ({states.PUSHING}, lambda c: c.is_ours, "make push DATASET={each}", "finish your push"),
    (
        {states.PUSHING},
        lambda c: not c.is_ours,
        "make unlock DATASET={each}",
        "only if the push by {who} is dead; else wait for it",
    ),
    ({states.TORN}, _may_finish, "make push DATASET={each}", "make it whole from what is here"),
    (
        {states.TORN},
        _may_restore,
        "make push DATASET={each} TAKE=local",
        "bring S3 back to what is here, which was whole before",
    ),
    (
        {states.TORN},
        _any,
        "make seal DATASET={each} CONFIRM={name}",
        "or accept what S3 holds of it",
    ),
    ({states.CONFLICT}, _is_settled, "make push DATASET={each} TAKE=local", "keep yours"),
    ({states.CONFLICT}, _is_settled, "make reset DATASET={each}", "or take what S3 holds"),
    (
        {states.MOVED},
        lambda c: _has_card(c) and _follows(c),
        "git pull",
        "{said}, moved by {who}; `make pull` then renames what is here",
    ),
    (
        {states.MOVED},
        lambda c: _is_here(c) and not _has_card(c),
        "make pull",
        "rename what was moved {said}",
    ),
    ({states.REMOVED}, _is_lost, "make push DATASET={each} TAKE=local", "put it back in S3"),
    (
        {states.REMOVED},
        lambda c: _has_card(c) and not _is_lost(c) and not _is_moved(c) and _follows(c),
        "git pull",
        "it was removed for everybody; this brings who did it, and takes its card out",
    ),
    (
        {states.REMOVED},
        lambda c: _is_here(c) and not _is_lost(c) and not _is_moved(c),
        "make remove DATASET={each} CONFIRM={name}",
        "it was removed for everybody: what is here goes to the trash",
    ),
    (
        {states.NO_CARD},
        lambda c: _is_here(c) and not {states.REMOVED, states.MOVED} & {*c.states},
        "make card DATASET={each}",
        "begin its card",
    ),
    ({states.NO_CARD}, _is_upstream, "git pull", "its card is in Git, and not here yet"),
    (
        {states.NO_CARD},
        _was_taken_out,
        "git log -1 --stat -- {each}.card.md",
        "its card was renamed or taken out, S3 still holds it: this tells by whom",
    ),
    (
        {states.NO_CARD},
        _is_nameless,
        "make card DATASET={each}",
        "S3 holds it, Git has no card of it: begin one, unless git fetch brings it",
    ),
    ({states.NEWER, states.NOT_HERE, states.UNREAD}, _is_fit, "make pull", "fetch it"),
    ({states.UNREAD}, _is_foreign, ".venv/bin/dvc status {each}.dvc", "only plain dvc serves it"),
    (
        {states.NOT_ADDED},
        lambda c: _is_here(c) and states.UNFIT not in c.states and not _is_import(c),
        "make add DATASET={each}",
        "make what is here its new version",
    ),
    (
        {states.NOT_ADDED},
        lambda c: _is_here(c) and states.UNFIT not in c.states and _is_import(c),
        "make reset DATASET={each}",
        "it is an import: take the imported version again",
    ),
    (
        {states.CHANGED, states.NOT_PUSHED},
        lambda c: would_go_out(c) and c.has_bad_card,
        "make check-cards DATASET={each}",
        "its card is not right yet, so a push would be refused",
    ),
    (
        {states.CHANGED, states.NOT_PUSHED},
        lambda c: would_go_out(c) and not c.has_bad_card,
        "make push",
        "send what is here",
    ),
    (
        {states.NOT_PUSHED},
        lambda c: not _is_here(c),
        "git log -1 -- {each}.dvc",
        "who added it must push",
    ),
    (
        {states.NOT_COMMITTED},
        _kept,
        "git add -- {paths} && git commit",
        "nobody else sees it before",
    ),
)
