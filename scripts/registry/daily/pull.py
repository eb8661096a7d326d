"""Brings entries up to what S3 holds, and raw datasets to what their `.dvc` files name.

Each comes whole or not at all, and nothing comes at all where a disk has no room for all of it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from registry import console, disk, entries, parallel
from registry.console import print_line, say
from registry.entries import Entry
from registry.errors import NothingStored, Refusal
from registry.humanize import human_bytes, plural
from registry.index import baseline
from registry.progress import Meter
from registry.raw import prefetch, room, verified
from registry.raw import pull as raw_pull
from registry.raw.cache import Cache
from registry.remote import connect
from registry.remote.session import Session
from registry.sections import MIRRORED
from registry.sync import describe, trash
from registry.sync.pull import Pull
from registry.transfer import engine


def pull(session: Session, chosen: list[Entry], etags: dict[str, str] | None) -> int:
    """Bring them, and say what became of each; the exit code.

    `etags`: the markers', if S3 was asked for them already.
    """
    mirrored = [entry for entry in chosen if entry.section in MIRRORED]
    if etags is None:
        etags = connect.enter(session) if mirrored else {}
    hands = engine.movers(session)
    looked = parallel.each(mirrored, lambda e: e, partial(look, session, etags), hands)
    pulls = [r.value for r in looked if r.value]
    raw = raw_pull.choose(session, (entry for entry in chosen if entry.section not in MIRRORED))
    for dataset in raw.kept:
        cure = verified.choices(dataset)
        say(f"{dataset.entry}: changed here and not added, kept; {cure}")
    if session.options.dry_run:
        print_plans(raw, pulls)
        if any(pull.wanted for pull in pulls):
            say(f"pull: {engine.carrier(session)}")
        codes = [console.report(looked), console.report(raw.refused)]
        return console.worst([*codes, look_for_room(session, pulls, by_files(session, raw))])
    raw_plan = prefetch.plan(session, raw.wanted)
    needs = [*room.of_plan(raw_plan), *room.of_files(raw.foreign, raw_plan.cache)]
    if code := look_for_room(session, pulls, needs):
        return console.worst([code, console.report(looked), console.report(raw.refused)])
    done, raw_done, took = carry_out(session, raw, raw_plan, pulls)
    trash.purge(entries.ROOT)
    code = report(pulls, [*[r for r in looked if r.error], *done], took) if mirrored else 0
    return console.worst([code, report_raw([*raw.refused, *raw_done])])


def by_files(session: Session, raw: raw_pull.Incoming) -> list[disk.Need]:
    """Return what the raw datasets take, as far as that is known without asking S3."""
    return [*room.of_files([*raw.wanted, *raw.foreign], Cache.of(session.root))]


def look_for_room(session: Session, pulls: list[Pull], raw: list[disk.Need]) -> int:
    """Say what is to come, and what is free for it; code 3 where it does not fit."""
    disks = disk.disks([*(pull.need for pull in pulls), *raw], engine.movers(session))
    try:
        disk.refuse_lack(disks)
    except Refusal as error:
        say(f"pull: {error}")
        return error.exit_code
    for one in disks:
        say(f"pull: {one}")
    return 0


def carry_out(
    session: Session, raw: raw_pull.Incoming, raw_plan: prefetch.Prefetch, pulls: list[Pull]
) -> tuple[list[parallel.Result[None]], list[raw_pull.Result], str]:
    """Mirrored entries, raw ones beside them; what became of either, and the time it took."""
    files = raw_plan.amount.files + sum(len(p.wanted) for p in pulls)
    size = raw_plan.amount.bytes + sum(p.wanted_bytes for p in pulls)
    doubled = engine.doubled(session, files)
    with doubled, Meter("fetched", files, size) as meter, ThreadPoolExecutor(1) as beside:
        raw_done = beside.submit(raw_pull.bring, raw_plan, partial(meter.moved, "raw"))
        hands = engine.movers(session)
        done = parallel.each(pulls, lambda p: p.entry, partial(bring, meter), hands)
        took, brought = meter.took + meter.rate, raw_done.result()
    return done, brought + raw_pull.bring_by_dvc(session, raw.foreign), took


def look(session: Session, etags: dict[str, str], entry: Entry) -> Pull:
    """Plan one entry's pull; `etags` of the markers."""
    known = baseline.header(entry, session.remote.identity)
    is_known = bool(known and known.marker and known.marker == etags.get(str(entry)))
    pull = Pull(entry, session)
    pull.look(is_known and not session.options.full)
    pull.decide()
    if not pull.survey.remote and not pull.survey.local.files:
        why = "it has a card, but S3 holds nothing for it: ask its author to push it"
        raise NothingStored(why)
    return pull


def bring(meter: Meter, pull: Pull) -> None:
    """Carry out one entry's plan."""
    try:
        pull.fetch(partial(meter.moved, str(pull.entry)))
        pull.place()
        pull.finish()
    except BaseException:
        pull.abandon()
        raise
    meter.moved(str(pull.entry), pull.wanted_bytes)
    meter.finished(len(pull.wanted))


def print_plans(raw: raw_pull.Incoming, pulls: list[Pull]) -> None:
    for dataset in [*raw.wanted, *raw.foreign]:
        print_line(f"{dataset.entry}: fetch the version that {dataset.entry.name}.dvc names")
    for pull in pulls:
        for line in describe.planned_pull(pull):
            print_line(line)


def report(pulls: list[Pull], results: list[parallel.Result[Any]], took: str) -> int:
    """Say what happened to each entry, then one summary line."""
    failed = {r.entry for r in results if r.error}
    for pull in pulls:
        text = describe.done_pull(pull)
        if text and pull.entry not in failed:
            print_line(f"{pull.entry}: {text}")
    code = console.report(results)
    good = [p for p in pulls if p.entry not in failed]
    up_to_date = f"{plural(len(good), 'entry', 'entries')} up to date, " if good else ""
    files, size = sum(len(p.wanted) for p in good), sum(p.wanted_bytes for p in good)
    refused = f", {len(failed)} not done" if failed else ""
    say(f"pull: {up_to_date}{plural(files, 'file')} fetched ({human_bytes(size)}) {took}{refused}")
    return code


def report_raw(results: list[raw_pull.Result]) -> int:
    if not results:
        return 0
    for result in results:
        if not result.error:
            print_line(f"{result.entry}: at the version of {result.entry.name}.dvc")
        if not result.error and not result.value:
            cure = to_push(result.entry)
            say(f"{result.entry}: S3 lacks this version, or holds it damaged: {cure}")
    code = console.report(results)
    good = sum(not r.error for r in results)
    say(f"pull: {plural(good, 'raw dataset')} brought up to date")
    return code


def to_push(entry: Entry) -> str:
    """Return what brings its version to S3 from here: a push, which a wrong card would stop."""
    from registry.cards import check

    first = f"`make check-cards DATASET={entry:sh}`, then " if check.find_bad([entry]) else ""
    return f"{first}`make push DATASET={entry:sh}`"
