"""The gate of pull and push: one command at a time, and only what may have something to move.

It takes the checkout's lock and has helpers look at the entries' folders, while the rest is
imported and S3 is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry import entries, lock, selection, workspace
from registry.console import say
from registry.errors import UsageError
from registry.index.fingerprints import Stamps
from registry.sections import MIRRORED, SYNCED

if TYPE_CHECKING:
    from registry.daily.choice import Chosen


def enter(direction: str, words: list[str]) -> Chosen:
    """Return what of the entries that were named may have something to `pull` or to `push`.

    Raises RegistryError where none can go on: for a wrong name, or when S3 does not answer.
    """
    if not all(word.strip() for word in words):
        raise UsageError("an empty name: name an entry, or nothing at all for all of them")
    chosen = selection.select(words, SYNCED)
    lock.take(entries.ROOT, f"./{direction}.sh")
    take_back()
    stamps = Stamps([entry for entry in chosen if entry.section in MIRRORED])
    from registry.daily import choice  # the helpers are under way

    return choice.choose(direction, chosen, bool(words), stamps)


def take_back() -> None:
    """Put back what a `make free` had set aside, if it was stopped."""
    if not workspace.has_begun_to_free(entries.ROOT):
        return
    from registry.raw import free

    for entry in free.recover(entries.ROOT):
        say(f"{entry}: put back, since a `make free` of it was stopped")
