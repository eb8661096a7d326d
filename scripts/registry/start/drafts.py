"""Writes cards, with blanks, for entries that have data and no card: folders here, keys in S3."""

from __future__ import annotations

from pathlib import Path

from registry import entries, names
from registry.cards import draft
from registry.cards.library import Library
from registry.entries import Amount, Entry
from registry.files import write_whole
from registry.index import scan
from registry.remote.s3 import Client
from registry.sections import MIRRORED, SYNCED
from registry.sync import dark


def lacking(
    root: Path, client: Client, coming: set[str], versions: set[str]
) -> tuple[list[Entry], dict[str, str]]:
    """Return the entries, by name, that have a folder here, keys in S3 or a `.dvc` file among those
    that are coming (`versions`), and no card here nor coming; and {name: why it gets none}.

    Of a move that is not over S3 lists both names, and who made it brings its card by Git.
    """
    known, unfit = _stored(root, client)
    known |= {entries.entry_of(id, root) for id in versions}
    bare = [entry for entry in sorted(known) if str(entry) not in coming]
    moved = dark.moved(client, [*bare, *map(entries.entry_of, coming)] if bare else [])
    left = {}
    for old, new in moved.items():
        if old not in coming:
            left[old] = f"it was moved to {new}"
        elif new not in coming:
            left[new] = f"it was {old}, and its card comes by `git push` from where it was moved"
    chosen = [entry for entry in bare if str(entry) not in left]
    why = {str(entry): left[str(entry)] for entry in bare if str(entry) in left}
    named = {id: f"it cannot be an entry's name, since {bad}" for id, bad in unfit.items()}
    return chosen, why | {id: text for id, text in named.items() if id not in coming}


def _stored(root: Path, client: Client) -> tuple[set[Entry], dict[str, str]]:
    """What has data, here or in S3, and no card here; and {id: why that cannot be an entry}."""
    known = {e for section in SYNCED for e in entries.on_disk(section, root)}
    unfit = {}
    for section in MIRRORED:
        prefix = client.remote.key(section, "")
        keys = (row.key[len(prefix) :] for row in client.list(prefix))
        for name in {key.partition("/")[0] for key in keys if "/" in key}:
            if why := names.why_bad(name):
                unfit[f"{section}/{name}"] = why
            else:
                known.add(Entry(section, name, root))
    return {entry for entry in known if not entry.card.exists()}, unfit


def write(root: Path, chosen: list[Entry]) -> list[str]:
    """Return a draft for each; the cards' paths. Raises RegistryError without a template."""
    library = Library(root)
    for entry in chosen:
        here = Amount(0, 0)
        if entry.folder.is_dir():
            files = scan.scan(entry.folder).files
            here = Amount(len(files), sum(stat.size for stat in files.values()))
        card = draft.draft(entry, library, "", None, here, is_new=False)
        write_whole(entry.card, card.text.encode())
    return [f"{entry}{entries.CARD}" for entry in chosen]
