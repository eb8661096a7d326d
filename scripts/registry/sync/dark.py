"""Finds what S3 holds that no card speaks of: counts it by prefix, takes the loose files out.

A plain `aws s3 sync` of a section also uploads cards, templates and rules, which travel by Git.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from registry import names
from registry.entries import Entry
from registry.errors import RegistryError
from registry.humanize import human_bytes, plural
from registry.index import scan
from registry.remote.location import TRASH
from registry.remote.s3 import Client, Object
from registry.remote.server_copy import Copier
from registry.remote.session import Session
from registry.sections import MIRRORED
from registry.sync import deletion, marker


@dataclass
class Amounts:
    """Lists sections, and remembers how much is below each folder, and how old its newest is."""

    session: Session
    _seen: dict[str, tuple[int, int, str]] = field(default_factory=dict)

    def keys(self, folder: str) -> Iterator[str]:
        """Yield the keys below `section/` or `section/name/`, without that."""
        prefix, top = self.session.remote.key(folder), folder.partition("/")[0]
        for row in self.session.client.list(prefix):
            key = row.key[len(prefix) :]
            name = key.partition("/")[0] if folder == f"{top}/" else folder.split("/")[1]
            files, size, newest = self._seen.get(f"{top}/{name}", (0, 0, ""))
            whole = files + 1, size + row.size, max(newest, row.modified)
            self._seen[f"{top}/{name}"] = whole
            yield key

    def told(self, id: str) -> str:
        """For example `3 files, 21 KiB, newest of 2026-11-28`; "" for what was not listed."""
        files, size, newest = self._seen.get(id, (0, 0, ""))
        return of(files, size, newest) if files else ""


def of(files: int, size: int, newest: str) -> str:
    return f"{plural(files, 'file')}, {human_bytes(size)}, newest of {newest[:10]}"


def amount_of(rows: Collection[Object]) -> str:
    """Return the same of these objects; "" for none."""
    newest = max((row.modified for row in rows), default="")
    return of(len(rows), sum(row.size for row in rows), newest) if rows else ""


def is_stored(session: Session, entry: Entry) -> bool:
    """Return whether S3 holds anything of it: asked of S3, no marker is trusted."""
    client, remote = session.client, session.remote
    is_listed = any(True for _ in client.list(remote.prefix(entry), page=1))
    return is_listed or client.head(remote.marker(entry)) is not None


def moved(client: Client, chosen: Iterable[Entry]) -> dict[str, str]:
    """Return {name: the one it was moved to} of these: the bytes of the old one go once Git knows.

    It asks for the marker of each.
    """
    held = marker.read_all(client, chosen)
    return {str(entry): mark.moved for entry, mark in held if mark and mark.moved}


def told(session: Session, known: Collection[str]) -> Iterator[str]:
    """A line for each prefix that is none of these entries', and two for what lies beside them.

    Lists all of the mirrored sections.
    """
    for section in MIRRORED:
        amounts, seen, beside = Amounts(session), set[str](), []
        for key in amounts.keys(f"{section}/"):
            name, slash, _ = key.partition("/")
            seen.add(f"{section}/{name}") if slash else beside.append(key)
        bare = [Entry(section, id.partition("/")[2]) for id in sorted(seen - {*known})]
        now = moved(session.client, bare)
        for entry in bare:
            why = _why_bare(entry, now.get(str(entry), ""))
            yield f"{entry}: {amounts.told(str(entry))} in S3, {why}"
        if rules := [name for name in beside if not scan.travels(name)]:
            files = plural(len(rules), "card or rule", "cards and rules")
            yield f"{section}/: {files} in S3, which Git has: `make remove LOOSE=1`"
        if bare_files := len(beside) - len(rules):
            files = f"{plural(bare_files, 'file')} in S3 in no entry's folder"
            yield f"{section}/: {files}: `make check-cards REMOTE=1` says how to move them into one"


def _why_bare(entry: Entry, now: str) -> str:
    """`now`: what it was moved to, if it was."""
    remove = f"`make remove DATASET={entry:sh}`"
    if now:
        return f"moved to {now}: a push from where it was moved takes them out, or {remove}"
    if bad := names.why_bad(entry.name):
        return f"which cannot be an entry's name, since {bad}: rename it in S3, or {remove}"
    return f"and no card: `git pull`, or `make card DATASET={entry:sh}`, or {remove}"


def loose(session: Session) -> list[Object]:
    """Return the cards, templates and rules that lie in S3 beside the entries' folders."""
    rows = []
    for section in MIRRORED:
        prefix = session.remote.key(section, "")
        for row in session.client.list(prefix):
            name = row.key[len(prefix) :]
            if name and "/" not in name and not scan.travels(name):
                rows.append(row)
    return rows


def take_out(session: Session, rows: list[Object]) -> str:
    """To the registry's trash, then key by key as they were listed; the trash's prefix.

    Raises RegistryError where one changed meanwhile: it stays.
    """
    remote, client = session.remote, session.client
    bin_ = remote.key(TRASH, f"{marker.now()}-loose", "")
    below = len(remote.key(""))
    if rows:
        deletion.prove_right(session, rows[0].key[below:].rpartition("/")[0])
    for _ in Copier(client).copy_all((row, bin_ + row.key[below:]) for row in rows):
        pass
    for row in rows:
        if not client.delete_unchanged(row.key, row.etag):
            raise RegistryError(f"{row.key}: it changed in S3 meanwhile, and stays: run again")
    return bin_
