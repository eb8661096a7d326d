"""Bring entries up to what S3 holds, and raw datasets to the versions that their `.dvc` files name.

usage: pull_entries.py [section/name ...]    (or - for one per line on standard input)

Each comes whole or not at all. Changes made here and not pushed yet are kept. TAKE=local keeps them
where both sides changed, DELETE=1 allows setting aside most of an entry, DRY_RUN=1 only says what
it would do, FULL=1 lists S3 also where a marker says that nothing changed.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from registry import console, entries, parallel
from registry.console import say
from registry.entries import Entry
from registry.errors import Refusal
from registry.humanize import human_bytes, plural
from registry.index import baseline
from registry.progress import Meter
from registry.raw.pull import RawPull
from registry.remote import connect
from registry.remote.session import Session
from registry.sections import MIRRORED, SYNCED
from registry.sync import describe, trash
from registry.sync.pull import Pull
from registry.transfer import engine


def main(argv: list[str]) -> int:
    chosen = entries.select(console.words_from(argv), SYNCED)
    mirrored = [entry for entry in chosen if entry.section in MIRRORED]
    session, etags = connect.connect() if mirrored else (connect.begin(), {})
    looked = parallel.each(mirrored, lambda e: e, partial(look, session, etags))
    pulls = [r.value for r in looked if r.value]
    raw = RawPull(session, [entry for entry in chosen if entry.section not in MIRRORED])
    for entry in raw.kept:
        cure = f"`make add DATASET={entry:sh}` or `make reset …`"
        say(f"{entry}: changed here and not added, kept; {cure}")
    if session.options.dry_run:
        print_plans(raw, pulls)
        return console.report(looked)
    done, took = carry_out(session, raw, pulls)
    trash.purge(entries.ROOT)
    code = report(pulls, [*[r for r in looked if r.error], *done], took) if mirrored else 0
    return console.worst([code, report_raw(raw, raw.finish()) if raw.wanted else 0])


def carry_out(
    session: Session, raw: RawPull, pulls: list[Pull]
) -> tuple[list[parallel.Result[None]], str]:
    """Mirrored entries, raw ones beside them; what became of the former, and the time it took."""
    files, size = raw.plan()
    session.plans = sum(bool(p.wanted) for p in pulls)
    files += sum(len(p.wanted) for p in pulls)
    size += sum(p.wanted_bytes for p in pulls)
    with Meter("fetched", files, size) as meter, raw.beside(meter):
        hands = engine.movers(session)
        done = parallel.each(pulls, lambda p: p.entry, partial(bring, meter), hands)
        return done, meter.took


def look(session: Session, etags: dict[str, str], entry: Entry) -> Pull:
    """Plan one entry's pull."""
    known = baseline.header(entry, session.remote.identity)
    is_known = bool(known and known.marker and known.marker == etags.get(str(entry)))
    pull = Pull(entry, session)
    pull.look(is_known and not session.options.full)
    pull.decide()
    if not pull.survey.remote and not pull.survey.local.files:
        raise Refusal("it has a card, but S3 holds nothing for it yet: ask its author to push it")
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


def print_plans(raw: RawPull, pulls: list[Pull]) -> None:
    for entry in raw.wanted:
        print(f"{entry}: fetch the version that {entry.name}.dvc names")
    for pull in pulls:
        for line in describe.planned_pull(pull):
            print(line)


def report(pulls: list[Pull], results: list[parallel.Result[Any]], took: str) -> int:
    """Say what happened to each entry, then one summary line."""
    failed = {r.entry for r in results if r.error}
    for pull in pulls:
        text = describe.done_pull(pull)
        if text and pull.entry not in failed:
            print(f"{pull.entry}: {text}")
    code = console.report(results)
    good = [p for p in pulls if p.entry not in failed]
    files, size = sum(len(p.wanted) for p in good), sum(p.wanted_bytes for p in good)
    refused = f", {len(failed)} not done" if failed else ""
    say(
        f"pull: {plural(len(good), 'entry', 'entries')} up to date, "
        f"{plural(files, 'file')} fetched ({human_bytes(size)}) {took}{refused}"
    )
    return code


def report_raw(raw: RawPull, results: list[parallel.Result[None]]) -> int:
    for result in results:
        if not result.error:
            print(f"{result.entry}: at the version of {result.entry.name}.dvc")
    for entry in raw.unsent:
        say(f"{entry}: this version is not in S3 yet: `make push DATASET={entry:sh}`")
    code = console.report(results)
    good = sum(not r.error for r in results)
    say(f"pull: {plural(good, 'raw dataset')} brought up to date")
    return code


if __name__ == "__main__":
    raise SystemExit(console.run(main))
