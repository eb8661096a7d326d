"""Refuses what must not be pushed or pulled: each guard raises a Refusal that names the way out.

They look at a survey and at the plan made of it, and change nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from registry import files, names
from registry.index import scan
from registry.names import folders_of
from registry.sync import compare, copies, marker, refusals
from registry.sync.compare import Plan
from registry.sync.survey import Survey

DEEPEST = names.KEY_BYTES // 2
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")


def check_push(survey: Survey, plan: Plan, is_ours: bool) -> None:
    """Refuse a push that this plan must not make.

    `is_ours`: whether the push that is unfinished in S3 is this checkout's own.
    """
    _refuse_leftovers(survey, plan)
    refusal = refusals.of_verdict(survey, plan, is_ours)
    if refusal:
        raise refusal
    if survey.is_torn and (plan[compare.CONFLICT] or plan[compare.BEHIND]):
        raise refusals.torn(survey)
    if plan[compare.CONFLICT]:
        raise refusals.conflict(survey.entry, plan[compare.CONFLICT])
    if not is_ours:
        _refuse_behind(survey, plan)
    _refuse_many_deletes(survey, plan)
    _refuse_swaps(survey, plan)


def check_pull(survey: Survey, plan: Plan, reset: bool) -> None:
    """Refuse a pull or a reset that this plan must not make."""
    refusal = refusals.of_verdict(survey, plan)
    if refusal:
        raise refusal
    if plan[compare.CONFLICT]:
        raise refusals.conflict(survey.entry, plan[compare.CONFLICT])
    if not reset:
        _refuse_mass_trash(survey, plan)
    _refuse_other_kinds(survey, plan)
    _refuse_links(survey, plan)
    _refuse_too_deep(plan)
    _refuse_read_only(survey, plan)


def refuse_unfinished(survey: Survey, token: str) -> None:
    """Refuse to pull what may be a mixture of two states. `token`: of our own unfinished push."""
    holder = survey.marker
    if holder and holder.state == marker.PUSHING:
        if token and token == holder.token:
            raise refusals.own_unfinished(survey.entry)
        raise refusals.being_pushed(survey.entry, holder)
    if survey.is_torn:
        raise refusals.torn(survey)


def refuse_unfit(survey: Survey) -> None:
    """Refuse what no disk, or not S3, would take under its name."""
    local, prefix = survey.local, survey.session.remote.prefix(survey.entry)
    lines = local.blocked + local.problems + names.name_problems(local.files, prefix)
    if lines:
        raise refusals.unfit(lines)


def _refuse_leftovers(survey: Survey, plan: Plan) -> None:
    """Half downloads of an interrupted aws: `name.XXXXXXXX` beside a `name` that is known."""
    sides = survey.local.files, survey.remote, survey.base.rows
    left = [p for p in plan[compare.UPLOAD] if _is_leftover(p) and p not in survey.remote]
    left = [p for p in left if any(p[:-9] in side for side in sides)]
    if left:
        raise refusals.leftovers(left)


def _is_leftover(path: str) -> bool:
    dot, tail = path[-9:-8], path[-8:]
    return dot == "." and set(tail) <= _HEX_DIGITS and not tail.isdigit()


def _refuse_behind(survey: Survey, plan: Plan) -> None:
    """S3 has news, which a push would miss; or it lost what no push took away."""
    behind = plan[compare.BEHIND]
    lost = [path for path in behind if path not in survey.remote]
    if lost and not survey.is_sealed:
        raise refusals.lost(survey.entry, lost, len(survey.local.files))
    if behind and plan.moves:
        raise refusals.behind(survey.entry, behind)


def _refuse_many_deletes(survey: Survey, plan: Plan) -> None:
    deletes, whole = len(plan[compare.DELETE]), len(survey.remote)
    options = survey.session.options
    if options.delete or not compare.is_too_much(deletes, whole):
        return
    deletes = len(copies.really_gone(survey, plan))
    if compare.is_too_much(deletes, whole):
        raise refusals.many_deletes(survey.entry, deletes, whole, options.take_local)


def _refuse_swaps(survey: Survey, plan: Plan) -> None:
    """A file in the place of a folder, or the other way round: deletions come last."""
    deletes = {*plan[compare.DELETE]}
    folders = {step for path in deletes for step in folders_of(path)}
    for path in plan[compare.UPLOAD]:
        if path in folders:
            raise refusals.swapped(survey.entry, path, "a file here and a folder")
        for step in deletes.intersection(folders_of(path)):
            raise refusals.swapped(survey.entry, step, "a folder here and a file")


def _refuse_mass_trash(survey: Survey, plan: Plan) -> None:
    gone, whole = len(plan[compare.TRASH]), len(survey.local.files)
    if compare.is_too_much(gone, whole) and not survey.session.options.delete:
        raise refusals.many_gone(survey, gone)


def _refuse_other_kinds(survey: Survey, plan: Plan) -> None:
    for path, kind in of_other_kind(survey, plan):
        raise refusals.other_kind(path, kind)


def of_other_kind(survey: Survey, plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield each file that stays where a folder is wanted, and each folder that holds something
    where a file is: its path, and which of both it is.

    What goes to the trash in this pull makes room, and so does a folder of nothing but folders.
    """
    if not plan[compare.FETCH]:
        return
    here, leaving, top = survey.local, {*plan[compare.TRASH]}, survey.entry.folder
    staying = {*here.files, *here.left_out} - leaving
    is_new = not top.is_dir()
    for path in [] if is_new else plan[compare.FETCH]:
        if path not in here.files and _holds_more(top, path, leaving):
            yield path, "folder"
        for step in folders_of(path):
            if step in staying:
                yield step, "file"


def _holds_more(top: Path, path: str, leaving: set[str]) -> bool:
    """Return whether a folder of this name holds anything but what leaves it."""
    at = top / path
    if at.is_symlink() or not at.is_dir():
        return False
    below = len(os.path.join(top, ""))
    inside = (f"{folder[below:]}/{name}" for folder, names in files.walk(at) for name in names)
    return not leaving.issuperset(inside)


def _refuse_too_deep(plan: Plan) -> None:
    """No key can name so many folders, so it is junk of this disk; and no trash can hold it."""
    deep = [path[: scan.NAMED] + "…" for path in plan[compare.TRASH] if path.count("/") > DEEPEST]
    if deep:
        raise refusals.too_deep(deep)


def _refuse_read_only(survey: Survey, plan: Plan) -> None:
    """Folders that this person may not write to: said before the first file is moved."""
    top, seen = survey.entry.folder, set[Path]()
    for step in set(map(os.path.dirname, [*plan[compare.FETCH], *plan[compare.TRASH]])):
        folder = top / step
        while folder not in seen and not folder.is_dir():
            seen.add(folder)
            folder = folder.parent
        if folder not in seen and not os.access(folder, os.W_OK | os.X_OK):
            raise refusals.read_only(survey.entry, os.path.relpath(folder, survey.entry.root))
        seen.add(folder)


def _refuse_links(survey: Survey, plan: Plan) -> None:
    """Nothing is ever written through a link, or in the place of one."""
    steps: dict[str, str] = {}  # each folder on the way is looked at once
    for path in [*plan[compare.FETCH], *plan[compare.TRASH]]:
        steps.update((step, path) for step in [*folders_of(path), path] if step not in steps)
    if survey.local.files or os.path.lexists(survey.entry.folder):
        for step, path in steps.items():
            if os.path.islink(survey.entry.folder / step):
                raise refusals.link(step, path)
