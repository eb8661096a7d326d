"""Renames a folder here whose entry somebody else moved, as the marker and the new card say."""

from __future__ import annotations

import os
from collections.abc import Iterator

from registry import entries, freed
from registry.entries import Entry
from registry.errors import RegistryError
from registry.humanize import some
from registry.index import baseline, content
from registry.remote import connect
from registry.remote.s3 import Client
from registry.remote.session import Session
from registry.sections import EXPERIMENTS, MIRRORED, SECTIONS
from registry.sync import compare, marker
from registry.sync.marker import Marker
from registry.sync.survey import Survey


def orphans(session: Session) -> list[Entry]:
    """Folders here without a card: asked of this disk alone."""
    here = (e for s in MIRRORED for e in entries.on_disk(s, session.root))
    return [entry for entry in here if not entry.card.exists()]


def follow(orphans: list[Entry], session: Session, dry_run: bool) -> Iterator[str]:
    """Rename what was moved; a line for each, and for each that stays.

    Raises Unreachable as `connect.connect` does: this may be the first that a command asks.
    """

    def read(client: Client) -> list[tuple[Entry, Marker | None]]:
        return [*marker.read_all(client, orphans)]

    for old, held in connect.first(session, read) if orphans else []:
        section, _, name = (held.moved if held else "").partition("/")
        if section not in SECTIONS or not name or "/" in name:
            continue
        new = Entry(section, name, session.root)
        if not new.card.exists():
            yield f"{old}: it was moved to {new}, whose card is not here yet: `git pull`"
        elif news := _news(old, session):
            yield (
                f"{old}: it was moved to {new}, and kept here, since it was changed here "
                f"({some(news)}): copy that into {new}/ after a pull; then {_put_away(old)}"
            )
        elif os.path.lexists(new.folder):
            cure = _compare(old, new, session)
            yield f"{old}: it was moved to {new}, which is here as well: {cure}"
        elif dry_run:
            yield f"{old}: to be renamed to {new}, as it was moved"
        else:
            _rename(old, new, session)
            yield f"{old}: renamed to {new}, as {held.who if held else 'somebody'} moved it"


def make_way(chosen: list[Entry], session: Session, dry_run: bool) -> Iterator[str]:
    """Rename what another one replaced and S3 holds under a name of its own now; a line for each.

    It is known by its version: the one that was verified here is that of an entry which is not
    here, and S3 holds another one under the name that it has here.
    """
    absent = [e for e in _lacking(chosen, session) if not _verified(e, session)]
    if not absent:
        return
    here = {e: v for e in chosen if (v := _verified(e, session)) and os.path.lexists(e.folder)}
    if not here:
        return
    for new, held in marker.read_all(session.client, absent):
        version = held.version if held and held.state == marker.DONE else ""
        old = next((e for e in here if here[e] == version and e.section == new.section), None)
        if not version or old is None or not _is_replaced(old, version, session):
            continue
        if dry_run:
            yield f"{old}: to be renamed to {new}, as another one takes its name"
        elif not _news(old, session):
            _rename(old, new, session)
            del here[old]
            yield f"{old}: renamed to {new}, as another one takes its name"


def _lacking(chosen: list[Entry], session: Session) -> list[Entry]:
    """Return those whose folder is to come, and was not freed; asked of this disk alone."""
    absent = (e for e in chosen if e.section in MIRRORED and not os.path.lexists(e.folder))
    return [e for e in absent if not freed.is_noted(e, session.remote.identity)]


def _verified(entry: Entry, session: Session) -> str:
    """The version that was here last, and was as S3 had it."""
    known = baseline.header(entry, session.remote.identity) if entry.section in MIRRORED else None
    return known.version if known else ""


def _is_replaced(old: Entry, version: str, session: Session) -> bool:
    held, _ = marker.read(session.client, old)
    return bool(held and held.state == marker.DONE and held.version not in ("", version))


def _compare(old: Entry, new: Entry, session: Session) -> str:
    """What to do with both folders: what was in step, and not changed since, holds nothing new."""
    if baseline.header(old, session.remote.identity):
        return _put_away(old)
    return f"`diff -rq {old:sh} {new:sh}` tells what only one has; then {_put_away(old)}"


def _put_away(old: Entry) -> str:
    return f"`make remove DATASET={old:sh} CONFIRM={old:name}` puts the old folder into the trash"


def _news(old: Entry, session: Session) -> list[str]:
    """Return what is here otherwise than the baseline says. Of what was never in step nothing is
    told: what it differs in from S3 is told under the new name."""
    if not baseline.header(old, session.remote.identity):
        return []
    survey = Survey(old, session)
    survey.look_here()
    if survey.local.blocked:
        return survey.local.blocked
    survey.trust_marker()
    try:
        plan = survey.plan(compare.PULL)
    except RegistryError as error:
        return [str(error)]
    return [*plan[compare.KEEP], *plan[compare.KEEP_GONE]]


def _rename(old: Entry, new: Entry, session: Session) -> None:
    """The baseline first: a crash in between leaves the folder where it was, and is run again."""
    if new.section != EXPERIMENTS and baseline.header(old, session.remote.identity):
        known = baseline.load(old, session.remote.identity)
        known.marker = ""  # of the old one; the version is that of the bytes
        baseline.save(new, session.remote.identity, known, 0)
    new.folder.parent.mkdir(exist_ok=True)
    os.rename(old.folder, new.folder)
    baseline.forget(old)
    content.forget(old)
