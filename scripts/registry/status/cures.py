"""Proposes what to type next: a command for each state that needs a person.

A command is only proposed where its `outlook` is good.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from typing import NamedTuple

from registry import pipelines
from registry.sections import SECTIONS
from registry.status import outlook, states
from registry.status.states import Condition

COMMIT, TO_SHARE = "git add -- {paths} && git commit", "nobody else sees it before"
NAMED = 3  # so many entries are named in a command; for more of them it is given without names
ASK_S3 = ("make push", "make pull", "make reset", "make seal", "make unlock", "make remove")


class Step(NamedTuple):
    """A command to type, and what it does."""

    command: str
    why: str


def steps(conditions: list[Condition], uncommitted: list[str], is_cut_off: bool) -> Iterator[Step]:
    """Yield what to type next, most urgent first. `is_cut_off`: S3 could not be asked."""
    if is_cut_off:
        yield Step("make doctor", "says why S3 does not answer")
    for cured, applies, command, why in CURES:
        chosen = [c for c in conditions if not cured.isdisjoint(c.states) and applies(c)]
        if chosen and not (is_cut_off and command.startswith(ASK_S3)):
            yield from _of(chosen, len(conditions), command, why, uncommitted)


def _of(
    chosen: list[Condition], whole: int, command: str, why: str, uncommitted: list[str]
) -> Iterator[Step]:
    if command == COMMIT:
        yield commit(uncommitted)
    elif "{all}" in command:
        yield from (Step(_together(command, few), why) for few in _groups(chosen))
    elif "{" in command:
        for one in chosen[:NAMED]:
            yield Step(_filled(command, one), _filled(why, one))
    elif command.startswith("git "):
        yield Step(command, _filled_for(chosen, why))
    else:
        yield Step(command + _names(chosen, whole), _filled_for(chosen, why))


def commit(uncommitted: list[str]) -> Step:
    """The step that commits these paths; for many of them all that is in the sections."""
    few = uncommitted if len(uncommitted) <= NAMED else SECTIONS
    return Step(COMMIT.replace("{paths}", shlex.join(few)), TO_SHARE)


def _groups(chosen: list[Condition]) -> list[list[Condition]]:
    """All in one, since a model and its results only go together; a name with a space is alone."""
    return [[one] for one in chosen] if _is_spaced(chosen) else [chosen]


def _together(command: str, chosen: list[Condition]) -> str:
    ids = " ".join(str(one.entry) for one in chosen)
    names = " ".join(dict.fromkeys(one.entry.name for one in chosen))
    return command.replace("{all}", shlex.quote(ids)).replace("{names}", shlex.quote(names))


def _is_spaced(chosen: list[Condition]) -> bool:
    return len(chosen) > 1 and any(" " in one.entry.name for one in chosen)


def _filled_for(chosen: list[Condition], why: str) -> str:
    """One command for several entries: why, each once."""
    return "; ".join(dict.fromkeys(_filled(why, one) for one in chosen[:NAMED]))


def _filled(text: str, one: Condition) -> str:
    values = {
        "{each}": f"{one.entry:sh}",
        "{name}": f"{one.entry:name}",
        "{target}": shlex.quote(pipelines.maker(one.entry) or f"{one.entry}.dvc"),
        "{unfit}": shlex.quote(one.unfit),
        "{in_the_way}": shlex.quote(f"{one.entry}/{one.judgement.in_the_way}"),
        "{who}": str(one.marker or ""),
        "{said}": one.judgement.said,
    }
    for blank, value in values.items():
        text = text.replace(blank, value)
    return text


def _names(chosen: list[Condition], whole: int) -> str:
    if _is_spaced(chosen) or len(chosen) > NAMED or (len(chosen) == whole > 1):
        return ""
    names = " ".join(str(c.entry) for c in chosen)
    return f" DATASET={shlex.quote(names)}"


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
    (
        {states.TORN},
        outlook.may_finish,
        "make push DATASET={each}",
        "make it whole from what is here",
    ),
    (
        {states.TORN},
        outlook.may_restore,
        "make push DATASET={each} TAKE=local",
        "bring S3 back to what is here, which was whole before",
    ),
    (
        {states.TORN},
        lambda c: True,
        "make seal DATASET={each} CONFIRM={name}",
        "or accept what S3 holds of it",
    ),
    ({states.CONFLICT}, outlook.is_settled, "make push DATASET={each} TAKE=local", "keep yours"),
    ({states.CONFLICT}, outlook.is_settled, "make reset DATASET={each}", "or take what S3 holds"),
    (
        {states.MOVED},
        lambda c: outlook.has_card(c) and outlook.follows(c),
        "git pull",
        "{said}, moved by {who}; `make pull` then renames what is here",
    ),
    (
        {states.MOVED},
        lambda c: outlook.is_here(c) and not outlook.has_card(c),
        "make pull",
        "rename what was moved {said}",
    ),
    ({states.REMOVED}, outlook.is_lost, "make push DATASET={each} TAKE=local", "put it back in S3"),
    (
        {states.REMOVED},
        lambda c: (
            outlook.has_card(c)
            and not outlook.is_lost(c)
            and not outlook.is_moved(c)
            and outlook.follows(c)
        ),
        "git pull",
        "it was removed for everybody; this brings who did it, and takes its card out",
    ),
    (
        {states.REMOVED},
        lambda c: outlook.is_here(c) and not outlook.is_lost(c) and not outlook.is_moved(c),
        "make remove DATASET={all} CONFIRM={names}",
        "it was removed for everybody: what is here goes to the trash",
    ),
    (
        {states.NO_CARD},
        lambda c: outlook.is_here(c) and not {states.REMOVED, states.MOVED} & {*c.states},
        "make card DATASET={each}",
        "begin its card",
    ),
    ({states.NO_CARD}, outlook.is_upstream, "git pull", "its card is in Git, and not here yet"),
    (
        {states.NO_CARD},
        outlook.was_taken_out,
        "git log -1 --stat -- {each}.card.md",
        "its card was renamed or taken out, S3 still holds it: this tells by whom",
    ),
    (
        {states.NO_CARD},
        outlook.is_nameless,
        "make card DATASET={each}",
        "S3 holds it, Git has no card of it: begin one, unless git fetch brings it",
    ),
    (
        {states.NEWER},
        outlook.is_blocked,
        "ls -ld -- {in_the_way}",
        "{said}; `make pull` refuses until then",
    ),
    (
        {states.NEWER, states.NOT_HERE, states.UNREAD},
        lambda c: outlook.is_fit(c) and not outlook.is_private(c),
        "make pull",
        "fetch it",
    ),
    (
        {states.NOT_HERE},
        outlook.is_private,
        "git log -1 -- {each}.dvc",
        "who added it has it, and {name}.dvc keeps it out of S3",
    ),
    (
        {states.UNREAD},
        outlook.is_foreign,
        ".venv/bin/dvc status {target}",
        "only plain dvc serves it",
    ),
    (
        {states.NOT_ADDED},
        lambda c: outlook.is_here(c) and states.UNFIT not in c.states and not outlook.is_import(c),
        "make add DATASET={each}",
        "make what is here its new version",
    ),
    (
        {states.NOT_ADDED},
        lambda c: outlook.is_here(c) and states.UNFIT not in c.states and outlook.is_import(c),
        "make reset DATASET={each}",
        "it is an import: take the imported version again",
    ),
    (
        {states.CHANGED, states.NOT_PUSHED},
        lambda c: outlook.would_go_out(c) and c.has_bad_card,
        "make check-cards DATASET={each}",
        "its card is not right yet, so a push would be refused",
    ),
    (
        {states.CHANGED, states.NOT_PUSHED},
        lambda c: outlook.would_go_out(c) and not c.has_bad_card,
        "make push",
        "send what is here",
    ),
    (
        {states.NOT_PUSHED},
        lambda c: not outlook.is_here(c),
        "git log -1 -- {each}.dvc",
        "who added it must push",
    ),
    (
        {states.NOT_COMMITTED},
        lambda c: c.is_unmerged,
        "make check-cards DATASET={each}",
        "a merge conflict: this says how to end it",
    ),
    (
        {states.NOT_COMMITTED},
        lambda c: outlook.is_kept(c) and not c.is_unmerged,
        COMMIT,
        TO_SHARE,
    ),
)
