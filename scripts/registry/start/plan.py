"""Says line by line what a start will do; then does it as one commit, or not at all."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from registry import git
from registry.cards import debt
from registry.entries import Entry
from registry.humanize import plural, some
from registry.remote import dvc_config
from registry.remote.location import Remote
from registry.start import debts, drafts, join, undo
from registry.start.former import Former, Share


@dataclass
class Start:
    """Where the registry will be, whose files it will have, and what goes and comes."""

    remote: Remote
    former: Former | None
    share: Share
    samples: list[Entry]  # to be taken out
    bare: list[Entry]  # with data and without a card: a draft is written
    left: dict[str, str]  # with data, and no card is written: why
    remotes: dict[str, dict[str, str]]  # of the former one's DVC config, by name


def described(plan: Start) -> list[str]:
    """Return what will be done, a line each."""
    remote, bare = plan.remote, plan.bare
    lines = _of_former(plan.former, plan.share) if plan.former else []
    lines.append(f"the registry is {remote.url}" + (f" at {remote.address}" * bool(remote.address)))
    lines.append(f"{plural(len(plan.samples), 'sample entry', 'sample entries')} taken out")
    if bare:
        names = some([str(entry) for entry in bare])
        lines.append(f"{plural(len(bare), 'card')} begun, with blanks to fill in: {names}")
    lines += [f"no card for {name}: {why}" for name, why in plan.left.items()]
    return lines


def _of_former(former: Former, share: Share) -> list[str]:
    more = len(share.theirs) - len(share.cards) - len(share.versions)
    lines = [
        f"from {former.where}, branch {former.branch}, commit {former.commit[:12]}, with its "
        f"history: {plural(len(share.cards), 'card')}, "
        f"{plural(len(share.versions), '.dvc file')}, {plural(more, 'other file')}"
    ]
    if former.shared.url != former.where:
        lines.append(f"origin is to be {former.shared.url}, of which that is a checkout")
    if share.both:
        lines.append(f"of both sides, line by line: {some(share.both, 9)}")
    if share.ours:
        look = f"git show {former.commit[:12]}:{shlex.quote(share.ours[0])}"
        lines.append(f"ours, with theirs in the history (`{look}`): {some(share.ours, 40)}")
    if share.left_out:
        lines.append(f"left out, a DVC project of its own: {some(share.left_out)}")
    return lines


def carry_out(plan: Start, root: Path) -> int:
    """Do it and commit; everything is as it was when that fails on the way.

    How many problems of cards are tolerated from now on.
    """
    was = undo.now(root)
    try:
        _commit(plan, root)
        owed = debts.begin(root)  # of cards that are committed, so that comes first
        if owed:
            join.commit(root, "List the problems of old cards", debt.DEBT_FILE)
    except BaseException:
        git.run(root, "reset", "-q", "--hard", was["before"])
        undo.restore_local(root, was["local"])
        raise
    renamed = False
    if plan.former:
        renamed = undo.point_origin(root, plan.former.shared.url)
        undo.call_branch(root, plan.former.shared.branch)
    undo.remember(root, was, renamed)
    return owed


def _commit(plan: Start, root: Path) -> None:
    if plan.former:
        join.merge(root, plan.former, plan.share, plan.samples)
    else:
        join.drop_cards(root, plan.samples)
    dvc_config.write(root, plan.remote, local=False)
    dvc_config.carry(root, plan.remotes, plan.remote.name)
    cards = drafts.write(root, plan.bare)
    of = f"Take over the registry of {plan.former.where}" if plan.former else "Start our registry"
    join.commit(root, of, ".dvc/config", *cards)
