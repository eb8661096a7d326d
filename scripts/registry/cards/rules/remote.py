"""Judges what only S3 can answer (REMOTE=1): cards without bytes, bytes without a card.

`Listing` is how they ask: the keys below `<section>/`, without it; `Missing`: which versions of
raw datasets are not there. The base prefix, the client and the way in are the caller's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress

from registry import dvc_file
from registry.cards.library import Library
from registry.dvc_file import Version
from registry.dvc_outs import BadDvcFile
from registry.entries import CARD, Entry
from registry.names import why_bad
from registry.problems import Problem
from registry.sections import MIRRORED, RAW

SHOWN = 3  # names of loose files
Move = Callable[[str, str], str]
Listing = Callable[[str], Iterable[str]]
HowMuch = Callable[[str], str]
Moved = Callable[[list[Entry]], Mapping[str, str]]
GIT_ONLY = (CARD, ".dvc", ".gitignore", ".DS_Store")
Missing = Callable[[list[Version]], list[Version]]


def check(
    library: Library,
    chosen: list[Entry],
    listing: Listing,
    missing: Missing,
    move: Move,
    told: HowMuch = lambda id: "",
    moved: Moved = lambda entries: {},
) -> Iterator[Problem]:
    """Every problem between the cards of these entries and the keys in S3.

    `told`: how much there is of an entry that was listed, and how old it is. `move`: gives the
    command that moves the files of a folder in S3, not its folders, to another. `moved`: which of
    these entries have another name now.
    """
    raw = [version for e in chosen if e.section == RAW for version in _named(e)]
    lacking = missing(raw) if raw else []
    for id in dict.fromkeys(version.entry for version in lacking):
        yield from _no_bytes(library.ids[id], "S3 must hold its version whole, and does not")
    everything = len(chosen) == len(library.entries)
    for section in MIRRORED:
        mine = [entry for entry in chosen if entry.section == section]
        if everything:
            yield from _section(library, section, set(listing(f"{section}/")), move, told, moved)
            continue
        for entry in mine:
            if not any(True for _ in listing(f"{entry}/")):
                yield from _no_bytes(entry)


def _named(entry: Entry) -> list[Version]:
    with suppress(BadDvcFile):  # another rule says so
        return dvc_file.on_disk(entry)
    return []


def _named_or_removed(entry: Entry) -> str:
    """Return what to do about one without a card; not each name in S3 can be an entry's."""
    remove = f"`make remove DATASET={entry:sh}`"
    if bad := why_bad(entry.name):
        return f"it can get none under this name, since {bad}: rename it in S3, or {remove}"
    return f"run `make card DATASET={entry:sh}`, or {remove}"


def _section(
    library: Library, section: str, keys: set[str], move: Move, told: HowMuch, moved: Moved
) -> Iterator[Problem]:
    """All of one section: its entries against the first parts of the keys."""
    stored = {key.partition("/")[0] for key in keys if "/" in key}
    for entry in library.entries:
        if entry.section == section and entry.name not in stored:
            yield from _no_bytes(entry)
    named = (Entry(section, name, library.root) for name in sorted(stored))
    bare = [e for e in named if not e.card.is_file() and str(e) not in library.ids]
    now = moved(bare)
    for entry in bare:
        if str(entry) not in now:
            held = f" ({amount})" if (amount := told(str(entry))) else ""
            text = f"what is in S3{held} must have a card: {_named_or_removed(entry)}"
            yield Problem(f"{entry}{CARD}", 1, text, rule="remote-card")
    loose = sorted(key for key in keys if key and "/" not in key)
    cards = [key for key in loose if key.endswith(GIT_ONLY)]
    if cards:
        yield _cards_of_git(section, cards)
    loose = [key for key in loose if key not in cards]
    if loose:
        yield _loose(section, loose, move)


def _cards_of_git(section: str, names: list[str]) -> Problem:
    """What a plain `aws s3 sync` of a section uploaded though Git alone has it."""
    shown = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if names[SHOWN:] else "")
    text = f"cards and rules travel by Git, and are in S3 too ({shown}): `make remove LOOSE=1`"
    return Problem(f"{section}/", 1, text, rule="remote-loose")


def _loose(section: str, names: list[str], move: Move) -> Problem:
    """All files beside the folders of a section: one finding, one cure."""
    shown = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if names[SHOWN:] else "")
    count = "1 file is" if len(names) == 1 else f"{len(names)} files are"
    command = move(f"{section}/", f"{section}/loose/")
    cure = f"move them into one by `{command}`, then `make card DATASET={section}/loose`"
    text = f"what is in S3 must be in an entry's folder, and {count} not ({shown}): {cure}"
    return Problem(f"{section}/", 1, text, rule="remote-loose")


def _no_bytes(
    entry: Entry, what: str = "a card must have its bytes in S3, and none are there"
) -> Iterator[Problem]:
    if entry.card.is_file():
        cure = f"run `make push DATASET={entry:sh}`"
        if not os.path.lexists(entry.folder):
            cure += " where its files are, or delete the card"
        text = f"{what}: {cure}"
        yield Problem(f"{entry}{CARD}", 1, text, rule="remote-bytes")
