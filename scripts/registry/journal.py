"""What an unfinished run of ours was about to do, so that the next one knows its own traces."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from registry.entries import Entry
from registry.files import write_whole
from registry.s3 import Object
from registry.state import UNKNOWN, Baseline, Row


@dataclass(frozen=True)
class Journal:
    """One push or pull, and of which remote.

    A push has a token, {path: ETag} to be uploaded ("": whatever is there is to be overruled), and
    paths to be deleted in S3; a pull has {path: ETag} to be put in place here.
    """

    remote: str
    token: str = ""
    uploads: dict[str, str] = field(default_factory=dict)
    deletes: list[str] = field(default_factory=list)
    placing: dict[str, str] = field(default_factory=dict)

    def save(self, entry: Entry) -> None:
        write_whole(_path(entry), json.dumps(asdict(self)).encode(), durable=True)

    def claim(self, base: Baseline, listing: dict[str, Object], still_ours: bool) -> list[str]:
        """Let the baseline know which of the remote's changes are this push's own.

        While the marker is still ours nobody else should have touched a planned path, so whatever
        is there came from us: a file that was being written to, say. Such paths, with other bytes
        than planned, are returned: what they hold is worth keeping. Otherwise only the very bytes
        that were planned count.
        """
        strange = []
        for path, tag in self.uploads.items():
            there, row = listing.get(path), base.rows.get(path)
            if there is None or (row and row.etag == there.etag):
                continue
            if there.etag == tag or still_ours:
                base.rows[path] = Row(UNKNOWN, there.etag)
                strange += [path] * (there.etag != tag)
        for path in self.deletes:
            if path not in listing:
                base.rows.pop(path, None)
        return strange


def load(entry: Entry, remote: str) -> Journal | None:
    """The journal of an unfinished run against this remote, if there is one that can be read."""
    try:
        found = Journal(**json.loads(_path(entry).read_bytes()))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return found if found.remote == remote else None


def drop(entry: Entry) -> None:
    _path(entry).unlink(missing_ok=True)


def _path(entry: Entry) -> Path:
    return entry.root / ".registry" / "journal" / entry.section / (entry.name + ".json")
