#!/usr/bin/env python3
"""Give old cards their front matter, with what their text shows and blanks for the rest.

usage: adopt_cards.py [--license id] [section/name …]

What it finds (commit ids, repositories, commands, entries named, urls, dates, licenses) carries
the line it was found on; look at each, then fill in every TODO. Front matter that is there is kept
and completed. The card's own text stays as it is, byte for byte. --license is for every card that
names none. Says of each card that is left alone why. Exit code 1 when one could not be read, or
has front matter that is not right.
"""

from __future__ import annotations

import argparse

from registry import console, files, humanize
from registry.cards import adopt, formats
from registry.cards.library import Library
from registry.entries import Entry
from registry.errors import UsageError
from registry.sections import SECTIONS
from registry.selection import select

BOM = b"\xef\xbb\xbf"  # a mark of the encoding, not of the text: front matter must be first


def main(argv: list[str]) -> int:
    args = _arguments().parse_args(argv)
    wrong = formats.license_id(args.license) if args.license else None
    if wrong:
        raise UsageError(f"LICENSE {wrong}")
    library = Library()
    chosen = select(args.entries, SECTIONS, library.root)
    adopted = [entry for entry in chosen if adopted_now(entry, library, args.license)]
    broken = False
    for entry in [entry for entry in chosen if entry not in adopted]:
        is_broken, why = left_alone(entry, library)
        broken |= is_broken
        console.say(f"adopt: left alone: {why}")
    console.say(f"adopt: {humanize.plural(len(adopted), 'card')} of {len(chosen)} adopted")
    if adopted:
        console.say("look at what was found, fill in every TODO, then run `make check-cards`")
    return 1 if broken else 0


def left_alone(entry: Entry, library: Library) -> tuple[bool, str]:
    """Return why a card was not touched, and whether that is for an error in it."""
    card, why = library.card(entry), library.unreadable(entry)
    if card is None:
        line, said = why or (1, "the card must be readable")
        return entry.card.exists(), f"{entry}.card.md:{line}: {said}"
    if card.broken:
        line, said = card.broken[0]
        return True, f"{card.path}:{line}: {said}"
    return False, f"{card.path}: it has every key that it needs"


def adopted_now(entry: Entry, library: Library, license: str) -> bool:
    """Write front matter above the card's text, or complete what is there; whether anything was."""
    card = library.card(entry)
    if card is None or (card.broken and not card.bare):
        return False
    data = files.read_regular(entry.card)
    if card.bare:
        above = adopt.front_matter(card, library, license).count("\n")
        head = adopt.front_matter(card, library, license, above)
        if b"\r\n" in data:
            head = head.replace("\n", "\r\n")
        files.write_whole(entry.card, head.encode() + data.removeprefix(BOM))
        print(card.path)
        return True
    better, keys = adopt.completed(card, library, license)
    if keys:
        files.write_whole(entry.card, better.text.encode())
        print(f"{card.path}: {', '.join(keys)}")
    return bool(keys)


def _arguments() -> argparse.ArgumentParser:
    parser = console.parser("adopt_cards.py", __doc__)
    parser.add_argument("--license", default="", help="the license of every card that names none")
    parser.add_argument("entries", nargs="*", help="name, section/name or section/")
    return parser


if __name__ == "__main__":
    raise SystemExit(console.run(main, "adopt"))
