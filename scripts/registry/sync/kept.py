"""Keeps in S3 what a push replaces or deletes there, for so many days as its section says.

`.registry_trash/kept/<section>/<name>/<sha256>`: so `make rollback` finds the bytes of any version
by its list. Each is copied on the server before the first byte of the push is sent, and stays for
the section's days from when it was replaced last; a later push lets the expired ones go. A bucket
with versioning keeps the bytes by itself: then a note of which object it was, in which of its
versions, takes the copy's place, at `<sha256>.version`; no version is ever deleted.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from registry import parallel
from registry.entries import Entry
from registry.errors import RegistryError
from registry.index import content
from registry.remote.location import KEPT_BYTES, TRASH, Remote
from registry.remote.s3 import Client, Denied, Object
from registry.remote.server_copy import Copier
from registry.sections import SECTIONS
from registry.sync import marker
from registry.sync.survey import Survey

DAY = 86400.0
VERSION_NOTE = ".version"  # ends the key of what says where the bytes are


def prefix(remote: Remote, entry: Entry) -> str:
    return remote.key(KEPT_BYTES, entry.section, entry.name, "")


def find(client: Client, entry: Entry) -> dict[str, Object]:
    """Return {SHA-256: object} of what is kept of an entry."""
    kept = dict[str, Object]()
    notes = dict[str, Object]()
    for digest, row in _listed(client, entry):
        (notes if row.key.endswith(VERSION_NOTE) else kept)[digest] = row
    wanted = (pair for pair in notes.items() if pair[0] not in kept)
    for (digest, _), noted in parallel.ask(wanted, lambda p: _noted(client, p[1])):
        if noted:
            kept[digest] = noted
    return kept


def _listed(client: Client, entry: Entry) -> Iterator[tuple[str, Object]]:
    """(SHA-256, copy or note) of all that is kept."""
    below = prefix(client.remote, entry)
    for row in client.list(below):
        digest = row.key[len(below) :].removesuffix(VERSION_NOTE)
        if content.is_version(digest):
            yield digest, row


def _noted(client: Client, note: Object) -> Object | None:
    """The old version that a note means, if the bucket has it still."""
    answer = client.get(note.key)
    try:
        said = json.loads(answer.body) if answer else {}
        noted = Object(said["key"], said["size"], said["etag"], "", said["version"])
        head = client.head(noted.key, noted.query)
    except (ValueError, KeyError, TypeError):
        return None
    return noted if head and head.etag == noted.etag else None


@dataclass
class Keeper:
    """Keeps what leaves an entry. `when`: names the place of what has no known hash."""

    survey: Survey
    when: str

    @property
    def days(self) -> int:
        return SECTIONS[self.survey.entry.section].keeps_days

    def keep(self, leaving: Iterable[str], staying: set[str]) -> None:
        """Copy these objects, but for those whose bytes stay (by SHA-256) under some path."""
        remote, session = self.survey.session.remote, self.survey.session
        below, wanted = prefix(remote, self.survey.entry), dict[str, Object]()
        for path in leaving:
            listed = self.survey.remote.get(path)
            digest = self.survey.local_bytes.contents.of(path, listed.etag) if listed else ""
            dated = remote.key(TRASH, self.when, str(self.survey.entry), path)
            if listed and digest not in staying:
                wanted[below + digest if digest else dated] = listed
        copier, client = Copier(session.client), session.client
        for _ in parallel.ask(wanted.items(), lambda p: _keep_one(client, copier, *p)):
            pass

    def expire(self) -> None:
        """Let go what has been kept long enough, by the store's clock or ours: the earlier one."""
        client, entry = self.survey.session.client, self.survey.entry
        kept = list(_listed(client, entry))
        if not kept:
            return
        now = min(time.time(), _store_time(client))
        for _, row in kept:
            since = marker.seconds(row.modified)
            if since is not None and now - since > self.days * DAY:
                with suppress(Denied):  # it is kept for longer, then
                    client.delete(row.key)


def _keep_one(client: Client, copier: Copier, key: str, row: Object) -> None:
    """A copy; or a note, where the bucket keeps this version of the object by itself."""
    head = client.head(row.key)
    if head is None or head.etag != row.etag:
        raise RegistryError(f"{row.key}: it changed in S3 meanwhile: run again")
    version = head.headers.get("x-amz-version-id", "null")
    if version == "null":
        copier.copy(row, key)
        return
    note = {"key": row.key, "size": row.size, "etag": row.etag, "version": version}
    client.put(key + VERSION_NOTE, json.dumps(note).encode())


def _store_time(client: Client) -> float:
    """In seconds since the epoch; 0 where the store does not tell: then nothing is too old."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(client.date).timestamp()
    except (ValueError, TypeError):
        return 0.0
