"""Give disk back: take entries off this machine once S3 was seen to hold every byte of them.

usage: free_entries.py [section/name ...]

UNUSED=30d takes those that nobody here read or wrote for so long (m, h, d or w), NEED=50G the ones
unused for longest until so much is free on the disk of the first one that is named, or else of the
registry. An entry that was freed is left out by `make pull`; a pull
that names it brings it again. READ_BACK=1 reads from S3 what its ETag does not tell, IN_USE=1 frees
what a process here has open, ARCHIVED=1 what S3 has in an archive and gives back only after hours;
DRY_RUN=1 only says what would go.
"""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path
from typing import Any

from registry import console, disk, freed, lock, options, parallel, selection
from registry.console import say
from registry.daily import gate
from registry.entries import ROOT, Entry
from registry.errors import Refusal, UsageError
from registry.humanize import human_bytes, plural
from registry.index import scan
from registry.progress import Meter
from registry.raw.dataset import Dataset
from registry.raw.free import RawFreeing
from registry.remote import connect
from registry.remote.session import Session
from registry.sections import RAW, SECTIONS, SYNCED
from registry.sync import free_rules, usage
from registry.sync.free import Freeing
from registry.sync.free_mirrored import MirroredFreeing
from registry.sync.usage import Usage


def main(argv: list[str]) -> int:
    words = [word for word in argv if word.strip()]
    unused, need = options.age("UNUSED", "30d"), room(options.text("NEED"))
    if not words and not unused and not need:
        raise UsageError("which entries? Add DATASET=section/name, UNUSED=30d or NEED=50G")
    chosen = selection.select(words, SECTIONS if words else SYNCED)
    lock.take(ROOT, "make free")
    gate.take_back()
    session, _ = connect.connect()
    used = sorted(map(look, chosen), key=lambda one: one.last)
    if unused or need:
        used = [one for one in used if one.files]
    place = ROOT / chosen[0].section if words and chosen else ROOT
    if unused:
        used = usage.not_since(used, time.time() - unused)
    if need:
        used = [one for one in used if disk.device(one.entry.folder) == disk.device(place)]
        refuse_too_little(used, need, place)
    return free_all(session, used, need, place)


def room(text: str) -> int:
    """`50G` in bytes. A number alone may mean gigabytes to who typed it: it is an error."""
    if text.isdigit():
        raise UsageError(f"NEED={text!r}: say of what, such as NEED={text}G")
    return options.amount("NEED", "50G", "KMGT")


def look(entry: Entry) -> Usage:
    """Return how much of an entry is here, and when it was used last."""
    if entry.section == RAW:
        dataset = Dataset.anyway(entry)
        return usage.of(entry, dataset.base, dataset.scan().files)
    return usage.of(entry, entry.folder, scan.scan(entry.folder, everything=True).files)


def refuse_too_little(used: list[Usage], need: int, place: Path) -> None:
    """Refuse before anything goes where all of them together would not be enough."""
    free, most = disk.free(place), sum(one.bytes for one in used)
    if free + most < need:
        raise Refusal(
            f"NEED={need:,} bytes: {human_bytes(free)} are free, and all that could go is "
            f"{human_bytes(most)}; nothing was freed"
        )


def free_all(session: Session, used: list[Usage], need: int, place: Path) -> int:
    results: list[parallel.Result[Any]] = []
    back = 0
    with Meter("read", sum(one.files for one in used), sum(one.bytes for one in used)) as meter:
        for one in used:
            if need and disk.free(place) + (back if session.options.dry_run else 0) >= need:
                break
            done = parallel.each([one], lambda one: one.entry, partial(free_one, session, meter))[0]
            results.append(done)
            back += done.value or 0
            meter.finished(one.files)
    code = console.report(results)
    good = sum(not r.error for r in results)
    would = " would be" if session.options.dry_run else ""
    say(
        f"free: {plural(good, 'entry', 'entries')}{would} freed, {human_bytes(back)} given back; "
        f"{human_bytes(disk.free(place))} free"
    )
    return console.worst([code, missed(need, place) if not session.options.dry_run else 0])


def missed(need: int, place: Path) -> int:
    free = disk.free(place)
    if free >= need:
        return 0
    say(f"free: refused: {human_bytes(free)} free are less than NEED asks for")
    return Refusal.exit_code


def free_one(session: Session, meter: Meter, one: Usage) -> int:
    """Free one entry, and say so; the bytes that it gives back."""
    entry = one.entry
    if SECTIONS[entry.section].travels == "never":
        raise free_rules.experiment(entry)
    if is_away(entry) and not session.options.dry_run:
        freed.note(entry, session.remote.identity)
        print(f"{entry}: not here, and `make pull` leaves it out from now on, until it is named")
        return 0
    made: Freeing = (RawFreeing if entry.section == RAW else MirroredFreeing)(entry, session)
    made.look()
    if session.options.dry_run:
        when = time.strftime("%Y-%m-%d", time.localtime(one.last)) if one.files else "not here"
        print(f"{entry}: {plural(one.files, 'file')}, {human_bytes(one.bytes)}, last used {when}")
        return one.bytes
    back = made.carry_out(partial(meter.moved, str(entry)))
    again = f"`make pull DATASET={entry:sh}` brings it again"
    print("; ".join([f"{entry}: freed, {human_bytes(back)} given back", again, *made.notes]))
    return back


def is_away(entry: Entry) -> bool:
    """Return whether nothing of it takes room here."""
    if entry.section == RAW:
        dataset = Dataset.anyway(entry)
        return not (dataset.is_here or dataset.is_cached)
    return not os.path.lexists(entry.folder)


if __name__ == "__main__":
    raise SystemExit(console.run(main, "free"))
