"""Bring one entry back to what the registry holds; what is discarded here goes to the trash.

usage: reset_entry.py section/name

A raw dataset goes back to what its `.dvc` file says, any other entry to what S3 holds. The good
copy is fetched and checked before anything here is touched. DRY_RUN=1 only says what it would do.
"""

from __future__ import annotations

from pathlib import Path

from registry import console, dvc_file, entries, lock
from registry.console import say
from registry.entries import Entry
from registry.errors import Refusal, RegistryError, UsageError
from registry.humanize import human_bytes, plural
from registry.progress import Meter
from registry.raw import cache, dvc, manifest, verified
from registry.remote import connect
from registry.remote.session import Session
from registry.sections import SECTIONS, SYNCED
from registry.sync import compare, place, trash
from registry.sync.pull import Pull
from registry.sync.survey import Survey


def main(argv: list[str]) -> int:
    if len(argv) > 1:
        raise UsageError("one entry at a time: DATASET=section/name")
    entry = entries.select_one(argv[0] if argv else "", SYNCED)
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
    """Set aside what differs, then `dvc checkout`; the cache has it all before anything moves."""
    survey = Survey(entry, session)
    survey.look_here()
    if survey.local.blocked:
        raise Refusal(f"{entry}: {survey.local.blocked[0]}")
    name = dvc.targets([entry])[0]
    if not entry.dvc_file.exists():
        raise Refusal(f"{entry}: there is no {name} to reset to; nothing touched")
    if not session.options.dry_run:
        dvc.run(entries.ROOT, "fetch", name, live=True)  # the cache has it whole, or this raises
    discarded = differing(survey)
    tell(entry, discarded, f"to be replaced by the version of {entry.name}.dvc")
    if session.options.dry_run:
        return 0
    aside = trash.new(entry, "reset")
    moved = [
        p for p in discarded if place.take_away(entry.folder / p, survey.local.files[p], aside / p)
    ]
    try:
        dvc.run(entries.ROOT, "checkout", name)
    except BaseException:
        put_back(entry, aside, moved)
        raise
    seen, when = verified.look(entry)
    version = dvc_file.on_disk(entry)
    is_stored = version and not manifest.not_in_s3(entries.ROOT, [version])
    if is_stored and not dvc.is_changed(entry):  # the cache may hold what was never pushed
        verified.remember(entry, session.remote.identity, seen, when)
    brought = len(cache.manifest_here(entry).keys() - (survey.local.files.keys() - {*moved}))
    trash.tidy(aside)
    summary(entry, aside, brought)
    return 0


def differing(survey: Survey) -> list[str]:
    """The files here that are not as the version says: changed ones, and ones it does not have."""
    try:
        wanted = cache.manifest_here(survey.entry)
    except RegistryError:  # not fetched yet, in a dry run
        wanted = manifest.manifest(survey.session.client, survey.entry)
    here = survey.local.files
    survey.read_bytes((path, wanted[path]) for path in here if path in wanted)
    return sorted(p for p in here if p not in wanted or not survey.holds(p, wanted[p]))


def put_back(entry: Entry, aside: Path, moved: list[str]) -> None:
    """After a failed checkout: what was set aside is here again."""
    for path in moved:
        if not (entry.folder / path).exists():
            place.put(aside / path, entry.folder / path, None, aside / path)


def tell(entry: Entry, paths: list[str], fate: str) -> None:
    for path in paths:
        print(f"{entry}/{path}: {fate}")


def summary(entry: Entry, aside: Path | None, files: int, size: str = "") -> None:
    kept = aside is not None and aside.exists()
    where = f"; the old files are in the trash for {trash.KEPT_DAYS} days (`make trash`)"
    say(f"reset: {entry}: {plural(files, 'file')} brought back{size}{where if kept else ''}")


if __name__ == "__main__":
    raise SystemExit(console.run(main))
