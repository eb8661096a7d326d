"""Give entries their marker: S3 holds a whole, verified state of them.

usage: seal_entries.py [section/name ...]

Seals every entry that is byte for byte the same here and in S3, such as one that plain aws
commands put there. An entry whose last push was never finished is sealed only by name and with
CONFIRM=name: what S3 holds now is then taken for its state. DRY_RUN=1 only says what it would do.
"""

from __future__ import annotations

from functools import partial

from registry import console, entries, lock, options, parallel, selection
from registry.console import say
from registry.humanize import plural
from registry.remote import connect
from registry.sections import MIRRORED
from registry.sync import seal
from registry.transfer import engine


def main(argv: list[str]) -> int:
    named = [word for word in argv if word.strip()]
    chosen = selection.select(named, MIRRORED)
    if not named:
        chosen = [entry for entry in chosen if entry.folder.exists()]
    lock.take(entries.ROOT, "make seal")
    session, _ = connect.connect()
    accepted = options.text("CONFIRM")
    one, hands = partial(seal.seal, session, accepted), engine.movers(session)
    results = parallel.each(chosen, lambda e: e, one, hands)
    for result in results:
        if result.value:
            print(f"{result.entry}: {result.value}")
    say(f"seal: {plural(sum(not r.error for r in results), 'entry', 'entries')} sealed")
    return console.report(results)


if __name__ == "__main__":
    raise SystemExit(console.run(main, "seal"))
