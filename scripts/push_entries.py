"""Send mirrored entries to S3, each one whole and verified before anything there is deleted.

usage: push_entries.py [section/name ...]    (or - for one per line on standard input)

Nothing in S3 is overwritten that this checkout has not seen. TAKE=local lets this checkout win
where both sides changed, DELETE=1 allows deleting most of an entry, DRY_RUN=1 only says what it
would do.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from registry import console, entries, parallel
from registry.console import say
from registry.entries import Entry
from registry.humanize import human_bytes, plural
from registry.progress import Meter
from registry.remote import connect
from registry.remote.session import Session
from registry.sections import MIRRORED
from registry.sync import compare
from registry.sync.push import Push
from registry.transfer import engine


def main(argv: list[str]) -> int:
    chosen = entries.select(console.words_from(argv), MIRRORED)
    session, _ = connect.connect()
    looked = parallel.each(chosen, lambda e: e, partial(look, session))
    pushes = [r.value for r in looked if r.value]
    if session.options.dry_run:
        for push in pushes:
            print_plan(push)
        return console.report(looked)
    session.plans = sum(bool(files(push)) for push in pushes)
    meter = Meter("sent", sum(map(files, pushes)), sum(p.bytes for p in pushes))
    hands = engine.movers(session)
    try:
        done = parallel.each(pushes, lambda p: p.entry, partial(send, meter), hands)
    finally:
        meter.close()
    return report(session, pushes, [*[r for r in looked if r.error], *done], meter)


def look(session: Session, entry: Entry) -> Push:
    """Plan one entry's push."""
    push = Push(entry, session)
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
    meter.finished(files(push))


def files(push: Push) -> int:
    return len(push.plan[compare.UPLOAD])


def print_plan(push: Push) -> None:
    for path in push.plan[compare.UPLOAD]:
        print(f"{push.entry}/{path}: upload: new or changed here")
    for path in push.plan[compare.DELETE]:
        print(f"{push.entry}/{path}: delete in S3: deleted here")


def report(
    session: Session, pushes: list[Push], results: list[parallel.Result[Any]], meter: Meter
) -> int:
    """Say what happened to each entry, then one summary line."""
    failed = {r.entry for r in results if r.error}
    good = [p for p in pushes if p.entry not in failed]
    for push in good:
        text = describe(push)
        if text:
            print(f"{push.entry}: {text}")
    code = console.report(results)
    refused = f", {len(failed)} not done" if failed else ""
    effort = "" if all(p.is_idle for p in good) or session.is_conditional() else BEST_EFFORT
    say(
        f"push: {plural(len(good), 'entry', 'entries')} up to date in S3, "
        f"{plural(sum(map(files, good)), 'file')} sent "
        f"({human_bytes(sum(p.bytes for p in good))}) {meter.took}{refused}{effort}"
    )
    return code


BEST_EFFORT = (
    "\npush: this store has no conditional writes: two pushes of one entry within a second are "
    "told apart by best effort only"
)


def describe(push: Push) -> str:
    """What was done to an entry, and what stayed here and why; "" if there is nothing to say."""
    local, deletes = push.survey.local, push.plan[compare.DELETE]
    hidden = push.sending.unverifiable if push.claimed else set()
    parts = [
        (files(push), f"{plural(files(push), 'file')} sent"),
        (deletes, f"{len(deletes)} deleted in S3"),
        (local.left_out, f"{len(local.left_out)} left out ({', '.join(local.left_out[:3])})"),
        (
            local.empty_folders,
            f"{plural(len(local.empty_folders), 'empty folder')} left out, S3 stores none: "
            + ", ".join(local.empty_folders[:3]),
        ),
        (hidden, f"{len(hidden)} encrypted so that nobody can verify them"),
        (push.survey.outside_news, push.survey.outside_news),
    ]
    return ", ".join(text for there, text in parts if there)


if __name__ == "__main__":
    raise SystemExit(console.run(main))
