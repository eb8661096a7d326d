"""Prove that everything works, one line each, with the cure where something does not.

usage: run_doctor.py

Looks at the tools, the settings, what Git has, hooks and leftovers here; then at the way to S3,
what may be done there, and what its bucket promises. Changes nothing: it writes, reads and deletes
a key of its own (registry-probe-…) in each section to prove that it may.
Exit code: 0 nothing needs a person (notes are good to know), 1 something does: the lines with BAD.
"""

from __future__ import annotations

import os
import sys

from registry import console
from registry.console import say
from registry.doctor import access, bucket, local, promises
from registry.doctor.check import BAD, NOTE, OK, Finding, Visit, examine
from registry.entries import entry_of
from registry.errors import RegistryError, UsageError
from registry.humanize import plural
from registry.remote import connect, dvc_config
from registry.sections import MIRRORED
from registry.sync import marker

THERE = (*access.CHECKS, *promises.CHECKS, *bucket.CHECKS)  # made only when S3 answers
COLOURS = {OK: "32", NOTE: "33", BAD: "31"}


def main(argv: list[str]) -> int:
    if argv:
        raise UsageError("it takes no words; see --help")
    visit, counts = Visit(), {OK: 0, NOTE: 0, BAD: 0}
    for check in (*local.CHECKS, reach, *THERE):
        if check in THERE and visit.session is None:
            continue  # said by `reach`
        for finding in examine(visit, check):
            counts[finding.level] += 1
            show(finding)
    skipped = "" if visit.session else f"; {len(THERE)} checks of S3 were not made"
    notes = plural(counts[NOTE], "note")
    say(f"doctor: {counts[OK]} fine, {notes}, {counts[BAD]} that need a person{skipped}")
    return 1 if counts[BAD] else 0


def reach(visit: Visit) -> list[Finding]:
    """Return whether S3 answers; then the other checks have a way in."""
    try:
        session, etags = connect.connect(visit.root)
    except RegistryError as error:
        return [Finding(BAD, "S3", str(error))]
    visit.remote, visit.session = dvc_config.load(visit.root), session
    sealed = [entry_of(id) for id in etags if id.partition("/")[0] in MIRRORED]
    held = marker.read_all(session.client, sealed)
    visit.markers = {str(entry): stored for entry, stored in held if stored}
    return [Finding(OK, "S3", f"answers, {plural(len(etags), 'sealed entry', 'sealed entries')}")]


def show(finding: Finding) -> None:
    colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    level = f"{finding.level:<5}"
    if colours:
        level = f"\x1b[{COLOURS[finding.level]}m{level}\x1b[0m"
    print(f"{level} {finding.subject}: {finding.text}")
    if finding.cure:
        print(f"      -> {finding.cure}")


if __name__ == "__main__":
    raise SystemExit(console.run(main, "doctor"))
