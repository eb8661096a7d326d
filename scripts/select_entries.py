"""The gate of pull.sh and push.sh: names the entries that may have something to move.

usage: select_entries.py pull|push [section/name | name | section/ ...]

Takes the checkout's lock, proves that S3 answers, and prints one entry per line on stdout. It
compares markers and stats only; an entry that it does not name is up to date.
"""

from __future__ import annotations

import sys

from registry import access, console, crew, entries, lock, rooms
from registry.console import plural, say
from registry.entries import Entry
from registry.errors import UsageError
from registry.gate import Gate, Refused
from registry.sections import SYNCED


def main(argv: list[str]) -> int:
    if not argv or argv[0] not in ("pull", "push"):
        raise UsageError("usage: select_entries.py pull|push [section/name ...]")
    direction, words = argv[0], argv[1:]
    if not all(word.strip() for word in words):
        raise UsageError("an empty name: name an entry, or nothing at all for all of them")
    chosen = entries.select(words, SYNCED)
    lock.take(entries.ROOT, f"./{direction}.sh")
    rooms.sweep(entries.ROOT)
    session = access.begin()
    gate = Gate(session, chosen, bool(words))
    gate.etags = access.enter(session)
    wanted, refused = gate.sift(chosen, direction)
    if direction == "push":
        wanted, bad = _with_good_cards(wanted)
        refused += bad
    for entry in wanted:
        print(entry)
    if not wanted and not refused:
        say(f"{direction}: {plural(len(chosen), 'entry', 'entries')}, nothing to do")
    return crew.report(refused)


def _with_good_cards(wanted: list[Entry]) -> tuple[list[Entry], list[Refused]]:
    """The entries whose cards may go out, and a refusal for each of the others."""
    if not wanted:
        return [], []
    from registry import card_gate

    bad = card_gate.find_bad(wanted)
    refused = [Refused(e, error=card_gate.refusal(e, bad[e])) for e in bad]
    return [entry for entry in wanted if entry not in bad], refused


if __name__ == "__main__":
    raise SystemExit(console.run(main, *sys.argv[1:2]))
