#!/usr/bin/env python3
"""Checks cards: that each entry has one, that it says what it must, and that it is true.

Prints every problem as `path:line: message` and their number on stderr. Exit code 0 when there
are no errors (warnings do not count), 1 when there are, 2 for wrong usage. docs/cards.md lists
the rules. Needs no network and no data; with --remote it also asks S3.
"""

from __future__ import annotations

import argparse
import sys

from registry import console, git, humanize, problems
from registry.cards import repair
from registry.cards.library import Library, id_of
from registry.cards.rules import card as rules_card
from registry.cards.rules import entries as rules_entries
from registry.entries import CARD, Entry, select
from registry.errors import UsageError
from registry.files import write_whole
from registry.problems import Problem
from registry.sections import SECTIONS


def main(argv: list[str]) -> int:
    args = _arguments().parse_args(argv)
    if args.fix and args.staged:
        raise UsageError("--fix repairs files, not what is staged: leave --staged out")
    library = Library(staged=args.staged)
    every = args.entries or not args.staged
    chosen = choose(args.entries, library) if every else staged(library)
    if args.fix and fix(chosen, library):
        library = Library()
    found = check(library, chosen)
    if args.remote:
        found = by_place([*found, *ask_s3(library, chosen)])
    sys.stdout.write(problems.FORMATS[args.format](found))
    if found or not args.quiet:
        entries = humanize.plural(len(chosen), "entry", "entries")
        console.say(f"check-cards: {entries}, {problems.count(found)}")
    return 1 if any(p.level == "error" for p in found) else 0


def choose(wanted: list[str], library: Library) -> list[Entry]:
    """The entries that words or card files name; all of them without any. Raises UsageError."""
    words = [_entry_of(word) for word in wanted if not word.endswith("template" + CARD)]
    if wanted and not words:
        return []
    return select(words, SECTIONS, library.root)


def staged(library: Library) -> list[Entry]:
    """The entries whose card or .dvc file the next commit changes or adds, and those whose card
    names an entry that it takes out. Raises GitError."""
    words = ("diff", "--cached", "--name-only", "--no-renames", "-z", "--", *SECTIONS)
    ids = dict.fromkeys(filter(None, map(id_of, git.names(git.run(library.root, *words)))))
    gone = [id for id in ids if not library.tells(id)]
    for id in gone:
        texts = ("-e", id, "-e", f"_{id.partition('/')[2]}_")
        words = ("grep", "--cached", "-l", "-z", "-F", *texts, "--", *SECTIONS)
        found = git.names(git.run(library.root, *words, good=(0, 1)))
        ids |= dict.fromkeys(filter(None, map(id_of, found)))
    return [library.ids[id] for id in ids if id in library.ids and id not in gone]


def check(library: Library, chosen: list[Entry]) -> list[Problem]:
    """Every problem of these entries, by path and line."""
    found = list(rules_entries.check(library, chosen))
    for entry in chosen:
        card = library.card(entry)
        if card:
            found += rules_card.check(card, library)
    return by_place(found)


def fix(chosen: list[Entry], library: Library) -> bool:
    """Repairs what has one right answer and says so; whether there was any. Raises OSError."""
    some = False
    for entry in chosen:
        card = library.card(entry)
        text, done = repair.fixed(card) if card else ("", [])
        if card and text != card.text:
            write_whole(entry.card, text.encode())
            some = True
            for what in done:
                console.say(f"fixed: {card.path}: {what}")
    return some


def ask_s3(library: Library, chosen: list[Entry]) -> list[Problem]:
    """The problems that only S3 can tell. Raises RegistryError when it does not answer."""
    from registry import dvc_file
    from registry.cards.rules import remote
    from registry.raw import manifest
    from registry.remote import connect

    def missing(versions: list[dvc_file.Version]) -> list[dvc_file.Version]:
        return manifest.not_in_s3(library.root, versions)

    return list(remote.check(library, chosen, connect.listing(library.root), missing))


def by_place(found: list[Problem]) -> list[Problem]:
    return sorted(found, key=lambda p: (p.path, p.line))


def _entry_of(word: str) -> str:
    """`section/name` for the path of a card, of its `.dvc` file, or the word as it is."""
    for end in (CARD, ".dvc"):
        if word.endswith(end):
            return "/".join(word[: -len(end)].split("/")[-2:])
    return word


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="check_cards.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("entries", nargs="*", help="name, section/name, section/ or a card file")
    parser.add_argument("--fix", action="store_true", help="repair what has one right answer")
    parser.add_argument("--format", choices=tuple(problems.FORMATS), default="text")
    parser.add_argument("--quiet", action="store_true", help="say nothing when nothing is wrong")
    parser.add_argument("--remote", action="store_true", help="also compare with what is in S3")
    parser.add_argument("--staged", action="store_true", help="judge what the next commit changes")
    return parser


if __name__ == "__main__":
    raise SystemExit(console.run(main))
