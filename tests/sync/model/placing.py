"""A pull's last part: files into the entry, and the baseline for those that got there."""

from __future__ import annotations

from collections.abc import Iterator

from model.disk import Baseline, Disk, File, Journal, Row, Stat, Stop, folder_of
from model.looking import View
from model.store import Marker
from registry.sync import compare
from registry.sync.compare import FETCH, FORGET, TRASH


def place_all(me: Disk, view: View, plan: compare.Plan, marker: Marker | None) -> Iterator[str]:
    rows, skipped = view.learned(plan), []
    yield from write_journal(me, view, plan)
    if not me.world.rules.stat_at_plan:
        view.stats |= {path: file.stat() for path, file in me.files.items()}
    for path in plan[TRASH]:
        if (yield from set_aside(me, path, view.stats[path])):
            del rows[path]
        else:
            skipped.append(path)
    yield from drop_folders(me, plan)
    for path in plan[FETCH]:
        stat = yield from place(me, path, view.stats.get(path))
        if stat:
            rows[path] = Row(stat, view.listing[path])
        else:
            skipped.append(path)
    if me.world.rules.skipped_keeps_its_row:
        rows |= {path: me.base.rows[path] for path in skipped if path in me.base.rows}
    yield from record(me, rows, None if skipped else marker)
    if skipped:
        raise Stop(1, "files changed under the pull: pull again")


def drop_folders(me: Disk, plan: compare.Plan) -> Iterator[str]:
    """What vanished takes its folder along, and every folder only once."""
    gone = [*plan[TRASH], *plan[FORGET]]
    if not me.world.rules.emptied_folders_go:
        return
    if not me.world.rules.folders_go_once:
        yield from drop_folder_of_each(me, plan[TRASH])
        return
    for folder in sorted({folder_of(path) for path in gone} - {""}):
        yield f"rmdir {folder}"
        if not me.holds(folder):
            me.folders.discard(folder)


def drop_folder_of_each(me: Disk, paths: list[str]) -> Iterator[str]:
    """A fault there was: of two files that vanish with their folder, the second has none."""
    for folder in filter(None, map(folder_of, paths)):
        yield f"list {folder}"
        if folder not in me.folders:
            raise Stop(1, f"{folder}: no such folder")
        if not me.holds(folder):
            me.folders.discard(folder)


def write_journal(me: Disk, view: View, plan: compare.Plan) -> Iterator[str]:
    if plan[FETCH] and me.world.rules.journal_pulls:
        yield "take the journal to disk"
        placing = {path: view.listing[path] for path in plan[FETCH]}
        me.journal = Journal(me.world.tick(), placing=placing)


def record(me: Disk, rows: dict[str, Row], marker: Marker | None) -> Iterator[str]:
    yield "write the baseline"
    me.record(Baseline(rows, marker, me.journal.serial if me.journal else 0))
    if me.journal:
        yield "drop the journal"
        me.journal = None


def is_planned(file: File, planned: Stat) -> bool:
    """After a rename, which moves the ctime."""
    return file.stat()[:3] == planned[:3]


def set_aside(me: Disk, path: str, planned: Stat) -> Iterator[str]:
    yield f"check {path}"
    if path not in me.files or me.files[path].stat() != planned:
        return False
    yield f"rename {path} into trash"
    me.same_disk()
    if path not in me.files:
        return False
    file = me.files.pop(path)
    file.moved()
    me.trash.append(file)
    yield f"check what went to trash for {path}"
    if is_planned(file, planned):
        return True
    if path not in me.files:
        me.trash.remove(file)
        me.files[path] = file
    return False


def place(me: Disk, path: str, planned: Stat | None) -> Iterator[str]:
    """The placed file's stat, or None where the user was there first."""
    new = me.stage.pop(path)
    staged = new.stat()
    yield f"check {path}"
    now = me.files[path].stat() if path in me.files else None
    if now != planned:
        return None if me.world.rules.record_placed_only else now
    yield f"{'swap' if planned else 'link'} {path}"
    me.same_disk()
    old = me.files.get(path)
    if (old is None) != (planned is None):
        return None
    me.files[path] = new
    me.folders |= {folder_of(path)} - {""}
    new.moved()
    if old and planned and not (yield from keep_or_return(me, path, old, planned, new, staged)):
        return None
    yield f"stat the placed {path}"
    return new.stat() if is_planned(new, staged) else None


def keep_or_return(
    me: Disk, path: str, old: File, planned: Stat, new: File, staged: Stat
) -> Iterator[str]:
    """Whether what the swap took out was the planned file; if not, it goes back."""
    if me.world.rules.swap_into_trash:
        me.trash.append(old)
    yield f"check what was swapped out of {path}"
    if old in me.trash:
        me.trash.remove(old)
    if is_planned(old, planned):
        return True
    if me.files.get(path) is new and is_planned(new, staged):  # the user made nothing of it yet
        me.files[path] = old
    else:
        me.trash.append(old)
    return False
