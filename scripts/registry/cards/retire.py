"""Retires an entry in its card: the status, why, and what to use instead; or takes that back."""

from __future__ import annotations

from collections.abc import Iterator

from registry.cards import card as cards_card
from registry.cards import edit
from registry.cards.card import Card
from registry.cards.library import Library
from registry.cards.schema import LINEAGE
from registry.entries import Entry
from registry.errors import Refusal, UsageError

STATUS, NOTICE, SUCCESSOR = KEYS = ("status", "deprecated_notice", "new_version")
RETIRED = "deprecated"
BUILT_ON = (*LINEAGE, "training_results", "model")  # keys of the cards of what builds on another


def is_retired(card: Card) -> bool:
    return RETIRED in [text for text, _ in card.texts(STATUS)]


def retired(card: Card, why: str, successor: str) -> Card:
    """Return the card that says so. A successor that is named already stays where none is given."""
    values = {STATUS: RETIRED, NOTICE: " ".join(why.split()), SUCCESSOR: successor}
    for key, text in values.items():
        if text:
            card = _with_line_ends(card, edit.set_key(card, key, edit.scalar(text)))
    return card


def active(card: Card) -> Card:
    """Return the card as it is without these keys. Raises Refusal for one that is not retired."""
    if not is_retired(card):
        raise Refusal(f"{card.path} is not retired: nothing to undo")
    for key in KEYS:
        card = edit.drop_key(card, key)
    return card


def chosen(library: Library, entry: Entry, word: str) -> str:
    """Return the successor that a word means.

    Raises UsageError for one that cannot take its place.
    """
    named = word.removesuffix("/")
    id = named if "/" in named else f"{entry.section}/{named}"
    other = library.ids.get(id)
    if id == str(entry):
        raise UsageError(f"BY={word}: it must be another entry than the retired one")
    if other is None or other.section != entry.section or not library.tells(id):
        raise UsageError(
            f"BY={word!r} must be an entry of {entry.section}/{_near(library, entry, id)}"
        )
    _refuse_retired(library, entry, other)
    return id


def _near(library: Library, entry: Entry, id: str) -> str:
    from difflib import get_close_matches

    fits = [o for o, known in library.ids.items() if known.section == entry.section]
    near = get_close_matches(id, (o for o in fits if o != str(entry)), n=2)
    return f": did you mean {' or '.join(near)}?" if near else ", as `make status` lists them"


def _refuse_retired(library: Library, entry: Entry, other: Entry) -> None:
    """Raises UsageError for a successor that is retired itself, naming the one to take instead."""
    successor = str(other)
    steps, card = [successor], library.card(other)
    while card and is_retired(card):
        following = [text for text, _ in card.texts(SUCCESSOR)]
        if str(entry) in following:
            raise UsageError(f"BY={successor}: it names {entry} as its own successor")
        if not following or following[0] in steps:
            raise UsageError(f"BY={successor}: it is retired itself, and names none in its place")
        steps, card = [*steps, following[0]], _card(library, following[0])
    if len(steps) > 1:
        raise UsageError(f"BY={successor}: it is retired itself: take BY={steps[-1]}")


def builders(library: Library, entry: Entry) -> Iterator[tuple[Card, int, str]]:
    """Yield (card, line, key) of all that is in use and names this entry as what it is built on."""
    for other in library.entries:
        card = library.card(other) if other.card.exists() else None
        if card and other != entry and not is_retired(card):
            for key in BUILT_ON:
                lines = [line for text, line in card.texts(key) if text == str(entry)]
                yield from ((card, line, key) for line in lines)


def _card(library: Library, id: str) -> Card | None:
    return library.card(library.ids[id]) if id in library.ids else None


def _with_line_ends(before: Card, after: Card) -> Card:
    """The new one with the old one's line ends, where these are Windows' throughout."""
    if before.text.count("\n") != before.text.count("\r\n"):
        return after
    text = after.text.replace("\r\n", "\n").replace("\n", "\r\n")
    return cards_card.parse(after.entry, text)
