"""Finds the bytes of a version's files: in S3 under any path, among what is kept, else here."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256

from registry.entries import Entry
from registry.errors import Refusal
from registry.humanize import some
from registry.index import content, stats
from registry.index.content import FileHash, Lines
from registry.index.hashes import same_bytes
from registry.remote import etag
from registry.remote.s3 import Object
from registry.remote.session import Session
from registry.sync import history, kept, refusals, versions
from registry.sync.survey import Survey

FEWEST_DIGITS, HEX_DIGITS = 4, "0123456789abcdef"  # of a version, as a person types it


@dataclass
class Sources:
    """Of one entry in S3, and of a version: its `wanted` files."""

    survey: Survey
    wanted: Lines
    others: dict[str, Object] = field(default_factory=dict)  # {SHA-256: object of another entry}

    def hash(self, path: str) -> str:
        listed = self.survey.remote.get(path)
        return self.survey.local_bytes.contents.of(path, listed.etag) if listed else ""

    def objects(self, avoiding: Iterable[str] = ()) -> dict[str, Object]:
        """{SHA-256: an object of these bytes}: what is kept, and what no path is about to lose."""
        shunned = set(avoiding)
        rows = ((self.hash(p), row) for p, row in self.survey.remote.items() if p not in shunned)
        here = {digest: row for digest, row in rows if digest}
        return self.others | here | kept.find(self.survey.session.client, self.survey.entry)

    def is_here(self, path: str) -> bool:
        """Return whether the file here has the bytes of the version."""
        also, stat = sha256(), stats.stat_of(self.survey.entry.folder / path)
        if not stat or stat.size != self.wanted[path].size:
            return False
        with suppress(OSError):
            etag.compute(self.survey.entry.folder / path, also=also)
        return also.hexdigest() == self.wanted[path].sha256

    def learn_sent(self, path: str) -> None:
        """That S3 holds the file here, if its ETag says so."""
        file, listed = self.survey.entry.folder / path, self.survey.remote.get(path)
        stat = stats.stat_of(file)
        if stat and listed and same_bytes(file, stat, listed.etag) and self.is_here(path):
            self.survey.local_bytes.contents[path] = FileHash(listed.etag, self.wanted[path].sha256)


def resolve(session: Session, entry: Entry, word: str) -> str:
    """Return the version that a person's word begins. Raises Refusal, naming those there are."""
    below, is_hex = versions.list_key(session.remote, entry, ""), not word.strip(HEX_DIGITS)
    if is_hex and len(word) < FEWEST_DIGITS:
        rows = "; ".join(known(session, entry)) or "none yet"
        raise Refusal(f"TO={word!r}: write at least {FEWEST_DIGITS} digits of a version: {rows}")
    listed = session.client.list(below + word) if is_hex else ()
    matching = [row.key[len(below) :] for row in listed]
    if len(matching) == 1:
        return matching[0]
    if len(matching) > 1:
        raise Refusal(f"TO={word!r} begins {some(matching)}: write more digits of it")
    raise refusals.no_version(entry, word, known(session, entry))


def known(session: Session, entry: Entry) -> list[str]:
    """Return the versions that were sealed last, the newest first, each with who and when."""
    sealed = history.seals(session.client, entry, refusals.LINES)[::-1]
    rows = {s.version: f"{content.short(s.version)} by {s.who}, {s.when[:10]}" for s in sealed}
    return [row for version, row in rows.items() if version]
