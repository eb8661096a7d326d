"""The gate of pull.sh and push.sh: names the entries that may have something to move.

usage: select_entries.py pull|push [section/name | name | section/ ...]

Takes the checkout's lock, proves that S3 answers, and prints one entry per line on stdout. It
compares markers and stats only; an entry that it does not name is up to date.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from registry import access, console, crew, entries, journal, lock, raw, rooms, scan, state
from registry.console import plural, say
from registry.entries import Entry
from registry.errors import Refusal, UsageError
from registry.sections import SECTIONS, SYNCED
from registry.session import Session


def main(argv: list[str]) -> int:
    if not argv or argv[0] not in ("pull", "push"):
        raise UsageError("usage: select_entries.py pull|push [section/name ...]")
    direction, words = argv[0], argv[1:]
    if not all(word.strip() for word in words):
        raise UsageError("an empty name: name an entry, or nothing at all for all of them")
    chosen = entries.select(words, SYNCED)
    lock.take(entries.ROOT, f"./{direction}.sh")
    rooms.sweep(entries.ROOT)
    session, etags = access.connect()
    wanted, refused = [], []
    for entry in chosen:
        try:
            if _judge(direction, entry)(session, etags, entry, bool(words)):
                wanted.append(entry)
        except Refusal as error:
            refused.append(crew.Result[None](entry, error=error))
    if direction == "push":
        wanted, bad = _with_good_cards(wanted)
        refused += bad
    for entry in wanted:
        print(entry)
    if not wanted and not refused:
        say(f"{direction}: {plural(len(chosen), 'entry', 'entries')}, nothing to do")
    return crew.report(refused)


def _with_good_cards(wanted: list[Entry]) -> tuple[list[Entry], list[crew.Result[None]]]:
    """The entries whose cards may go out, and a refusal for each of the others."""
    if not wanted:
        return [], []
    from registry import card_gate

    bad = card_gate.find_bad(wanted)
    refused = [crew.Result[None](e, error=card_gate.refusal(e, bad[e])) for e in bad]
    return [entry for entry in wanted if entry not in bad], refused


def _judge(direction: str, entry: Entry) -> Callable[[Session, dict[str, str], Entry, bool], bool]:
    if SECTIONS[entry.section].travels == "dvc":
        return _pull_raw if direction == "pull" else _push_raw
    return _pull if direction == "pull" else _push


def _pull(session: Session, etags: dict[str, str], entry: Entry, named: bool) -> bool:
    if not entry.card.exists():
        return _without_card(entry, named)
    known = state.header(entry, session.remote.identity)
    sealed = known and known.marker and known.marker == etags.get(str(entry))
    if not known or not sealed or session.options.full:
        return True
    return known.stamp != scan.scan(entry.folder).stamp


def _push(session: Session, etags: dict[str, str], entry: Entry, named: bool) -> bool:
    if not os.path.lexists(entry.folder):
        torn = journal.load(entry, session.remote.identity)  # or others wait for it for ever
        return named or torn is not None  # the push itself says that it is not here
    if not entry.card.exists():
        return _without_card(entry, True)
    known = state.header(entry, session.remote.identity)
    if not known or not known.marker or session.options.full:
        return True
    if journal.load(entry, session.remote.identity):
        return True
    found = scan.scan(entry.folder)
    return known.stamp != found.stamp or bool(found.blocked or found.problems)


def _pull_raw(session: Session, etags: dict[str, str], entry: Entry, named: bool) -> bool:
    if not entry.dvc_file.exists():
        if not os.path.lexists(entry.folder):
            raise Refusal("it has a card, but no .dvc file yet: ask its author to push it")
        return _without_dvc_file(entry) if named else False
    return session.options.full or not raw.is_current(entry, session.remote.identity)


def _push_raw(session: Session, etags: dict[str, str], entry: Entry, named: bool) -> bool:
    if not entry.dvc_file.exists():
        return _without_dvc_file(entry) if os.path.lexists(entry.folder) else named
    if not entry.card.exists():
        return _without_card(entry, True)
    if raw.is_on_remote(entry, session.remote.identity) and not session.options.full:
        here = os.path.lexists(entry.folder)
        return here and not raw.is_untouched(entry, session.remote.identity)
    return named or os.path.lexists(entry.folder) or raw.is_cached(entry)


def _without_card(entry: Entry, named: bool) -> bool:
    """An entry without a card is not the registry's; that is worth a word if it was asked for."""
    if named:
        raise Refusal(f"it has no card: `make card DATASET={entry:sh}` begins one")
    return False


def _without_dvc_file(entry: Entry) -> bool:
    raise Refusal(f"it was never added: `make add DATASET={entry:sh}`")


if __name__ == "__main__":
    raise SystemExit(console.run(main, *sys.argv[1:2]))
