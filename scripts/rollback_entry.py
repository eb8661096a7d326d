"""Make an old version of an entry its new state in S3; `make pull` then brings it here.

usage: TO=version rollback_entry.py section/name

`make history` lists the versions; the first digits of one are enough. The bytes are copied on the
server from what S3 keeps of old versions (14 days for champion_models), and what is replaced now
is kept in turn, so that the way back is the same command. Where some of it is kept no longer,
nothing is touched. A raw dataset goes back by Git: `git checkout <commit> -- raw_datasets/x.dvc`,
then `make reset`. DRY_RUN=1 only says what it would do.
"""

from __future__ import annotations

from registry import console, entries, lock, options, selection
from registry.console import say
from registry.entries import Entry
from registry.errors import Refusal, UsageError
from registry.humanize import plural
from registry.index.content import short
from registry.remote import connect
from registry.remote.session import Session
from registry.sections import RAW, SYNCED
from registry.sync import sources
from registry.sync.rollback import Rollback


def main(argv: list[str]) -> int:
    entry, to = selection.select_one(" ".join(argv), SYNCED), options.text("TO")
    if entry.section == RAW:
        raise Refusal(
            f"{entry}: Git has its versions: `make history DATASET={entry:sh}` names the commit, "
            f"`git checkout COMMIT -- {entry:sh}.dvc`, then `make reset DATASET={entry:sh}`"
        )
    lock.take(entries.ROOT, "make rollback")
    session, _ = connect.connect()
    if not to:
        known = "; ".join(sources.known(session, entry))
        raise UsageError(f"TO=version is missing; {entry} has {known or 'none yet'}")
    return carry_out(session, entry, sources.resolve(session, entry, to))


def carry_out(session: Session, entry: Entry, version: str) -> int:
    back = Rollback(entry, session, version)
    back.look()
    before = back.survey.marker.version if back.survey.marker else ""
    copies, deletes = back.copies, back.deletes
    if back.is_there:
        say(f"rollback: {entry} is at version {short(version)} already")
        return 0
    back.check()
    for path in copies:
        print(f"{entry}/{path}: to be that of version {short(version)}")
    for path in deletes:
        print(f"{entry}/{path}: to be taken away, that version has no such file")
    if session.options.dry_run:
        return 0
    takes_much = back.takes_much
    back.carry_out()
    pull = f"make pull DATASET={entry:sh}" + (" DELETE=1" if takes_much else "")
    undo = f"; to undo it: `make rollback DATASET={entry:sh} TO={short(before)}`" if before else ""
    say(
        f"rollback: {entry}: S3 holds version {short(version)} again: "
        f"{plural(len(copies), 'file')} copied, {len(deletes)} taken away; "
        f"`{pull}` brings it here{undo}"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(console.run(main, "rollback"))
