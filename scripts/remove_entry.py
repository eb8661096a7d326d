"""Remove an entry everywhere: here, in S3 and from Git's next commit.

usage: remove_entry.py section/name        with CONFIRM=name in the environment

Its bytes in S3 go to the registry's trash prefix first, those here to the trash here. Refuses
while another card still refers to it. A raw dataset's bytes stay in DVC's storage, since older
commits need them. DRY_RUN=1 only says what it would do.
"""

from __future__ import annotations

import os
import re

from registry import console, entries, git, lock, options
from registry.console import say
from registry.entries import ROOT, Entry
from registry.errors import Refusal, UsageError
from registry.humanize import plural
from registry.index import scan
from registry.options import Options
from registry.raw import changes, verified
from registry.raw import remove as raw_remove
from registry.raw.dataset import Dataset
from registry.remote import connect
from registry.remote.session import Session
from registry.sections import SECTIONS
from registry.sync import remove
from registry.sync.remove import Removal


def main(argv: list[str]) -> int:
    if len(argv) > 1:
        raise UsageError("one entry at a time: DATASET=section/name")
    entry = entries.select_one(argv[0] if argv else "", SECTIONS)
    lock.take(ROOT, "make remove")
    refuse_referred(entry)
    refuse_unfit(entry)
    removal = None
    if SECTIONS[entry.section].travels == "mirror":
        session, _ = connect.connect()
        removal = Removal(entry, session)
        removal.look()
        print(f"{entry}: {plural(len(removal.survey.remote), 'file')} in S3, to its trash prefix")
    raw = Dataset.anyway(entry) if SECTIONS[entry.section].travels == "dvc" else None
    files = (raw.scan() if raw else scan.scan(entry.folder)).files
    print(f"{entry}: {plural(len(files), 'file')} here, to the trash here")
    if Options.from_environment().dry_run:
        return 0
    if options.text("CONFIRM") != entry.name:
        raise Refusal(f"to remove it for everybody: add CONFIRM={entry:name}")
    if removal:
        removal.carry_out()
    if raw:
        raw_remove.take_out(raw)
    remove.take_out(entry)
    changed = git.ask(ROOT, "status", "--porcelain", "--", entry.section)
    commit = f"; commit that: git add -A {entry.section} && git commit" if changed else ""
    say(f"remove: {entry} is removed{commit}")
    return 0


def refuse_referred(entry: Entry) -> None:
    """Raises Refusal naming the cards that still speak of it."""
    pattern = re.compile(rf"(?<![\w./-]){re.escape(str(entry))}(?![\w-]|\.\w)")
    naming = [
        os.path.relpath(other.card, ROOT)
        for section in SECTIONS
        for other in entries.with_card(section)
        if other != entry and pattern.search(other.card.read_text(errors="replace"))
    ]
    if naming:
        raise Refusal(f"{entry} is still referred to by {', '.join(naming)}: change that first")


def refuse_unfit(entry: Entry) -> None:
    is_raw = SECTIONS[entry.section].travels == "dvc"
    found = Dataset.anyway(entry).scan() if is_raw else scan.scan(entry.folder)
    if found.blocked:
        raise Refusal(f"{entry}: {found.blocked[0]}")
    if (
        entry.dvc_file.exists()
        and changes.find(Session.open(), [dataset := Dataset.of(entry)]).changed
    ):
        raise verified.changed(dataset)


if __name__ == "__main__":
    raise SystemExit(console.run(main, "remove"))
