"""Carries out what a move changes here: folders, cards, ledger, `.dvc` file, what is staged in Git.

Each step is done or not, never half; done again it changes nothing. Nothing is committed.
"""

from __future__ import annotations

import os
from glob import escape
from pathlib import Path

from registry import dvc_file, files, freed, git
from registry.errors import Refusal
from registry.index import baseline
from registry.move.known import Baselines
from registry.move.plan import MovePlan
from registry.sections import RAW
from registry.sync import trash


def check(plan: MovePlan, back: bool = False) -> None:
    """Raises Refusal where a file or folder is neither as before the move nor as after it."""
    again = plan.command + (" UNDO=1" if back else "")
    for name, (before, after) in plan.files.items():
        if _text(plan.root / name) not in (before, after):
            raise Refusal(
                f"{name} was changed since this move began: keep your change somewhere else, "
                f"`git diff -- {name}` shows it, take it out, then `{again}`"
            )
    aside = dict(pair for pair in plan.folders if pair[0] in plan.replaces)
    for source, target in plan.folders:
        is_free = target in aside and not os.path.lexists(plan.root / aside[target])
        both = all(os.path.lexists(plan.root / path) for path in (source, target))
        if both and source not in aside and not is_free:
            raise Refusal(f"both {source} and {target} are there: move one away, then `{again}`")


def plan_trash(plan: MovePlan) -> None:
    """Have the folders of what is replaced go to the trash here, before others take their place."""
    here = [entry for entry in plan.replaced_entries if os.path.lexists(entry.folder)]
    places = [(str(e), os.path.relpath(trash.new(e, "moved"), plan.root)) for e in here]
    plan.folders[:0] = places


def carry_out(plan: MovePlan) -> None:
    _sweep(plan)
    for source, target in plan.folders:
        _rename(plan.root / source, plan.root / target)
    for name, (_, after) in plan.files.items():
        _write(plan.root / name, after)
    if plan.old_entry.section == RAW:
        _carry_raw(plan)
    _carry_freed(plan)
    _stage(plan, {name: after is not None for name, (_, after) in plan.files.items()})


def go_back(plan: MovePlan) -> None:
    _sweep(plan)
    for source, target in reversed(plan.folders):
        _rename(plan.root / target, plan.root / source)
        if source in plan.replaces:
            trash.tidy(plan.root / target)
    for name, (before, _) in plan.files.items():
        _write(plan.root / name, before)
    if plan.old_entry.section == RAW:
        Baselines(plan).restore(plan.new_entry)
    freed.forget(plan.new_entry)
    if plan.stored.get("was_freed"):
        freed.note(plan.new_entry, plan.remote)
    tracked = set(plan.stored.get("tracked", ()))
    _stage(plan, {name: name in tracked for name in plan.files})


def _sweep(plan: MovePlan) -> None:
    """Take away what a killed run had begun to write beside the texts."""
    for path in (plan.root / name for name in plan.files):
        files.drop_abandoned(path.parent.glob(f".{escape(path.name)}.*"))


def note_former(plan: MovePlan) -> None:
    """Remember, for the way back, which of the files Git has, and whether the new one was freed."""
    if "tracked" not in plan.stored:
        plan.stored["tracked"] = git.tracked(plan.root, *plan.files) if plan.files else []
        plan.stored["was_freed"] = freed.is_noted(plan.new_entry, plan.remote)


def _rename(source: Path, target: Path) -> None:
    if os.path.lexists(source) and not os.path.lexists(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        os.rename(source, target)


def _write(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink(missing_ok=True)
    elif _text(path) != text:
        files.write_whole(path, text.encode(), durable=True)


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return None


def _carry_raw(plan: MovePlan) -> None:
    """The version is the same, whatever its `.dvc` file is called; so are the files' stats."""
    old, new = plan.old_entry, plan.new_entry
    known = baseline.load(old, plan.remote)
    Baselines(plan).keep(new)
    baseline.forget(new)
    before, _ = plan.files[f"{old}.dvc"]
    if before is None or not known.marker or known.marker != dvc_file.version_of(before.encode()):
        return
    known.marker = dvc_file.version(new)
    baseline.save(new, plan.remote, known, 0)


def _carry_freed(plan: MovePlan) -> None:
    freed.forget(plan.new_entry)
    if freed.is_noted(plan.old_entry, plan.remote):
        freed.note(plan.new_entry, plan.remote)


def _stage(plan: MovePlan, wanted: dict[str, bool]) -> None:
    present = [name for name, is_wanted in wanted.items() if is_wanted]
    absent = [name for name, is_wanted in wanted.items() if not is_wanted]
    if absent:
        words = ("rm", "-q", "-f", "--cached", "--ignore-unmatch", "--", *absent)
        git.run(plan.root, *words)
    if present:
        git.run(plan.root, "add", "--", *present)
