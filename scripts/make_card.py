#!/usr/bin/env python3
"""Make the card of a new entry from its section's template, with all that a machine can know.

usage: make_card.py section/name [--from "section/name …"] [--code path]

--from names the entries that it derives from: their license, tags and languages are taken over.
--code is a clone of the repository that made it: its url and commit are written down. On a
terminal it asks for the rest; elsewhere blanks (TODO) stay, which check-cards then names. An
experiment also gets its line in experiments/.gitignore. Never overwrites a card.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from registry import console, names
from registry.cards import code as cards_code
from registry.cards import draft, questions
from registry.cards.library import Library
from registry.entries import ROOT, TEMPLATE, Amount, Entry
from registry.errors import Refusal, UsageError
from registry.experiments import ledger
from registry.experiments import state as experiments_state
from registry.files import write_whole
from registry.index import scan
from registry.sections import SECTIONS


def main(argv: list[str]) -> int:
    args = _arguments().parse_args(argv)
    library = Library()
    entry = new_entry(args.entry, library)
    code = cards_code.look(Path(args.code).expanduser(), ROOT) if args.code else None
    files = scan.scan(entry.folder).files
    here = Amount(len(files), sum(stat.size for stat in files.values()))
    card = draft.draft(entry, library, args.sources, code, here)
    for doubt in [*draft.doubts(entry, library), *(code.doubts if code else [])]:
        console.say(f"card: {doubt}")
    if sys.stdin.isatty() and sys.stderr.isatty():
        card = questions.answered(card, library, ask)
    create(entry.card, card.text)
    if entry.section == ledger.SECTION:
        enter(entry)
    print(card.path)
    console.say(f"made {card.path}: fill in its blanks, then `make check-cards DATASET={entry:sh}`")
    return 0


def new_entry(word: str, library: Library) -> Entry:
    """Return the entry to make a card for.

    Raises UsageError for a bad name, Refusal for one with card.
    """
    section, slash, name = word.strip().partition("/")
    name = name.removesuffix("/")  # as the tab key writes it
    if not slash:
        here = [entry for entry in library.names.get(section, []) if not entry.card.exists()]
        if len(here) != 1:
            raise UsageError(f"which entry? Add DATASET=section/name, not {word!r}")
        return here[0]
    if section not in SECTIONS or not name or "/" in name or name == TEMPLATE:
        raise UsageError(f"{word!r} is not section/name; sections: {', '.join(SECTIONS)}")
    why = names.why_bad(name)
    twins = [e.name for e in library.entries if e.section == section and e.name != name]
    if why or names.twins([*twins, name]):
        raise UsageError(f"{name!r} cannot be an entry's name: {why or 'another differs in case'}")
    return Entry(section, name, library.root)


def create(path: Path, text: str) -> None:
    """Write a file that is not there yet. Raises Refusal when it is, also since a moment ago."""
    path.parent.mkdir(exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        raise Refusal(f"{path.name} is there already: nothing is overwritten") from None
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode())


def enter(entry: Entry) -> None:
    """Give a new experiment its line in the ledger, if it has none."""
    state = experiments_state.look(ROOT)
    if entry in experiments_state.not_listed(state):
        write_whole(ROOT / ledger.FILE, ledger.added(state.text, [entry]).encode())
        console.say(f"{ledger.FILE}: added {ledger.line_for(entry.name)}")


def ask(question: str) -> str:
    """Return a line from the person."""
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _arguments() -> argparse.ArgumentParser:
    parser = console.parser("make_card.py", __doc__)
    parser.add_argument("entry", nargs="?", default="", help="section/name")
    parser.add_argument("--from", dest="sources", default="", help="entries it derives from")
    parser.add_argument("--code", default="", help="a clone of the repository that made it")
    return parser


if __name__ == "__main__":
    raise SystemExit(console.run(main, "card"))
