"""Sums up the registry at one moment: its entries' conditions, and what to type next."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from registry import git
from registry.entries import CARD, Amount
from registry.sections import SECTIONS
from registry.status import states
from registry.status.states import Condition

NAMED = 3  # so many entries are named in a command; for more of them it is given without names


@dataclass
class Overview:
    """`problem`: why S3 could not be asked, or ""; `uncommitted`: paths of the sections."""

    url: str
    conditions: list[Condition]
    problem: str = ""
    uncommitted: list[str] = field(default_factory=list)

    def in_section(self, section: str) -> list[Condition]:
        return [c for c in self.conditions if c.entry.section == section]

    def counts(self) -> dict[str, int]:
        """{state: how many entries show it}, in the order of the states."""
        shown = [c.state for c in self.conditions]
        return {state: shown.count(state) for state in states.STATES if state in shown}

    @property
    def here(self) -> Amount:
        return _sum([c.here for c in self.conditions])

    @property
    def there(self) -> Amount:
        return _sum([c.judgement.there for c in self.conditions])

    def as_json(self) -> dict[str, Any]:
        return {
            "registry": self.url,
            "problem": self.problem,
            "entries": [_as_json(c) for c in self.conditions],
            "totals": {
                "entries": len(self.conditions),
                "states": self.counts(),
                "here": self.here._asdict(),
                "there": self.there._asdict(),
            },
            "next": [step._asdict() for step in self.steps()],
        }

    def steps(self) -> Iterator[Step]:
        """What to type next, most urgent first."""
        for cured, applies, command, why in CURES:
            chosen = [c for c in self.conditions if not cured.isdisjoint(c.states) and applies(c)]
            if not chosen:
                continue
            if "{paths}" in command:
                yield Step(command.replace("{paths}", self._paths()), why)
            elif "{each}" in command:
                for one in chosen[:NAMED]:
                    yield Step(command.replace("{each}", f"{one.entry:sh}"), _why(why, one))
            elif command.startswith("git "):
                yield Step(command, why)
            else:
                yield Step(command + _names(chosen, len(self.conditions)), why)

    def _paths(self) -> str:
        few = self.uncommitted[:NAMED]
        return shlex.join(few) if len(self.uncommitted) <= NAMED else shlex.join(SECTIONS)


class Step(NamedTuple):
    """A command to type, and what it does."""

    command: str
    why: str


def _as_json(found: Condition) -> dict[str, Any]:
    known, marker = found.judgement.there, found.marker
    pushed = {k: getattr(marker, k) for k in ("who", "host", "when", "commit")} if marker else None
    return {
        "entry": str(found.entry),
        "state": found.state,
        "states": found.states,
        "here": found.here._asdict() if found.here else None,
        "there": known._asdict() if known else None,
        "pushed": pushed,
        "changes": {kind: asdict(change) for kind, change in found.judgement.changes.items()},
        "said": found.judgement.said,
    }


def _sum(amounts: list[Amount | None]) -> Amount:
    known = [amount for amount in amounts if amount]
    return Amount(sum(a.files for a in known), sum(a.bytes for a in known))


def _names(chosen: list[Condition], whole: int) -> str:
    spaced = len(chosen) > 1 and any(" " in c.entry.name for c in chosen)
    if spaced or len(chosen) > NAMED or (len(chosen) == whole > 1):
        return ""
    names = " ".join(str(c.entry) for c in chosen)
    return f" DATASET={shlex.quote(names)}"


def _why(why: str, one: Condition) -> str:
    return why.replace("{who}", str(one.marker or "")).replace("{said}", one.judgement.said)


def _any(found: Condition) -> bool:
    return True


def _is_here(found: Condition) -> bool:
    return found.here is not None


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


def _is_fit(found: Condition) -> bool:
    """Whether nothing more urgent stands before a push or a pull of it."""
    urgent = {states.UNFIT, states.PUSHING, states.TORN, states.CONFLICT}
    return not urgent & {*found.states} and found.entry.card.exists()


def _is_ours(found: Condition) -> bool:
    return found.judgement.said == "by this checkout"


def _pushable(found: Condition) -> bool:
    return _is_fit(found) and _is_here(found) and states.NEWER not in found.states


def _kept(found: Condition) -> bool:
    return (found.entry.root / f"{found.entry}{CARD}").exists() or found.entry.dvc_file.exists()


# (states, for which of the entries in them, what to type, what that does)
Cure = tuple[set[str], Callable[[Condition], bool], str, str]
CURES: tuple[Cure, ...] = (
    ({states.UNFIT}, _any, "make push DATASET={each}", "says what cannot be stored: {said}"),
    ({states.PUSHING}, _is_ours, "make push DATASET={each}", "finish your push"),
    (
        {states.PUSHING},
        lambda c: not _is_ours(c),
        "make unlock DATASET={each}",
        "only if the push by {who} is dead; else wait for it",
    ),
    ({states.TORN}, _is_here, "make push DATASET={each}", "make it whole from what is here"),
    ({states.TORN}, _any, "make seal DATASET={each}", "or accept what S3 holds of it"),
    ({states.CONFLICT}, _any, "make push DATASET={each} TAKE=local", "keep yours"),
    ({states.CONFLICT}, _any, "make reset DATASET={each}", "or take what S3 holds"),
    ({states.REMOVED}, _is_here, "make push DATASET={each} TAKE=local", "put it back in S3"),
    ({states.NO_CARD}, _is_here, "make card DATASET={each}", "begin its card"),
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
    (
        {states.NOT_ADDED},
        _is_here,
        "make add DATASET={each}",
        "make what is here its new version",
    ),
    ({states.CHANGED, states.NOT_PUSHED}, _pushable, "make push", "send what is here"),
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
