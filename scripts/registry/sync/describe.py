"""What a pull says of one entry: what it would do, and what it did."""

from __future__ import annotations

from registry.humanize import plural
from registry.sync import compare
from registry.sync.pull import Pull

WHY = {
    compare.FETCH: "fetch: new or changed in S3",
    compare.TRASH: "to the trash: deleted in S3",
    compare.KEEP: "keep: changed here, not pushed",
    compare.KEEP_GONE: "leave out: deleted here, not pushed",
    compare.KEEP_MINE: "keep: changed on both sides, TAKE=local",
}


def planned(pull: Pull) -> list[str]:
    """A line for each file that something would happen to, or that is kept."""
    return [f"{pull.entry}/{path}: {WHY[action]}" for action in WHY for path in pull.plan[action]]


def done(pull: Pull) -> str:
    """What was done to an entry, and what was not and why; "" if there is nothing to say."""
    plan = pull.plan
    kept = [*plan[compare.KEEP], *plan[compare.KEEP_MINE]]
    parts = [
        (pull.wanted, f"{plural(len(pull.wanted), 'file')} fetched"),
        (plan[compare.TRASH], f"{len(plan[compare.TRASH])} deleted in S3, moved to the trash here"),
        (kept, f"{len(kept)} changed here and not pushed, kept"),
        (plan[compare.KEEP_GONE], f"{len(plan[compare.KEEP_GONE])} deleted here and not pushed"),
        (pull.unverifiable, f"{len(pull.unverifiable)} encrypted so that nobody can verify them"),
        (pull.survey.outside_news, pull.survey.outside_news),
    ]
    return ", ".join(text for there, text in parts if there)
