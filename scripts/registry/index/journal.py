"""Writes down what a run is about to do, so that the next one knows an unfinished one's traces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from registry.entries import Entry
from registry.index import checksummed
from registry.index.baseline import UNKNOWN, Baseline, Row
from registry.index.path_ids import Numbers
from registry.index.table import PAGE, Tags
from registry.remote.s3 import Object


@dataclass(frozen=True)
class Journal:
    """One push or pull, and of which remote.

    A push has a token, {path: ETag} to be uploaded ("": whatever is there is to be overruled), and
    paths to be deleted in S3; a pull has {path: ETag} to be put in place here. Stored as a line of
    kind, ETag and path for each, with tabs between; such paths hold no control characters.
    """

    remote: str
    token: str = ""
    uploads: Tags = field(default_factory=Tags)
    deletes: list[str] = field(default_factory=list)
    placing: Tags = field(default_factory=Tags)

    def save(self, entry: Entry) -> None:
        lines = self._lines()
        pages = iter(lambda: "".join(islice(lines, PAGE)).encode(), b"")
        checksummed.write(_path(entry), pages, lambda: {"remote": self.remote, "token": self.token})

    def _lines(self) -> Iterator[str]:
        yield from (f"u\t{tag}\t{path}\n" for path, tag in self.uploads.items())
        yield from (f"d\t\t{path}\n" for path in self.deletes)
        yield from (f"p\t{tag}\t{path}\n" for path, tag in self.placing.items())

    def add(self, line: str) -> None:
        kind, tag, path = line.rstrip("\n").split("\t", 2)
        if kind == "d":
            self.deletes.append(path)
        else:
            {"u": self.uploads, "p": self.placing}[kind][path] = tag

    def recognize(
        self, base: Baseline, listing: Mapping[str, Object], still_ours: bool
    ) -> list[str]:
        """Let the baseline know which of the remote's changes are this push's own.

        While the marker is still ours nobody else should have touched a planned path, so whatever
        is there came from us: a file that was being written to, say. Such paths, with other bytes
        than planned, are returned: what they hold is worth keeping. Otherwise only the very bytes
        that were planned count.
        """
        strange = []
        for path, tag in self.uploads.items():
            listed, row = listing.get(path), base.rows.get(path)
            if listed is None or (row and row.etag == listed.etag):
                continue
            if listed.etag == tag or still_ours:
                base.rows[path] = Row(UNKNOWN, listed.etag)
                strange += [path] * (listed.etag != tag)
        for path in self.deletes:
            if path not in listing:
                base.rows.pop(path, None)
        return strange


def load(entry: Entry, remote: str, numbers: Numbers | None = None) -> Journal | None:
    """The journal of an unfinished run against this remote, if there is one that can be read."""
    journals: list[Journal] = []

    def take(head: dict[str, Any], file: BinaryIO) -> None:
        journals.append(Journal(head["remote"], head["token"], Tags(numbers), [], Tags(numbers)))
        for line in file:
            journals[0].add(line.decode())

    is_good = checksummed.read(_path(entry), take)
    return journals[0] if is_good and journals[0].remote == remote else None


class Leftover(NamedTuple):
    """The journal of a run that was not finished. `remote`: None if it cannot be read."""

    entry: str
    path: str
    remote: str | None
    is_push: bool = False


def leftovers(root: Path) -> Iterator[Leftover]:
    """Yield all journals of this clone, whatever their remote."""
    for path in sorted(root.glob(".registry/journal/*/*.json")):
        head = checksummed.head(path) or {}
        remote, token = head.get("remote"), head.get("token")
        entry, name = f"{path.parent.name}/{path.stem}", path.relative_to(root).as_posix()
        is_good = isinstance(remote, str) and isinstance(token, str)
        yield Leftover(entry, name, remote if is_good else None, bool(token))


def drop(entry: Entry) -> None:
    _path(entry).unlink(missing_ok=True)


def _path(entry: Entry) -> Path:
    return entry.root / ".registry" / "journal" / entry.section / (entry.name + ".json")
