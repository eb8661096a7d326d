"""Decides what to do with each path of an entry: the table of the sync protocol, and no more.

Three sides are compared: what is here (local), what this checkout last verified (the baseline)
and what S3 lists (remote). Clocks are never compared. Nothing here reads a disk or a network.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sized
from dataclasses import dataclass, field
from functools import partial

PUSH, PULL = "push", "pull"

# How a side differs from the baseline. A path that neither side of the pair has is the SAME.
SAME, CHANGED, GONE = "same", "changed", "gone"

NOTHING = "nothing"  # in step already
UPLOAD = "upload"
DELETE = "delete"  # take the key out of S3
FETCH = "fetch"
TRASH = "trash"  # vanished upstream: set the local file aside
ADOPT = "adopt"  # both sides have the same new bytes: only the baseline learns it
FORGET = "forget"  # gone on both sides: only the baseline learns it
KEEP = "keep"  # changed here, not pushed yet
KEEP_GONE = "keep gone"  # deleted here, not pushed yet
BEHIND = "behind"  # S3 has news that must be pulled before a push
KEEP_MINE = "keep mine"  # a conflict that TAKE=local resolved on a pull: the baseline learns theirs
CONFLICT = "conflict"  # both sides changed: a person must choose

Cells = frozenset[tuple[str, str]]
NO_CELLS: Cells = frozenset()
TABLE = {  # (local against baseline, remote against baseline): (on push, on pull)
    (SAME, SAME): (NOTHING, NOTHING),
    (CHANGED, SAME): (UPLOAD, KEEP),
    (GONE, SAME): (DELETE, KEEP_GONE),
    (SAME, CHANGED): (BEHIND, FETCH),
    (SAME, GONE): (BEHIND, TRASH),
    (CHANGED, CHANGED): (CONFLICT, CONFLICT),  # unless the bytes are equal: ADOPT
    (CHANGED, GONE): (CONFLICT, CONFLICT),
    (GONE, CHANGED): (CONFLICT, FETCH),
    (GONE, GONE): (FORGET, FORGET),
}

# The cells that TAKE=local turns to what is here, on a push: conflicts always; what S3 lost outside
# this tool as well; and, where a push was torn, all that it left behind.
CONFLICTS = frozenset(cell for cell, (on_push, _) in TABLE.items() if on_push == CONFLICT)
LOST = frozenset({(SAME, GONE)})
NEWS = frozenset({(SAME, CHANGED)})

# Verdicts on an entry as a whole.
NOT_HERE = "not checked out"  # nothing local: never a deletion
REMOVED = "removed upstream"  # nothing remote where there was something


def decide(
    direction: str,
    cell: tuple[str, str],
    equal: Callable[[], bool],
    is_here: Callable[[], bool],
    mine: Cells = NO_CELLS,
) -> str:
    """The action for one path. `equal` says whether both sides hold the same bytes; asked rarely.

    The cells of `mine` (TAKE=local) are resolved to what is here: a push sends it, or deletes what
    is not here; a pull keeps it and learns what S3 holds, so that the next push may.
    """
    if cell == (CHANGED, CHANGED) and equal():
        return ADOPT
    on_push, on_pull = TABLE[cell]
    if direction == PULL:
        return KEEP_MINE if on_pull == CONFLICT and cell in mine else on_pull
    if cell not in mine:
        return on_push
    return UPLOAD if is_here() else DELETE


@dataclass
class Plan:
    """The actions for every path of one entry, and the verdict on the whole (often none)."""

    direction: str
    verdict: str = ""
    actions: dict[str, list[str]] = field(default_factory=dict)

    def __getitem__(self, action: str) -> list[str]:
        return self.actions.get(action, [])

    def add(self, action: str, path: str) -> None:
        self.actions.setdefault(action, []).append(path)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has to move, be deleted, be learned or be refused."""
        return not self.verdict and not (self.actions.keys() - {NOTHING, KEEP, KEEP_GONE})

    @property
    def moves(self) -> bool:
        """Whether S3 or the entry's folder has to change."""
        return bool(self.actions.keys() & {UPLOAD, DELETE, FETCH, TRASH})


def compare(
    direction: str,
    paths: Iterable[str],
    local: Callable[[str], str],
    remote: Callable[[str], str],
    equal: Callable[[str], bool],
    here: Container[str],
    mine: Cells = NO_CELLS,
) -> Plan:
    """Return the plan for an entry that no verdict was passed on.

    `paths` are those of any side. `local` and `remote` answer SAME, CHANGED or GONE against the
    baseline for one of them; `equal` answers whether local and remote hold the same bytes; `here`
    holds the paths that this disk has.
    """
    plan, is_here = Plan(direction), here.__contains__
    for path in paths:
        cell = local(path), remote(path)
        action = decide(direction, cell, partial(equal, path), partial(is_here, path), mine)
        if action != NOTHING:
            plan.add(action, path)
    return plan


def judge(direction: str, local: Sized, base: Sized, remote: Sized) -> str:
    """The verdict on a whole entry, before its paths are looked at; "" means: look at them."""
    if len(base) and not len(remote):
        return REMOVED
    if not len(local) and direction == PUSH:
        return NOT_HERE
    return ""


def is_too_much(deletes: int, whole: int) -> bool:
    """Return whether that many deletions of an entry with `whole` files need a person's word."""
    return deletes > 0 and 2 * deletes > whole
