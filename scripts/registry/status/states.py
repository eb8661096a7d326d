"""Names the states of an entry, and judges which of them a plan means."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from registry.entries import Amount, Entry
from registry.sync import compare
from registry.sync.compare import Plan
from registry.sync.marker import Marker

# The states, most urgent first: an entry that is in several shows the first one.
UNFIT = "cannot be stored"  # links out of it, special files, names that no disk takes
PUSHING = "being pushed"
TORN = "torn push"  # never finished, then unlocked
CONFLICT = "conflict"
REMOVED = "removed upstream"
MOVED = "moved"  # its marker says where to
NO_CARD = "no card"
NEWER = "newer in S3"
NOT_ADDED = "not added"  # a raw dataset that DVC has no version of, as it is now
CHANGED = "changed here"
NOT_PUSHED = "not pushed"  # S3 has nothing of it, or not this version of a raw dataset
NOT_HERE = "not here"
NOTHING = "nothing in S3"  # a card, and neither a folder here nor bytes in S3
UNREAD = "not compared"  # so much would have to be read that a pull should do it
NOT_COMMITTED = "not committed"
FREED = "freed"  # not here, on purpose
UP_TO_DATE = "up to date"
UNCHANGED = "unchanged here"  # when S3 could not be asked
KEPT = "kept"  # an experiment with a card
GARBAGE = "garbage"  # one without
STATES = (
    UNFIT, PUSHING, TORN, CONFLICT, REMOVED, MOVED, NO_CARD, NEWER, NOT_ADDED, CHANGED, NOT_PUSHED,
    NOT_HERE, NOTHING, UNREAD, NOT_COMMITTED, FREED, UP_TO_DATE, UNCHANGED, KEPT, GARBAGE,
)  # fmt: skip
QUIET = (FREED, UP_TO_DATE, UNCHANGED, KEPT, GARBAGE)  # nothing to do about them

CHANGES = {  # a plan's actions, as a person sees them
    compare.CONFLICT: CONFLICT,
    compare.FETCH: NEWER,
    compare.TRASH: NEWER,
    compare.KEEP: CHANGED,
    compare.KEEP_GONE: CHANGED,
}
UPSTREAM, PAST, MOVE = "upstream", "past", "move"
EXAMPLES = 5  # how many paths of each kind are kept


@dataclass
class Change:
    """How many paths changed in one way, and the first few of them."""

    files: int = 0
    paths: list[str] = field(default_factory=list)

    def add(self, paths: list[str]) -> None:
        self.files += len(paths)
        self.paths = sorted([*self.paths, *paths])[:EXAMPLES]


@dataclass
class Judgement:
    """What a comparison of an entry's sides says.

    `stored`: what S3 has of it, None for nothing; `unseen`: that could not be looked at.
    `in_the_way`: a file here where S3 has a folder, or the other way round; `said` tells which.
    """

    states: list[str]
    stored: Amount | None = None
    changes: dict[str, Change] = field(default_factory=dict)
    said: str = ""  # what else there is to say, in words
    unseen: bool = False
    in_the_way: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Judgement:
        """Raises TypeError or KeyError for what `as_json` never made."""
        stored = Amount(*value["stored"]) if value["stored"] else None
        changes = {kind: Change(**change) for kind, change in value["changes"].items()}
        return cls(
            list(value["states"]),
            stored,
            changes,
            value["said"],
            value["unseen"],
            value["in_the_way"],
        )


@dataclass
class Condition:
    """One entry as it is now: `states` are most urgent first, and never none.

    `unfit`: the path that cannot be stored, if one is to blame. `is_ours`: whether the push that is
    unfinished is this checkout's own; `may_restore`: whether its files were whole before that push.
    `has_bad_card`: whether its card would stop a push; asked only where one is next.
    `is_unmerged`: whether a merge of Git left a conflict in its card or `.dvc` file.
    `card_in_git`: where Git has the card of one that is not here: in UPSTREAM, in the PAST, in the
    commit of a MOVE, which comes with the advice for its old name, or "".
    """

    entry: Entry
    judgement: Judgement
    here: Amount | None = None
    marker: Marker | None = None
    unfit: str = ""
    is_ours: bool = False
    may_restore: bool = False
    has_bad_card: bool = False
    is_unmerged: bool = False
    card_in_git: str = ""

    @property
    def states(self) -> list[str]:
        return self.judgement.states

    @property
    def state(self) -> str:
        return self.states[0]

    @property
    def is_quiet(self) -> bool:
        return self.state in QUIET

    def add(self, state: str) -> None:
        """Put it among the states, instead of the one that says that all is well."""
        kept = [s for s in self.states if s not in (UP_TO_DATE, UNCHANGED)]
        self.judgement.states = sorted({*kept, state}, key=STATES.index)


def of_plan(plan: Plan, has_baseline: bool, stored: Amount | None) -> Judgement:
    """Return what a pull's plan says about an entry that has files here."""
    if plan.verdict == compare.REMOVED:
        return Judgement([REMOVED], stored)
    changes: dict[str, Change] = {}
    for action, paths in plan.actions.items():
        if action in CHANGES:
            changes.setdefault(CHANGES[action], Change()).add(paths)
    if not has_baseline and stored and not stored.files:
        return Judgement([NOT_PUSHED], stored)
    states = sorted(changes, key=STATES.index)
    return Judgement(states or [UP_TO_DATE], stored, changes)
