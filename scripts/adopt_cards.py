#!/usr/bin/env python3
"""Gives front matter to cards that have none, with what their text shows and blanks for the rest.

usage: adopt_cards.py [section/name …]

What it finds (commit ids, repositories, commands, entries named, urls, dates, licenses) carries
the line it was found on; look at each, then fill in every TODO. The card's own text stays as it
is, byte for byte. Cards with front matter are left alone. Exit code 1 when one could not be read,
or has front matter that is not right.
"""

from __future__ import annotations

import argparse

from registry import console, files, humanize
from registry.cards import clues, edit
from registry.cards.card import Card
from registry.cards.clues import Clue
from registry.cards.edit import LISTS
from registry.cards.library import Library
from registry.entries import Entry, select
from registry.files import write_whole
from registry.sections import EXPERIMENTS, SECTIONS

BOM = b"\xef\xbb\xbf"  # a mark of the encoding, not of the text: front matter must be first


def main(argv: list[str]) -> int:
    args = _arguments().parse_args(argv)
    library = Library()
    chosen = select(args.entries, SECTIONS, library.root)
    adopted = [entry for entry in chosen if adopt(entry, library)]
    left = [(entry, why) for entry in chosen for why in unadoptable(entry, library)]
    for entry, (line, why) in left:
        console.say(f"adopt-cards: {entry}.card.md:{line}: {why}")
    console.say(f"adopt-cards: {humanize.plural(len(adopted), 'card')} of {len(chosen)} adopted")
    if adopted:
        console.say("look at what was found, fill in every TODO, then run `make check-cards`")
    return 1 if left else 0


def unadoptable(entry: Entry, library: Library) -> list[tuple[int, str]]:
    """Why a card can neither be adopted nor has good front matter: (line, message)."""
    card, why = library.card(entry), library.unreadable(entry)
    if card is None:
        return [why] if why and entry.card.is_file() else []
    return [] if card.bare else card.broken


def adopt(entry: Entry, library: Library) -> bool:
    """Write front matter above the card's text, if it has none; whether it did."""
    card = library.card(entry)
    if card is None or not card.bare:
        return False
    head = front_matter(card, library, above=front_matter(card, library).count("\n"))
    data = files.read_regular(entry.card).removeprefix(BOM)
    if b"\r\n" in data:
        head = head.replace("\n", "\r\n")
    write_whole(entry.card, head.encode() + data)
    print(card.path)
    return True


def front_matter(card: Card, library: Library, above: int = 0) -> str:
    """What goes above the text: known values with the lines they were found on, and blanks.

    The lines are counted with this many new ones `above` the text: a person looks there.
    """
    by_key: dict[str, list[Clue]] = {}
    for clue in clues.clues(card, library):
        by_key.setdefault(clue.key, []).append(clue)
    if card.entry.section == EXPERIMENTS and "source_datasets" in by_key:
        by_key.pop("datasets", None)  # one of the two is asked for
    known, notes = {}, {}
    for key, found in by_key.items():
        taken = found if key in (*LISTS, "training_results", "model") else found[:1]
        known[key] = edit.value_of(key, [clue.text for clue in taken])
        lines = ", ".join(dict.fromkeys(str(clue.line + above) for clue in taken))
        notes[key] = f"from line{'s' * (', ' in lines)} {lines}"
        others = [clue.text for clue in found if clue not in taken]
        notes[key] += f"; or: {', '.join(others[:3])}" if others else ""
    return edit.new_front_matter(card.entry, known, notes)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="adopt_cards.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("entries", nargs="*", help="name, section/name or section/")
    return parser


if __name__ == "__main__":
    raise SystemExit(console.run(main))
