"""Bring one entry back to what the registry holds; what is discarded here goes to the trash.

usage: reset_entry.py section/name

A raw dataset goes back to what its `.dvc` file says, any other entry to what S3 holds. The good
copy is fetched and checked before anything here is touched. DRY_RUN=1 only says what it would do.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from registry import console, disk, dvc_file, entries, lock, selection
from registry.console import say
from registry.entries import Entry
from registry.errors import Refusal
from registry.humanize import human_bytes, plural
from registry.progress import Meter
from registry.raw import reset as raw_reset
from registry.raw.dataset import Dataset
from registry.remote import connect
from registry.remote.session import Session
from registry.sections import SECTIONS, SYNCED
from registry.sync import compare, trash
from registry.sync.pull import Pull


def main(argv: list[str]) -> int:
    entry = selection.select_one(" ".join(argv), SYNCED)
    lock.take(entries.ROOT, "make reset")
    session, _ = connect.connect()
    if SECTIONS[entry.section].travels == "dvc":
        return reset_raw(session, entry)
    return reset_mirrored(session, entry)


def reset_mirrored(session: Session, entry: Entry) -> int:
    pull = Pull(entry, session, reset=True)
    pull.look()
    pull.decide()
    discarded = [p for p in pull.wanted if p in pull.survey.local.files]
    tell(entry, discarded, "to be replaced by S3's")
    tell(entry, pull.plan[compare.TRASH], "to be taken away, S3 has no such file")
    disk.refuse_lack(disk.disks([pull.need], at_once=1))
    if session.options.dry_run:
        return 0
    meter = Meter("fetched", len(pull.wanted), pull.wanted_bytes)
    try:
        try:
            pull.fetch(lambda count: meter.moved(str(entry), count))
        finally:
            meter.close()
        pull.place()
        pull.finish()
    except BaseException:
        pull.abandon()
        raise
    size = f" ({human_bytes(pull.wanted_bytes)}) {meter.took}"
    summary(entry, pull.trash, len(pull.wanted), size)
    return 0


def reset_raw(session: Session, entry: Entry) -> int:
    """Set aside what differs from the version; the cache has it all before anything moves."""
    if not entry.dvc_file.exists():
        raise Refusal(f"{entry}: there is no {entry}.dvc to reset to; nothing touched")
    with Meter("fetched", *dvc_file.total([entry])) as meter:
        reset = raw_reset.look(session, Dataset.of(entry), partial(meter.moved, "raw"))
    for path in reset.discarded:
        print(f"{reset.dataset.shown(path)}: to be replaced by the version of {entry.name}.dvc")
    if session.options.dry_run:
        return 0
    raw_reset.carry_out(session, reset)
    summary(entry, reset.aside, reset.brought)
    return 0


def tell(entry: Entry, paths: list[str], fate: str) -> None:
    for path in paths:
        print(f"{entry}/{path}: {fate}")


def summary(entry: Entry, aside: Path | None, files: int, size: str = "") -> None:
    kept = aside is not None and aside.exists()
    where = f"; the old files are in the trash for {trash.KEPT_DAYS} days (`make trash`)"
    say(f"reset: {entry}: {plural(files, 'file')} brought back{size}{where if kept else ''}")


if __name__ == "__main__":
    raise SystemExit(console.run(main, "reset"))
