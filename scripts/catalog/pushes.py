"""Reads what S3 holds of every entry: one listing of the markers and a GET for each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from catalog.kept import Kept, key_of
from registry.entries import Entry, entry_of
from registry.errors import RegistryError
from registry.index import listing
from registry.remote import connect
from registry.remote.s3 import Client
from registry.sections import MIRRORED, SYNCED
from registry.sync import marker

AT_ONCE = 16


class Push(NamedTuple):
    """What S3 holds of an entry. `state`: a marker's, or "" when nobody ever sealed it."""

    files: int
    bytes: int
    state: str = ""
    who: str = ""
    when: str = ""
    commit: str = ""
    version: str = ""
    moved: str = ""  # what it is called now, while something is left under this name


class Reached(NamedTuple):
    """S3 to ask, and the ETags of all markers, by "section/name"; or why it cannot be asked."""

    client: Client | None = None
    etags: Mapping[str, str] = {}
    problem: str = ""


class Answer(NamedTuple):
    """{"section/name": push}, and S3 to ask for more, or why it could not be asked."""

    pushes: dict[str, Push]
    problem: str = ""
    client: Client | None = None
    etags: Mapping[str, str] = {}


def reach(root: Path) -> Reached:
    try:
        session, etags = connect.connect(root)
    except RegistryError as error:
        return Reached(problem=str(error))
    return Reached(session.client, etags)


def read(store: Reached, root: Path, entries: list[Entry], kept: Kept) -> Answer:
    """Ask for every entry that S3 has a marker of, and for those that should be there.

    An entry that nobody sealed, as in a bucket filled by plain `aws s3 sync`, is listed.
    """
    if not store.client:
        return Answer({}, store.problem)
    marked = [entry_of(name, root) for name in store.etags if _is_entry(name)]
    bare = [e for e in entries if e.section in MIRRORED and str(e) not in store.etags]
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            pushes = _ask(pool, partial(_sealed, store, kept), marked)
            pushes |= _ask(pool, partial(_listed, store.client), bare)
    except RegistryError as error:
        return Answer({}, str(error))
    return Answer(pushes, client=store.client, etags=store.etags)


def _ask(
    pool: ThreadPoolExecutor, how: Callable[[Entry], Push | None], entries: list[Entry]
) -> dict[str, Push]:
    answers = zip(entries, pool.map(how, entries), strict=True)
    return {str(entry): push for entry, push in answers if push}


def _sealed(store: Reached, kept: Kept, entry: Entry) -> Push | None:
    """Return what an entry's marker says, or said while it had the same ETag."""
    assert store.client
    name = key_of(str(entry), store.client.remote.identity, store.etags[str(entry)])
    former = kept.get("markers", name)
    if former:
        return Push(*former)
    stored, etag = marker.read(store.client, entry)
    if stored is None or stored.token == "unreadable":
        return None
    made = stored.files, stored.bytes, stored.state, stored.who, stored.when, stored.commit
    push = Push(*made, stored.version, stored.moved)
    if etag == store.etags[str(entry)]:
        kept.put("markers", name, push)
    return push


def _listed(client: Client, entry: Entry) -> Push | None:
    """Return what there is of an entry without a marker; None if nothing is."""
    rows = listing.read(client, client.remote.prefix(entry)).files.values()
    if not rows:
        return None
    newest = max(row.modified for row in rows)
    return Push(len(rows), sum(row.size for row in rows), when=newest)


def _is_entry(name: str) -> bool:
    return name.count("/") == 1 and name.partition("/")[0] in SYNCED
