"""What to do with each path of an entry: the table of the sync protocol, and nothing else.

Three sides are compared: what is here (local), what this checkout last verified (the baseline)
and what S3 lists (remote). Clocks are never compared. Nothing here reads a disk or a network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass, field

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

# Verdicts on an entry as a whole.
NOT_HERE = "not checked out"  # nothing local: never a deletion
REMOVED = "removed upstream"  # nothing remote where there was something


def decide(
    direction: str, local: str, remote: str, equal: Callable[[], bool], mine: bool = False
) -> str:
    """The action for one path. `equal` says whether both sides hold the same bytes; asked rarely.

    `mine` (TAKE=local) resolves a conflict to what is here: a push sends it, a pull keeps it and
    learns what S3 holds, so that the next push may.
    """
    if local == remote == CHANGED and equal():
        return ADOPT
    on_push, on_pull = TABLE[local, remote]
    action = on_push if direction == PUSH else on_pull
    if action != CONFLICT or not mine:
        return action
    if direction == PULL:
        return KEEP_MINE
    return UPLOAD if local == CHANGED else DELETE


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
    mine: bool = False,
) -> Plan:
    """The plan for an entry that no verdict was passed on.

    `paths` are those of any side. `local` and `remote` answer SAME, CHANGED or GONE against the
    baseline for one of them; `equal` answers whether local and remote hold the same bytes.
    """
    plan = Plan(direction)
    for path in paths:
        action = decide(direction, local(path), remote(path), lambda p=path: equal(p), mine)  # type: ignore[misc]
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
    """Whether that many deletions of an entry with `whole` files need a person's word."""
    return deletes > 0 and 2 * deletes > whole
