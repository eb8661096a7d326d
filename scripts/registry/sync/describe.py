"""Describes a push or pull of one entry: what it would do, and what it did."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from registry.entries import Entry
from registry.humanize import plural, some
from registry.index.content import short
from registry.sections import SECTIONS
from registry.sync import compare
from registry.sync.compare import Plan

if TYPE_CHECKING:  # a push has no need of pull, nor a pull of push
    from registry.sync.pull import Pull
    from registry.sync.push import Push

PULLED = {
    compare.FETCH: "fetch: new or changed in S3",
    compare.TRASH: "to the trash: deleted in S3",
    compare.KEEP: "keep: changed here, not pushed",
    compare.KEEP_GONE: "leave out: deleted here, not pushed",
    compare.KEEP_MINE: "keep: changed on both sides, TAKE=local",
}
PUSHED = {
    compare.UPLOAD: "upload: new or changed here",
    compare.DELETE: "delete in S3: deleted here",
}


def planned_pull(pull: Pull) -> list[str]:
    """Return a line for each file that something would happen to, or that is kept."""
    return [
        f"{pull.entry}/{path}: {PULLED[action]}" for action in PULLED for path in pull.plan[action]
    ]


def done_pull(pull: Pull) -> str:
    """Return what was done to an entry, and what was not and why; "" if there is nothing to say."""
    plan = pull.plan
    kept = [*plan[compare.KEEP], *plan[compare.KEEP_MINE]]
    parts: list[tuple[object, str]] = [
        (pull.wanted, f"{plural(len(pull.wanted), 'file')} fetched"),
        (plan[compare.TRASH], f"{len(plan[compare.TRASH])} deleted in S3, moved to the trash here"),
        (kept, f"{len(kept)} changed here and not pushed, kept"),
        (plan[compare.KEEP_GONE], f"{len(plan[compare.KEEP_GONE])} deleted here and not pushed"),
        (
            pull.unverifiable,
            f"{len(pull.unverifiable)} whose ETag does not tell what they hold",
        ),
        (pull.survey.outside_news, pull.survey.outside_news),
        (_versions(pull), _versions(pull)),
        (_replaced(pull), f"{len(_replaced(pull))} replaced, kept in the trash (`make trash`)"),
    ]
    return _joined(parts)


def _versions(pull: Pull) -> str:
    """Which version replaced which, and how to go back, where files were replaced or deleted."""
    before, now = pull.version_before, pull.survey.marker.version if pull.survey.marker else ""
    if before == now or not (pull.replaces or pull.plan[compare.TRASH]):
        return ""
    text = f"version {short(before)} > {short(now)}"
    if not SECTIONS[pull.entry.section].keeps_days:
        return text
    if not before:
        return f"{text} (back: `make history DATASET={pull.entry:sh}` lists the versions)"
    return f"{text} (back: `make rollback DATASET={pull.entry:sh} TO={short(before)}`, then pull)"


def planned_push(push: Push) -> list[str]:
    """Return a line for each file that something would happen to."""
    return [
        f"{push.entry}/{path}: {PUSHED[action]}" for action in PUSHED for path in push.plan[action]
    ]


def done_push(push: Push) -> str:
    """Say what was done to an entry, and what stayed here and why; "" for nothing."""
    local, behind, deletion = push.survey.local, push.plan[compare.BEHIND], push.deletion
    hidden = push.sending.unverifiable if push.claimed else set()
    parts: list[tuple[object, str]] = [
        (push.sent, f"{plural(push.sent, 'file')} sent"),
        (push.copied, f"{push.copied} copied in S3, which had their bytes under another path"),
        (deletion.deleted, f"{len(deletion.deleted)} deleted in S3"),
        (deletion.remade, f"{some(deletion.remade)} made here again meanwhile: push again"),
        (behind, f"S3 has news ({some(behind)}): `make pull DATASET={push.entry:sh}`"),
        (local.left_out, f"{len(local.left_out)} left out ({some(local.left_out)})"),
        (
            local.empty_folders,
            f"{plural(len(local.empty_folders), 'empty folder')} left out, S3 stores none: "
            + some(local.empty_folders),
        ),
        (hidden, f"{len(hidden)} whose ETag does not tell what they hold"),
        (push.survey.outside_news, push.survey.outside_news),
    ]
    return _joined(parts)


def _lines(entry: Entry, plan: Plan, words: dict[str, str]) -> list[str]:
    return [f"{entry}/{path}: {words[action]}" for action in words for path in plan[action]]


def _joined(parts: list[tuple[object, str]]) -> str:
    """The texts of the parts that there is something of."""
    return ", ".join(text for something, text in parts if something)


def _replaced(pull: Pull) -> list[str]:
    """What went to the trash though S3 has a file of its name: nobody meant to replace it."""
    if not pull.keeps_replaced:
        return []
    return [path for path in pull.wanted if pull.trash and os.path.lexists(pull.trash / path)]
