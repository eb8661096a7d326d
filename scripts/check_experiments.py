#!/usr/bin/env python3
"""Check experiments: kept ones have a card and a line in experiments/.gitignore, both in Git.

Prints every problem as `path:line: message` and their number on stderr. Exit code 0 when there
are none, 1 when there are, 2 for wrong usage. What Git ignores, tracks and has committed is asked
of git. --fix adds the lines that are missing and removes those that are left over.
"""

from __future__ import annotations

import argparse
import sys

from registry import console, problems
from registry.entries import ROOT
from registry.experiments import ledger, rules
from registry.experiments import state as experiments_state
from registry.experiments.state import State
from registry.files import write_whole


def main(argv: list[str]) -> int:
    args = _arguments().parse_args(argv)
    keys = in_s3() if args.remote else []
    state = experiments_state.look(ROOT, keys, args.staged)
    if args.fix and (done := fix(state)):
        for what in done:
            console.say(f"fixed: {ledger.FILE}: {what}")
        state = experiments_state.look(ROOT, keys, args.staged)
    broken = rules.check(state)
    sys.stdout.write(problems.FORMATS[args.format](broken))
    if broken or not args.quiet:
        console.say(f"check-experiments: {len(state.kept)} kept, {problems.count(broken)}")
    return 1 if broken else 0


def fix(state: State) -> list[str]:
    """Writes the ledger as it should be; gives what was done, one line each. Raises OSError."""
    missing, stale = experiments_state.not_listed(state), experiments_state.leftovers(state)
    if not missing and not stale and not any(rules.garbage_ignored(state)):
        return []
    gone = [ledger.lines(state.text)[number] for number in stale]
    text = ledger.added(ledger.without(state.text, set(stale)), missing)
    path = state.root / ledger.FILE
    path.parent.mkdir(exist_ok=True)
    write_whole(path, text.encode("utf-8", "surrogateescape"))
    done = [f"added {ledger.line_for(entry.name)}" for entry in missing]
    return [*done, *(f"removed {line}" for line in gone)] or ["garbage is kept out of Git"]


def in_s3() -> list[str]:
    """Return the keys of experiments in S3, where none belong. Raises RegistryError."""
    from registry.remote import connect

    return list(connect.listing(ROOT)(f"{ledger.SECTION}/"))


def _arguments() -> argparse.ArgumentParser:
    parser = console.parser("check_experiments.py", __doc__)
    parser.add_argument("--fix", action="store_true", help="add and remove lines of .gitignore")
    parser.add_argument("--format", default="text", help="text, json or github")
    parser.add_argument("--quiet", action="store_true", help="say nothing when nothing is wrong")
    parser.add_argument("--remote", action="store_true", help="also ask S3, where none belong")
    parser.add_argument("--staged", action="store_true", help="judge what is staged for a commit")
    return parser


if __name__ == "__main__":
    raise SystemExit(console.run(main, "check-experiments"))
