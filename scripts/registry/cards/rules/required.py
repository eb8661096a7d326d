"""Judges whether a card has what it must: a license, say; and what spares an entry that cannot."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.cards import schema
from registry.cards.card import Card
from registry.cards.kinds import Found
from registry.cards.library import Library
from registry.cards.schema import BY_NAME, EXCUSES, ONE_OF, REQUIRED_WITH, Excuse
from registry.cards.vocabulary import nearest


def required(card: Card, library: Library) -> Iterator[Found]:
    """Every key that the section requires is there, or what excuses it is."""
    if not card.where or card.broken:
        return
    line = card.line_at(card.where.fence)
    for key in schema.required(card.entry.section):
        if key not in card.fields and not excused(key, card):
            field = BY_NAME[key]
            yield line, f"{key} must be there ({field.about}): {_cure(key, card)}"
    either = ONE_OF.get(card.entry.section, ())
    if either and not any(key in card.fields for key in either):
        yield line, f"{' or '.join(either)} must be there: add `{either[0]}: [section/name]`"


def required_with(card: Card, library: Library) -> Iterator[Found]:
    """A value that needs other keys has them."""
    for key, wanted, others in REQUIRED_WITH:
        for text, line in card.texts(key):
            for other in others:
                if text == wanted and other not in card.fields:
                    yield line, f"{other} must be there when {key} is {wanted}: add `{other}: …`"


def excused(key: str, card: Card) -> bool:
    """Return whether the card says why it cannot have this key."""
    for excuse in _excuses(key, card):
        said_otherwise = any(card.texts(other) for other in excuse.by)
        if said_otherwise and not any(other in card.fields for other in excuse.keys):
            return True
        texts = [card.shown[h.end : h.content] for h in card.headings if h.text == excuse.heading]
        if excuse.said and any(re.search(excuse.said, text, re.IGNORECASE) for text in texts):
            return True
    return False


def _cure(key: str, card: Card) -> str:
    if meant := _misspelt(key, card):
        return f"'{meant}' is no key of ours: did you mean '{key}'?"
    add = f"add `{key}: {BY_NAME[key].example}`"
    return "; ".join([add, *(excuse.cure for excuse in _excuses(key, card))])


def _misspelt(key: str, card: Card) -> str:
    """The key of this card that was probably meant to be `key`; "" when none was."""
    strangers = [name for name in card.fields if name not in BY_NAME]
    return nearest(key, strangers, 0.75)


def _excuses(key: str, card: Card) -> list[Excuse]:
    return [e for e in EXCUSES if e.section == card.entry.section and key in e.keys]
