"""The draft of a new card: its section's template, with everything in it that can be known."""

from __future__ import annotations

import datetime

from registry import card_edit, card_sources, cards, scan
from registry.card_fields import BY_NAME
from registry.cards import Card
from registry.code_repository import Code
from registry.console import human_bytes, plural
from registry.entries import Entry
from registry.errors import Refusal, RegistryError, UsageError
from registry.library import Library


def draft(entry: Entry, library: Library, sources: str, code: Code | None) -> Card:
    """The card to begin with; `sources` are the entries that it derives from.

    Raises UsageError for sources that cannot be, Refusal when there is a card already.
    """
    card = blank(entry, library)
    if "retrieved" in card.fields:
        card = card_edit.set_key(card, "retrieved", str(datetime.date.today()))
    if sources:
        card = _derived(card, library, sources)
    if code:
        card = _coded(card, code)
    return _measured(card)


def blank(entry: Entry, library: Library) -> Card:
    """The template with the entry's name in it. Raises RegistryError without a template."""
    if entry.card.exists():
        raise Refusal(f"{entry}.card.md is there already: edit it; nothing is overwritten")
    template = library.template(entry.section)
    if template is None:
        raise RegistryError(f"{entry.section}/template.card.md is missing: restore it from Git")
    return cards.parse(entry, template.text.replace("<name>", entry.name))


def _derived(card: Card, library: Library, sources: str) -> Card:
    key = card_sources.key_for(card.entry)
    if not key:
        raise UsageError(f"FROM: an entry of {card.entry.section} has no sources: leave it out")
    found = card_sources.cards_of(sources, card.entry, library)
    values = {key: [str(source.entry) for source in found], **card_sources.inherited(found)}
    for key, texts in values.items():
        card = card_edit.set_key(card, key, card_edit.value_of(key, texts))
    return card


def _coded(card: Card, code: Code) -> Card:
    section = card.entry.section
    if section not in BY_NAME["code"].sections:
        raise UsageError(f"CODE: an entry of {section} names no code of its own: leave it out")
    if "code" not in card.fields:
        empty = (
            f"{{repo: {card_edit.BLANK}, commit: {card_edit.BLANK}, command: {card_edit.BLANK}}}"
        )
        card = card_edit.set_key(card, "code", empty)
    if code.repo:
        card = card_edit.set_key(card, "code.repo", card_edit.scalar(code.repo))
    return card_edit.set_key(card, "code.commit", f'"{code.commit}"')


def _measured(card: Card) -> Card:
    """With a comment on what is in the folder now; `make status` tells it at any time."""
    files = scan.scan(card.entry.folder).files
    if not files or not card.where:
        return card
    size = human_bytes(sum(stat.size for stat in files.values()))
    count = plural(len(files), "file")
    note = f"# {count}, {size} on {datetime.date.today()}\n"
    at = card.where.end
    return cards.parse(card.entry, card.text[:at] + note + card.text[at:])
