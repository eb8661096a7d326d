"""Give entries their marker: S3 holds a whole, verified state of them.

usage: seal_entries.py [section/name ...]

Seals every entry that is byte for byte the same here and in S3, such as one that plain aws
commands put there. An entry whose last push was never finished is sealed only by name and with
CONFIRM=name: what S3 holds now is then taken for its state. DRY_RUN=1 only says what it would do.
"""

from __future__ import annotations

import os
from functools import partial

from registry import console, entries, lock, parallel
from registry.console import say
from registry.entries import Entry
from registry.errors import Refusal
from registry.humanize import plural
from registry.remote import capabilities, connect
from registry.remote.session import Session
from registry.sections import MIRRORED
from registry.sync import compare, marker, refusals
from registry.sync.push import Push
from registry.sync.survey import Survey


def main(argv: list[str]) -> int:
    named = [word for word in argv if word.strip()]
    chosen = entries.select(named, MIRRORED)
    if not named:
        chosen = [entry for entry in chosen if entry.folder.exists()]
    lock.take(entries.ROOT, "make seal")
    session, _ = connect.connect()
    accepted = os.environ.get("CONFIRM", "")
    results = parallel.each(chosen, lambda e: e, partial(seal, session, accepted))
    for result in results:
        if result.value:
            print(f"{result.entry}: {result.value}")
    say(f"seal: {plural(sum(not r.error for r in results), 'entry', 'entries')} sealed")
    return console.report(results)


def seal(session: Session, accepted: str, entry: Entry) -> str:
    if accepted and accepted == entry.name:
        return accept(session, entry)
    push = Push(entry, session)
    push.look()
    push.decide()
    if push.plan.moves or push.plan[compare.BEHIND]:
        raise Refusal(
            "not the same here and in S3: pull or push first; to accept what S3 holds, "
            f"`make seal DATASET={entry:sh} CONFIRM={entry:name}`"
        )
    if push.is_idle:
        push.learn()
        return "sealed already"
    if session.options.dry_run:
        return "to be sealed"
    push.claim()
    push.seal()
    return "sealed"


def accept(session: Session, entry: Entry) -> str:
    """Write a `done` marker over what S3 lists, whatever is here."""
    survey = Survey(entry, session)
    survey.look_there()
    there = survey.marker
    if there and there.state == marker.PUSHING:
        raise refusals.being_pushed(entry, there)
    if not survey.remote:
        raise Refusal("S3 holds nothing for it")
    if session.options.dry_run:
        return f"to be sealed as S3 holds it, {plural(len(survey.remote), 'file')}"
    sealed = marker.pushing(session, capabilities.new_token()).sealing(survey.remote)
    try:
        marker.write(session.client, entry, sealed, survey.marker_etag, session.is_conditional())
    except marker.Taken:
        raise Refusal("somebody began to push it just now") from None
    return f"sealed as S3 holds it, {plural(len(survey.remote), 'file')}: now pull it"


if __name__ == "__main__":
    raise SystemExit(console.run(main))
