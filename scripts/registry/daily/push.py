"""Sends entries to S3, each one whole and verified before anything there is deleted.

Raw datasets go in the version that their `.dvc` files name; one that was changed, but not added, is
refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import Any

from registry import console, parallel
from registry.console import print_line, say
from registry.entries import Entry
from registry.errors import RegistryError
from registry.humanize import human_bytes, plural
from registry.progress import Meter
from registry.remote import connect
from registry.remote.session import Session
from registry.sections import MIRRORED
from registry.sync import describe, lineage
from registry.sync.push import Push
from registry.transfer import engine

Tell = Callable[[], int]  # says what became of what was asked for; the exit code
BEST_EFFORT = (
    "\npush: this store has no conditional writes: two pushes of one entry within a second are "
    "told apart by best effort only"
)


def push(session: Session, chosen: list[Entry], are_named: bool, begun: list[Push]) -> int:
    """Send them, and say what became of each; the exit code.

    Raw datasets go beside the others: DVC takes a second to look, with no request to make.
    `begun`: what was looked at in S3 already, if anything was.
    """
    mirrored = [entry for entry in chosen if entry.section in MIRRORED]
    if not begun:
        first = (Push(entry, session).look_ahead for entry in mirrored[:1])
        begun = [connect.first(session, ask) for ask in first]
    raw = [entry for entry in chosen if entry.section not in MIRRORED]
    if not mirrored:
        connect.enter(session)
    seen = {one.entry: one for one in begun}
    with Meter("sent", 0, 0) as meter:
        raw_part = _later(partial(send_raw, session, raw, are_named, meter))
        mirrored_part = _later(partial(send_mirrored, session, mirrored, seen, meter))
        told = parallel.both(raw_part, mirrored_part) if raw else [mirrored_part()]
    return console.worst([console.attempt("push", tell) for tell in told])


def _later(work: Callable[[], Tell]) -> Callable[[], Tell]:
    """Have an error of one part told when both are done: it does not stop the other."""

    def part() -> Tell:
        try:
            return work()
        except RegistryError as error:
            caught = error

        def fail() -> int:
            raise caught

        return fail

    return part


def send_raw(session: Session, chosen: list[Entry], are_named: bool, meter: Meter) -> Tell:
    """Send raw datasets; what is left is to say what became of each, then one summary line.

    Of those that nobody named, some are not here at all.
    """
    from registry import dvc_file  # a push of the mirrored sections starts without
    from registry.raw import push as raw_push

    if not are_named:
        chosen = [entry for entry in chosen if raw_push.has_bytes(entry)]
    if not chosen:
        return lambda: 0
    choice = raw_push.choose(session, chosen)
    if session.options.dry_run:
        results = [raw_push.Result(dataset.entry, raw_push.way(dataset)) for dataset in choice.fit]
    else:
        meter.expect(*dvc_file.total(dataset.entry for dataset in choice.fit))
        results = raw_push.push(session, choice, partial(meter.moved, "raw"))
    return partial(report_raw, [*choice.refused, *results], session.options.dry_run)


def report_raw(results: list[parallel.Result[str]], dry: bool) -> int:
    from registry.raw.push import NOTHING_TO_PUSH

    code = console.report(results)
    good = [result for result in results if not result.error]
    for result in good:
        version = f"{'send' if dry else 'S3 holds'} the version of {result.entry.name}.dvc"
        print_line(f"{result.entry}: {result.value or version}")
    if not dry:
        idle = sum((result.value or "").startswith(NOTHING_TO_PUSH) for result in good)
        rest = f", {idle} with {NOTHING_TO_PUSH}" if idle else ""
        say(f"push: {plural(len(good) - idle, 'raw dataset')} up to date in S3{rest}")
    return code


def send_mirrored(
    session: Session, chosen: list[Entry], seen: dict[Entry, Push], meter: Meter
) -> Tell:
    """Send mirrored entries; `seen`: those for which S3 was asked already."""
    if not chosen:
        return lambda: 0
    hands = engine.movers(session)
    looked = parallel.each(chosen, lambda e: e, partial(look, session, seen), hands)
    pushes = [r.value for r in looked if r.value]
    if session.options.dry_run:
        return partial(report_plans, session, pushes, looked)
    files = sum(push.files for push in pushes)
    meter.expect(files, sum(push.bytes for push in pushes))
    of_entry = {push.entry: push for push in pushes}
    quiet = [push for push in pushes if push.is_idle]
    active = lineage.waves([push.entry for push in pushes if not push.is_idle])
    done: list[parallel.Result[None]] = []
    with engine.doubled(session, files):
        for wave in [quiet, *([of_entry[entry] for entry in wave] for wave in active)]:
            done += parallel.each(wave, lambda p: p.entry, partial(send, meter), hands)
    place = {entry: number for number, entry in enumerate(of_entry)}
    done.sort(key=lambda result: place[result.entry])
    how_quick = meter.took + meter.rate
    return partial(report, session, pushes, [*[r for r in looked if r.error], *done], how_quick)


def report_plans(session: Session, pushes: list[Push], looked: list[parallel.Result[Push]]) -> int:
    for line in chain.from_iterable(map(describe.planned_push, pushes)):
        print_line(line)
    if any(push.files for push in pushes):
        say(f"push: {engine.carrier(session)}")
    return console.report(looked)


def look(session: Session, seen: dict[Entry, Push], entry: Entry) -> Push:
    """Plan one entry's push."""
    push = seen.get(entry) or Push(entry, session)
    push.look()
    push.decide()
    return push


def send(meter: Meter, push: Push) -> None:
    """Carry out one entry's plan."""
    if push.is_idle:
        push.learn()
        return
    try:
        push.claim()
        push.send(partial(meter.moved, str(push.entry)))
        push.delete()
        push.seal()
    except BaseException:
        push.abandon()
        raise
    meter.moved(str(push.entry), push.bytes)
    meter.finished(push.files)


def report(
    session: Session, pushes: list[Push], results: list[parallel.Result[Any]], how_quick: str
) -> int:
    """Say what happened to each entry, then one summary line."""
    failed = {r.entry for r in results if r.error}
    good = [p for p in pushes if p.entry not in failed]
    for push in good:
        text = describe.done_push(push)
        if text:
            print_line(f"{push.entry}: {text}")
    code = console.report(results)
    behind = sum(push.is_behind for push in good)
    refused = f", {behind} older than S3's" if behind else ""
    refused += f", {len(failed)} not done" if failed else ""
    effort = "" if all(p.is_idle for p in good) or session.is_conditional() else BEST_EFFORT
    size = human_bytes(sum(p.sent_bytes for p in good))
    say(
        f"push: {plural(len(good) - behind, 'entry', 'entries')} up to date in S3, "
        f"{plural(sum(p.sent for p in good), 'file')} sent "
        f"({size}) {how_quick}{refused}{effort}"
    )
    return code
