"""Says why an entry may not go out to everybody: its card, its license, people's data, upstream."""

from __future__ import annotations

from collections.abc import Iterator

from registry import git
from registry.cards import check, licenses
from registry.cards.library import Library
from registry.cards.lineage import Ancestry
from registry.cards.personal import PERSONAL, is_cleared
from registry.cards.rules import licenses as license_rules
from registry.entries import CARD, Entry
from registry.sections import RAW, RESULTS, SECTIONS


def reasons(entry: Entry, library: Library) -> list[str]:
    """Return why it may not be published, each with its cure; none for one that may."""
    if SECTIONS[entry.section].travels == "never":
        return [f"{entry.section} never leave this machine: promote it to another section first"]
    card = library.card(entry)
    problems = check.errors(entry, library, strict=True)
    if card is None or problems:
        return [f"its card is not right: `make check-cards DATASET={entry:sh}`"]
    family = Ancestry(library)
    family.follow([entry], with_runs=False)
    return [
        *_uncommitted(entry, family),
        *_licenses(entry, family),
        *dict.fromkeys(_uncleared(entry, library, set())),
    ]


def _uncommitted(entry: Entry, family: Ancestry) -> Iterator[str]:
    """Yield what strangers read, and what lets it out, must be what Git has: there all see it."""
    cards = [f"{one}{CARD}" for one in family.entries]
    changed = git.uncommitted(entry.root, *cards, f"{entry}.dvc", licenses.OWN_FILE)
    if changed:
        yield f"{', '.join(changed)} is not committed: `git commit` it"


def _licenses(entry: Entry, family: Ancestry) -> Iterator[str]:
    """Its own license allows sharing, and each in the lineage gives no more than it may."""
    library = family.library
    card = library.card(entry)
    why = library.licenses.shared(licenses.names_of(card) if card else [])
    if why:
        yield f"its license {why}"
    yield from family.lost.values()
    for one in family.entries:
        card = library.card(one)
        for _, text in license_rules.clashes(card, library) if card else ():
            yield f"its license gives more than it may: {'' if one == entry else f'{one}: '}{text}"


def _uncleared(entry: Entry, library: Library, seen: set[Entry]) -> Iterator[str]:
    """An entry's own word on people's data counts; without one, that of all it is made from."""
    card = library.card(entry)
    if entry in seen or card is None:
        return
    seen.add(entry)
    said = " ".join(text for text, _ in card.texts(PERSONAL))
    keys = ["model"] if entry.section == RESULTS else []
    named = [*licenses.sources_of(card), *(text for key in keys for text, _ in card.texts(key))]
    below = [library.ids[id] for id in named if id in library.ids]
    if said:
        if not is_cleared(said):
            yield (
                f"{PERSONAL} of {entry} is not cleared: when it may go out, say so in "
                f"{card.path}: `{PERSONAL}: …; cleared by whom and why`"
            )
    elif entry.section == RAW or not below:
        cure = f"add `{PERSONAL}: none` to {card.path}"
        yield f"{entry} does not say what it holds about people: {cure}"
    for other in [] if said else below:
        yield from _uncleared(other, library, seen)
