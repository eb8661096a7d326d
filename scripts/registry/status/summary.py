"""Sums up the registry at one moment: its entries' conditions, and what to type next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from registry.entries import Amount
from registry.status import states
from registry.status.states import Condition

if TYPE_CHECKING:
    from registry.status.cures import Step


@dataclass
class Overview:
    """`problem`: why S3 could not be asked, or ""; `uncommitted`: paths of the sections;
    `others`: those of them that are of no entry in `conditions`; `unread`: why Git does not tell
    of them, if it does not; `dark`: a line for each prefix in S3 that has no card, where that was
    asked for."""

    url: str
    conditions: list[Condition]
    problem: str = ""
    uncommitted: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    dark: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def in_section(self, section: str) -> list[Condition]:
        return [c for c in self.conditions if c.entry.section == section]

    def counts(self) -> dict[str, int]:
        """Return {state: how many entries show it}, in the order of the states."""
        shown = [c.state for c in self.conditions]
        return {state: shown.count(state) for state in states.STATES if state in shown}

    @property
    def here(self) -> Amount:
        return _sum([c.here for c in self.conditions])

    @property
    def stored(self) -> Amount:
        return _sum([c.judgement.stored for c in self.conditions])

    def outdated(self) -> dict[str, list[str]]:
        """{entry: the entries that it is made from, of which there is another version by now}.

        As far as they were looked at. What pushed it noted the versions; S3 is not asked for them.
        """
        marked = [(str(c.entry), c.marker) for c in self.conditions if c.marker]
        now = {id: marker.version for id, marker in marked if marker.version}
        changed = {
            id: [source for source, v in marker.made_from.items() if now.get(source, v) != v]
            for id, marker in marked
        }
        return {id: sources for id, sources in changed.items() if sources}

    def as_json(self) -> dict[str, Any]:
        outdated = self.outdated()
        return {
            "registry": self.url,
            "problem": self.problem,
            "dark": self.dark,
            "entries": [_as_json(c, outdated) for c in self.conditions],
            "totals": {
                "entries": len(self.conditions),
                "states": self.counts(),
                "here": self.here._asdict(),
                "there": self.stored._asdict(),
            },
            "next": [step._asdict() for step in self.steps()],
        }

    def steps(self) -> Iterator[Step]:
        """Return what to type next, most urgent first."""
        from registry.status import cures

        yield from cures.steps(self.conditions, self.uncommitted, bool(self.problem))
        if self.others and not any(states.NOT_COMMITTED in c.states for c in self.conditions):
            yield cures.commit(self.uncommitted)


def _as_json(condition: Condition, outdated: dict[str, list[str]]) -> dict[str, Any]:
    known, marker = condition.judgement.stored, condition.marker
    pushed = {k: getattr(marker, k) for k in ("who", "host", "when", "commit")} if marker else None
    return {
        "entry": str(condition.entry),
        "state": condition.state,
        "states": condition.states,
        "here": condition.here._asdict() if condition.here else None,
        "there": known._asdict() if known else None,
        "unseen": condition.judgement.unseen,
        "pushed": pushed,
        "version": marker.version if marker else "",
        "made_from": marker.made_from if marker else {},
        "sources_changed": outdated.get(str(condition.entry), []),
        "changes": {kind: asdict(change) for kind, change in condition.judgement.changes.items()},
        "said": condition.judgement.said,
    }


def _sum(amounts: list[Amount | None]) -> Amount:
    known = [amount for amount in amounts if amount]
    return Amount(sum(a.files for a in known), sum(a.bytes for a in known))
