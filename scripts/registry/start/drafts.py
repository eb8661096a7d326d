"""Writes cards, with blanks, for entries that have data and no card: folders here, keys in S3."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from registry import entries, names
from registry.cards import draft
from registry.cards.library import Library
from registry.entries import Amount, Entry
from registry.files import write_whole
from registry.index import scan
from registry.sections import MIRRORED, SYNCED

Below = Iterator[str]  # keys below a folder of the registry's base, without that folder


def lacking(root: Path, keys: Callable[[str], Below]) -> list[Entry]:
    """Return the entries without a card that have a folder here, or keys in S3, by name."""
    known = {e for section in SYNCED for e in entries.on_disk(section, root)}
    for section in MIRRORED:
        tops = {key.partition("/")[0] for key in keys(f"{section}/") if "/" in key}
        known |= {Entry(section, name, root) for name in tops if not names.why_bad(name)}
    return sorted(entry for entry in known if not entry.card.exists())


def write(root: Path, chosen: list[Entry]) -> list[str]:
    """Return a draft for each; the cards' paths. Raises RegistryError without a template."""
    library = Library(root)
    for entry in chosen:
        here = Amount(0, 0)
        if entry.folder.is_dir():
            files = scan.scan(entry.folder).files
            here = Amount(len(files), sum(stat.size for stat in files.values()))
        card = draft.draft(entry, library, "", None, here)
        write_whole(entry.card, card.text.encode())
    return [f"{entry}{entries.CARD}" for entry in chosen]
