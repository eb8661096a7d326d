#!/usr/bin/env python3
"""Check cards: that each entry has one, that it says what it must, and that it is true.

Prints every problem as `path:line: message` and their number on stderr. Exit code 0 when there
are no errors (warnings do not count, nor what cards.debt tolerates), 1 when there are, 2 for wrong
usage. docs/cards.md lists the rules. Needs no network and no data; with --remote it also asks S3.
"""

from __future__ import annotations

import argparse
import sys

from registry import console, git, humanize, problems
from registry.cards import check, debt
from registry.cards.library import Library
from registry.entries import Entry
from registry.errors import UsageError
from registry.files import write_whole
from registry.problems import Problem


def main(argv: list[str]) -> int:
    args = _arguments().parse_args(argv)
    if args.fix and args.staged:
        raise UsageError("--fix repairs files, not what is staged: leave --staged out")
    library = Library(staged=args.staged)
    every = args.entries or not args.staged
    chosen = check.choose(args.entries, library) if every else check.staged(library)
    if args.fix and fix(chosen, library):
        library = Library()
    listed, tolerated = check.check(library, chosen)
    if args.entries and not args.staged:  # somebody looks at this card: show what waits
        listed = check.by_place([*listed, *map(as_tolerated, tolerated)])
    if args.remote:
        listed = check.by_place([*listed, *ask_s3(library, chosen)])
    shown = gathered(listed, library)
    sys.stdout.write(problems.FORMATS[args.format](shown))
    if listed or not args.quiet:
        console.say(f"check-cards: {summary(chosen, listed, tolerated, library)}")
    return 1 if any(p.level == "error" for p in listed) else 0


def gathered(problems: list[Problem], library: Library) -> list[Problem]:
    """Return the problems, with what many cards have in common as one of them."""
    if not problems:
        return []
    from registry.cards import gather

    return gather.gathered(problems, library, or_live_with_them(library))


def or_live_with_them(library: Library) -> str:
    """Return what else may be done about many old cards, where it was not done yet."""
    if library.staged or not git.has_head(library.root) or debt.was_committed(library.root):
        return ""
    return ", or `make debt` to live with those that are committed"


def summary(
    chosen: list[Entry], listed: list[Problem], tolerated: list[Problem], library: Library
) -> str:
    """Return the counts in one line; and what cards.debt still lists."""
    parts = [humanize.plural(len(chosen), "entry", "entries"), problems.count(listed)]
    if tolerated:
        from registry.cards import gather

        cards = humanize.plural(len({p.path for p in tolerated}), "old card")
        bare = len(gather.bare(tolerated, library))
        more = f", {bare} of them without front matter: `make adopt` begins it" if bare else ""
        parts.append(f"{len(tolerated)} tolerated in {cards} ({debt.DEBT_FILE}){more}")
    return ", ".join(parts)


def as_tolerated(problem: Problem) -> Problem:
    return problem._replace(level="warning", message=f"{problem.message} ({debt.DEBT_FILE})")


def fix(chosen: list[Entry], library: Library) -> bool:
    """Repairs what has one right answer and says so; whether there was any. Raises OSError."""
    from registry.cards import repair

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
    """Return the problems that only S3 can tell. Raises RegistryError when it does not answer."""
    import shlex

    from registry import dvc_file
    from registry.cards.rules import remote
    from registry.raw import manifest
    from registry.remote import aws_command, connect, dvc_config
    from registry.sync import dark

    def missing(versions: list[dvc_file.Version]) -> list[dvc_file.Version]:
        return manifest.not_in_s3(library.root, versions)

    session, place = connect.connect(library.root)[0], dvc_config.load(library.root)
    amounts = dark.Amounts(session)

    def moved(entries: list[Entry]) -> dict[str, str]:
        return dark.moved(session.client, entries)

    def move(source: str, target: str) -> str:
        ends = " ".join(shlex.quote(f"{place.url}/{folder}") for folder in (source, target))
        return aws_command.of(place, f"s3 mv --recursive --exclude '*/*' {ends}")

    return list(remote.check(library, chosen, amounts.keys, missing, move, amounts.told, moved))


def _arguments() -> argparse.ArgumentParser:
    parser = console.parser("check_cards.py", __doc__)
    parser.add_argument("entries", nargs="*", help="name, section/name, section/ or a card file")
    parser.add_argument("--fix", action="store_true", help="repair what has one right answer")
    parser.add_argument("--format", default="text", help="text, json or github")
    parser.add_argument("--quiet", action="store_true", help="say nothing when nothing is wrong")
    parser.add_argument("--remote", action="store_true", help="also compare with what is in S3")
    parser.add_argument("--staged", action="store_true", help="judge what the next commit changes")
    return parser


if __name__ == "__main__":
    raise SystemExit(console.run(main, "check-cards"))
