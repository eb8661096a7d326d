"""Say that an entry is not to be used any more, why, and what to use instead; no byte changes.

usage: retire_entry.py section/name        with WHY="…" in the environment

Writes `status`, `deprecated_notice` and, with BY=section/new, `new_version` into its card, and
lists the cards that build on it: the checker warns them from now on. UNDO=1 takes it back.
DRY_RUN=1 only says what it would write.
"""

from __future__ import annotations

import difflib
import shlex

from registry import console, files, git, lock, options, selection
from registry.cards import retire
from registry.cards.card import Card
from registry.cards.library import Library
from registry.console import say
from registry.entries import CARD, ROOT, Entry
from registry.errors import Refusal, UsageError
from registry.humanize import plural
from registry.options import Options
from registry.sections import SECTIONS


def main(argv: list[str]) -> int:
    entry = selection.select_one(" ".join(argv), SECTIONS)
    lock.take(ROOT, "make retire")
    library = Library()
    old = readable(library, entry)
    new = undone(old) if options.flag("UNDO") else written(library, old)
    for change in changes(old, new):
        print(f"{old.path}: {change}")
    built = [] if options.flag("UNDO") else list(retire.builders(library, entry))
    for card, line, key in built:
        print(f"{card.path}:{line}: {key} names it")
    if Options.from_environment().dry_run:
        return 0
    files.write_whole(entry.card, new.text.encode())
    told(entry, len(built))
    return 0


def readable(library: Library, entry: Entry) -> Card:
    card = library.card(entry)
    if card is None or card.broken:
        raise Refusal(f"{entry}{CARD} cannot be read: `make check-cards DATASET={entry:sh}`")
    return card


def written(library: Library, card: Card) -> Card:
    """Return the card with what the person says of it."""
    why, successor = options.text("WHY"), options.text("BY")
    if not why:
        raise UsageError('why? Add WHY="what is wrong with it, and what to use instead"')
    if successor:
        successor = retire.chosen(library, card.entry, successor)
    return retire.retired(card, why, successor)


def undone(card: Card) -> Card:
    for name in ("WHY", "BY"):
        if options.text(name):
            raise UsageError(f"UNDO=1 takes it back: leave {name} out")
    return retire.active(card)


def changes(old: Card, new: Card) -> list[str]:
    """Return the lines that go, with a `-`, and those that come, with a `+`."""
    lines = difflib.ndiff(old.text.splitlines(), new.text.splitlines())
    return [line for line in lines if line.startswith(("- ", "+ "))]


def told(entry: Entry, built: int) -> None:
    path = shlex.quote(f"{entry}{CARD}")
    if options.flag("UNDO"):
        state = "in use again"
    elif built:
        state = f"retired; the checker warns of what builds on it ({plural(built, 'line')} above)"
    else:
        state = "retired; no card builds on it"
    is_known = git.show(ROOT, f"HEAD:{entry}{CARD}") == entry.card.read_bytes()
    commit = "" if is_known else f": tell everybody: git add -- {path} && git commit"
    say(f"retire: {entry}: {state}{commit}")


if __name__ == "__main__":
    raise SystemExit(console.run(main, "retire"))
