"""Show how every entry is, here and in S3, who pushed it last, and what to type next.

usage: show_status.py [--all] [--json] [section/name | name | section/ ...]

One line per entry: up to date, not here, changed here, newer in S3, conflict, being pushed, removed
upstream, not added (raw), not pushed, not committed, no card; of an experiment kept or garbage.
Files and bytes here and in S3, and the last push: how long ago, from which commit, by whom. Of more
than 25 entries only those that differ are shown, and of more than 25 that are not here only their
number, unless --all (ALL=1) or names are given.

It changes nothing, and starts neither aws nor DVC. Markers are trusted; FULL=1 lists all of S3, as
is needed where others write to the bucket by hand, and tells what it holds without a card, by size
and age. --json (FORMAT=json) is for programs.
Exit code: 0 shown, 1 S3 could not be asked (what is known here is shown), 2 wrong usage.
"""

from __future__ import annotations

import os
import shutil
import sys
import time

from registry import console, pipelines, selection, workspace
from registry.console import say
from registry.entries import ROOT
from registry.errors import UsageError
from registry.sections import SECTIONS
from registry.status import look
from registry.status.summary import Overview

FLAGS = {"--all", "--json", "--format=json", "--format=text"}


def main(argv: list[str]) -> int:
    flags, words = split(argv)
    overview = look.look(selection.select(words, SECTIONS), whole=not words)
    for line in overview.unread:
        say(f"status: {line}")
    if flags & {"--json", "--format=json"}:
        import json

        print(json.dumps(overview.as_json(), indent=1))
    else:
        show(overview, everything="--all" in flags or bool(words))
    if told := pipelines.note(ROOT):
        say(f"status: {' -> '.join(told)}")
    for line in overview.dark:
        say(f"status: {line}")
    if workspace.moves(ROOT):
        tell_moves()
    if overview.problem:
        say(f"status: S3 could not be asked, so this is what is known here: {overview.problem}")
    return 1 if overview.problem else 0


def split(argv: list[str]) -> tuple[set[str], list[str]]:
    """Return the flags, and the words that name entries. Raises UsageError for an unknown flag."""
    cut = argv.index("--") if "--" in argv else len(argv)
    flags = {word for word in argv[:cut] if word.startswith("--")}
    if flags - FLAGS:
        raise UsageError(f"{min(flags - FLAGS)} is not known: see --help")
    named = [word for word in argv[:cut] if word not in flags] + argv[cut + 1 :]
    return flags, [word for word in named if word.strip()]


def tell_moves() -> None:
    """Say which moves are under way, or wait for Git."""
    from registry.move import plan

    for move in plan.waiting(ROOT):
        from registry.move import settle

        step = "takes its old keys away" if move.is_stored else "settles it"
        first = {settle.COMMIT: "once it is committed, ", settle.PUSH: "after a `git push`, "}
        after = f"{first.get(settle.missing(move), '')}`make push` {step}"
        told = f"{move.old} is {move.new}: {after}" if move.is_done else move.advice
        say(f"status: {told}")


def show(overview: Overview, everything: bool) -> None:
    from registry.status.render import Page

    colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    width = max(shutil.get_terminal_size().columns, 80)
    for line in Page(width, colours, everything, time.time()).lines(overview):
        print(line)


if __name__ == "__main__":
    raise SystemExit(console.run(main, "status"))
