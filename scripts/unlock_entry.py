"""Release an entry whose pusher will not come back to finish.

usage: unlock_entry.py section/name

Shows who began the push, where and when; with CONFIRM=name it is released. Until somebody pushes
it again, or `make seal` accepts it as it is, nobody can pull it: S3 may hold half of it.
DRY_RUN=1 only shows it.
"""

from __future__ import annotations

from dataclasses import replace

from registry import console, entries, lock, options, selection
from registry.console import say
from registry.entries import Entry
from registry.errors import Refusal
from registry.remote import connect
from registry.remote.session import Session
from registry.sections import MIRRORED
from registry.sync import marker


def main(argv: list[str]) -> int:
    entry = selection.select_one(" ".join(argv), MIRRORED)
    lock.take(entries.ROOT, "make unlock")
    session, _ = connect.connect()
    claimed, etag = marker.read(session.client, entry)
    if claimed is None or claimed.state != marker.PUSHING:
        say(f"unlock: {entry} is not being pushed by anybody")
        return 0
    print(f"{entry}: being pushed by {claimed}, from commit {claimed.commit[:12] or 'unknown'}")
    if options.text("CONFIRM") != entry.name:
        raise Refusal(
            f"if that push is surely dead: `make unlock DATASET={entry:sh} CONFIRM={entry:name}`"
        )
    if not session.options.dry_run:
        release(session, entry, claimed, etag)
    return 0


def release(session: Session, entry: Entry, claimed: marker.Marker, etag: str) -> None:
    """Mark what was claimed as torn. Raises Refusal if its push lives after all."""
    torn = replace(claimed, state=marker.TORN)
    try:
        marker.write(session.client, entry, torn, etag, session.is_conditional())
    except marker.Taken as error:
        raise Refusal(f"{entry}: {error}") from None
    say(
        f"unlock: released. Push it from a checkout that has it all, or accept what S3 holds: "
        f"`make seal DATASET={entry:sh} CONFIRM={entry:name}`"
    )


if __name__ == "__main__":
    raise SystemExit(console.run(main, "unlock"))
