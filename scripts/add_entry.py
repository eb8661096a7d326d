"""Make what is in a raw dataset's folder its new version: `dvc add`.

usage: add_entry.py raw_datasets/name

Commit the changed `.dvc` file, and push, for others to get it.
"""

from __future__ import annotations

import os
import shlex

from registry import console, entries, lock, names
from registry.console import say
from registry.errors import Refusal, UsageError
from registry.index import scan
from registry.raw import dvc
from registry.sections import SECTIONS


def main(argv: list[str]) -> int:
    if len(argv) > 1:
        raise UsageError("one dataset at a time: DATASET=name")
    word = argv[0] if argv else ""
    section, slash, _ = word.partition("/")
    if slash and section in SECTIONS and section != "raw_datasets":
        raise UsageError(f"{word!r}: only raw datasets are added; `make push` sends the others")
    entry = entries.select_one(word, ["raw_datasets"])
    lock.take(entries.ROOT, "make add")
    found = scan.scan(entry.folder)
    lines = found.blocked + found.problems + names.name_problems(found.files, "")
    if lines:
        raise Refusal(f"{entry} cannot be stored as it is:\n  " + "\n  ".join(lines[:20]))
    if not found.files:
        raise Refusal(
            f"{entry} has no files here: `make pull DATASET={entry:sh}`, or fill its folder"
        )
    dvc.run(entries.ROOT, "add", os.path.relpath(entry.folder, entries.ROOT), live=True)
    name = os.path.relpath(entry.dvc_file, entries.ROOT)
    say(f"add: {name} names the new version: git add {shlex.quote(name)}, commit, and `make push`")
    return 0


if __name__ == "__main__":
    raise SystemExit(console.run(main))
