"""Writes a summary as lines for a person: 80 columns are enough, a wider terminal shows more."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from registry.humanize import human_bytes, plural, some
from registry.index.content import DIGITS_SHOWN
from registry.sections import SECTIONS
from registry.status import cells, states
from registry.status.cures import Step
from registry.status.states import Condition
from registry.status.summary import Overview

# So many entries are all shown; of more only those that differ, unless all is asked for. Those
# that only lack their files here are named up to this number, and counted beyond it.
FEW = 25
ABSENT = (states.NOT_HERE, states.FREED, states.NOTHING)
WIDE = 100  # from so many columns on there is room for the versions
OUTDATED = 5  # entries that are named whose sources have changed
NAME = 32  # a longer name is cut; JSON has it whole
COLOURS = {
    **dict.fromkeys((states.CONFLICT, states.UNFIT, states.TORN), "31"),
    **dict.fromkeys((states.UP_TO_DATE, states.UNCHANGED, states.KEPT), "32"),
    **dict.fromkeys((states.NOT_HERE, states.FREED, states.GARBAGE, states.NOTHING), "2"),
    states.PUSHING: "36",
}
OTHER, HEADING, QUIET = "33", "1", "2"


@dataclass(frozen=True)
class Page:
    """How it is shown; `now` in seconds since the epoch."""

    width: int = 80
    colours: bool = False
    all: bool = False
    now: float = 0

    def lines(self, overview: Overview) -> Iterator[str]:
        shown = self._shown(overview.conditions)
        yield from self._table(overview, shown)
        yield ""
        yield from textwrap.wrap(totals(overview), self.width)
        yield from self._outdated(overview)
        steps = [*overview.steps()]
        if len(shown) < len(overview.conditions):
            steps.append(Step("make status ALL=1", "name every entry"))
        if steps:
            yield "next:"
        for command, why in steps:
            yield from self._step(command, why)

    def _shown(self, conditions: list[Condition]) -> list[Condition]:
        if self.all or len(conditions) <= FEW:
            return conditions
        absent = [c for c in conditions if c.state in ABSENT]
        hidden = {c.entry for c in conditions if c.is_quiet}
        hidden.update(c.entry for c in absent if len(absent) > FEW)
        return [c for c in conditions if c.entry not in hidden]

    def _table(self, overview: Overview, shown: list[Condition]) -> Iterator[str]:
        named = {c.entry for c in shown}
        name = min(NAME, max([len(c.entry.name) for c in shown], default=5))
        state = max([len(c.state) for c in shown], default=5)
        if shown:
            last = "last push   version" if self._shows_versions else "last push"
            head = f"{'':{name + state + 4}}{'here':>10} {'in S3':>10}  {last}"
            yield self._paint(head[: self.width], QUIET)
        for section in SECTIONS:
            members = overview.in_section(section)
            if members:
                yield self._paint(f"{section}/", HEADING)
            for condition in members:
                if condition.entry in named:
                    yield self._line(condition, name, state)
            yield from self._hidden([c for c in members if c.entry not in named])

    def _line(self, condition: Condition, name: int, state: int) -> str:
        label = f"  {cells.cut(condition.entry.name, name):<{name}} "
        amounts = f" {cells.amount_of(condition.here)} {cells.amount_stored(condition.judgement)}  "
        room = self.width - len(label) - state - len(amounts)
        colour = COLOURS.get(condition.state, OTHER)
        word = self._paint(f"{condition.state:<{state}}", colour)
        return (label + word + amounts + cells.cut(self._push(condition), room)).rstrip()

    def _push(self, condition: Condition) -> str:
        """Who pushed it last, when and from which commit."""
        stored = condition.marker
        if stored is None:
            return ""
        if condition.state == states.PUSHING:
            return f"by {stored.who or stored.host} since {cells.clock(stored.when)}"
        version = stored.version[:DIGITS_SHOWN] or "-"
        shown = f" {version:<{DIGITS_SHOWN}}" if self._shows_versions else ""
        age = f"{cells.age(stored.when, self.now):>3}"
        return f"{age} {stored.commit[:7] or '-':<7}{shown} {stored.who}"

    @property
    def _shows_versions(self) -> bool:
        return self.all or self.width >= WIDE

    def _hidden(self, hidden: list[Condition]) -> Iterator[str]:
        """One line for those in a state that have nothing else to tell."""
        of_hidden = [c.state for c in hidden]
        for state in dict.fromkeys(of_hidden):
            alike = [c for c in hidden if c.state == state]
            sides = [c.judgement.stored if state in ABSENT else c.here for c in alike]
            size = human_bytes(sum(amount.bytes for amount in sides if amount))
            yield self._paint(f"  {len(alike):,} {state} ({size})", QUIET)

    def _outdated(self, overview: Overview) -> Iterator[str]:
        """A line for each of the first entries whose sources have changed since it was pushed."""
        outdated = overview.outdated()
        for id, sources in islice(outdated.items(), OUTDATED):
            text = f"{id} was made from another version of {some(sources)} than there is now"
            yield from textwrap.wrap(text, self.width)
        if len(outdated) > OUTDATED:
            yield f"and {len(outdated) - OUTDATED} more like it: make status FORMAT=json"

    def _step(self, command: str, why: str) -> Iterator[str]:
        if len(command) + len(why) + 7 <= self.width:
            yield f"  {command}   {self._paint('# ' + why, QUIET)}"
            return
        for line in textwrap.wrap(f"# {why}", self.width - 2, subsequent_indent="# "):
            yield "  " + self._paint(line, QUIET)
        yield f"  {command}"

    def _paint(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.colours else text


def totals(overview: Overview) -> str:
    """Return the sums as one sentence."""
    counts = ", ".join(f"{count} {state}" for state, count in overview.counts().items())
    here, stored = overview.here, overview.stored
    asked = "in S3 when last asked" if overview.problem else "in S3"
    unseen = sum(one.judgement.unseen for one in overview.conditions)
    entries = plural(unseen, "entry", "entries")
    unknown = f"; what S3 has of {entries} is not known" if unseen else ""
    return (
        f"{plural(len(overview.conditions), 'entry', 'entries')}{': ' if counts else ''}{counts}; "
        f"here {plural(here.files, 'file')}, {human_bytes(here.bytes)}; "
        f"{asked} {plural(stored.files, 'file')}, {human_bytes(stored.bytes)}{unknown}"
    )
