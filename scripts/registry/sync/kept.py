"""Keeps in S3 what a push replaces or deletes there, for so many days as its section says.

`.registry_trash/kept/<section>/<name>/<sha256>`: so `make rollback` finds the bytes of any version
by its list. Each is copied on the server before the first byte of the push is sent, and stays for
the section's days from when it was replaced last; a later push lets the expired ones go.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from registry.entries import Entry
from registry.index import content
from registry.remote.location import KEPT_BYTES, TRASH, Remote
from registry.remote.s3 import Client, Object
from registry.remote.server_copy import Copier
from registry.sections import SECTIONS
from registry.sync import marker
from registry.sync.survey import Survey

DAY = 86400.0


def prefix(remote: Remote, entry: Entry) -> str:
    return remote.key(KEPT_BYTES, entry.section, entry.name, "")


def find(client: Client, entry: Entry) -> dict[str, Object]:
    """{SHA-256: object} of what is kept of an entry."""
    below = prefix(client.remote, entry)
    rows = {row.key[len(below) :]: row for row in client.list(below)}
    return {digest: row for digest, row in rows.items() if content.is_version(digest)}


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
            digest = self.survey.contents.of(path, listed.etag) if listed else ""
            dated = remote.key(TRASH, self.when, str(self.survey.entry), path)
            if listed and digest not in staying:
                wanted[below + digest if digest else dated] = listed
        for _ in Copier(session.client).copy_all((row, key) for key, row in wanted.items()):
            pass

    def expire(self) -> None:
        """Let go what has been kept long enough, by the store's clock or ours: the earlier one."""
        client, entry = self.survey.session.client, self.survey.entry
        kept = find(client, entry)
        if not kept:
            return
        now = min(time.time(), _store_time(client, client.remote.marker(entry)))
        for row in kept.values():
            since = marker.seconds(row.modified)
            if since is not None and now - since > self.days * DAY:
                client.delete(row.key)


def _store_time(client: Client, key: str) -> float:
    """In seconds since the epoch; 0 where the store does not tell: then nothing is too old."""
    from email.utils import parsedate_to_datetime

    head = client.head(key)
    try:
        return parsedate_to_datetime(head.headers["date"]).timestamp() if head else 0.0
    except (KeyError, ValueError, TypeError):
        return 0.0
