"""Says of which versions of which other entries an entry is made, by its card."""

from __future__ import annotations

from registry.entries import Entry
from registry.errors import RegistryError
from registry.index import baseline
from registry.remote.session import Session
from registry.sections import MIRRORED, RAW
from registry.sync import marker


def made_from(session: Session, entry: Entry) -> dict[str, str]:
    """{"section/name": version} of the entries that the card derives from, as far as it is known.

    What this checkout has of them counts; one that it never had is looked up in S3.
    """
    named = {other: _version(session, other) for other in sources(entry)}
    return {str(other): version for other, version in named.items() if version}


def waves(entries: list[Entry]) -> list[list[Entry]]:
    """These in groups, one after the other: an entry comes after those that it is made from.

    So it can name the versions that they get. What is made from itself, by some detour, comes last.
    """
    if len(entries) < 2:
        return [entries]
    left = {entry: set(sources(entry)) & {*entries} - {entry} for entry in entries}
    groups = []
    while left:
        ready = [e for e, needed in left.items() if not needed & left.keys()] or list(left)
        groups.append(ready)
        left = {entry: needed for entry, needed in left.items() if entry not in ready}
    return groups


def sources(entry: Entry) -> list[Entry]:
    """The entries of this registry that the card derives from; none without a card to be read."""
    from registry.cards import card, schema  # a quiet run reads no card

    try:
        read = card.parse(entry, entry.card.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return []
    ids = [id for key in schema.LINEAGE for id, _ in read.texts(key)]
    pairs = [id.partition("/") for id in dict.fromkeys(ids)]
    return [
        Entry(section, name, entry.root)
        for section, _, name in pairs
        if section in (*MIRRORED, RAW) and name and "/" not in name
    ]


def _version(session: Session, entry: Entry) -> str:
    if entry.section == RAW:
        from registry import dvc_file  # few have a raw source

        return dvc_file.content(entry)
    known = baseline.header(entry, session.remote.identity)
    if known and known.version:
        return known.version
    try:
        sealed, _ = marker.read(session.client, entry)
    except RegistryError:
        return ""
    return sealed.version if sealed and sealed.state == marker.DONE else ""
