"""Drafts a new card: its section's template, with everything in it that can be known."""

from __future__ import annotations

import datetime
from urllib.parse import quote

from registry.cards import card as cards_card
from registry.cards import edit
from registry.cards.card import Card
from registry.cards.code import Code
from registry.cards.library import Library
from registry.cards.schema import BY_NAME, fitting
from registry.entries import Amount, Entry
from registry.errors import Refusal, RegistryError, UsageError
from registry.humanize import human_bytes, plural
from registry.sections import SECTIONS
from registry.selection import select


def draft(
    entry: Entry,
    library: Library,
    sources: str,
    code: Code | None,
    here: Amount,
    is_new: bool = True,
) -> Card:
    """The card to begin with: `sources` are what it derives from, `here` what is in its folder.

    One that `is_new` was retrieved today; of what was there before nobody knows when.
    Raises UsageError for sources that cannot be, Refusal when there is a card already.
    """
    if entry.card.exists():
        raise Refusal(f"{entry}.card.md is there already: edit it; nothing is overwritten")
    card = blank(entry, library)
    if is_new and "retrieved" in card.fields:
        card = edit.set_key(card, "retrieved", str(datetime.date.today()))
    if sources:
        card = _derived(card, library, sources)
    if code:
        card = _coded(card, code)
    return _measured(card, here)


def blank(entry: Entry, library: Library) -> Card:
    """Return the template with the entry's name in it. Raises RegistryError without a template."""
    template = library.template(entry.section)
    if template is None:
        raise RegistryError(f"{entry.section}/template.card.md is missing: restore it from Git")
    if template.broken and not template.bare:
        line, why = template.broken[0]
        raise RegistryError(f"{template.path}:{line}: {why}; nothing was made")
    text = template.text.replace("<name>.card.md", f"{quote(entry.name)}.card.md")
    text = text.replace("<name>", entry.name)
    if template.bare:
        text = f"{edit.new_front_matter(entry, {}, {})}\n{text}"
    return cards_card.parse(entry, text)


def doubts(entry: Entry, library: Library) -> list[str]:
    """Return what a person must know about a card that was begun from this template."""
    template = library.template(entry.section)
    if template is None or not template.bare:
        return []
    return [f"{template.path} has no front matter: that of the schema was put above its text"]


def _derived(card: Card, library: Library, sources: str) -> Card:
    key = key_for(card.entry)
    if not key:
        raise UsageError(f"FROM: an entry of {card.entry.section} has no sources: leave it out")
    cards = cards_of(sources, card.entry, library)
    values = {key: [str(source.entry) for source in cards], **inherited(cards)}
    for key, texts in values.items():
        card = edit.set_key(card, key, edit.value_of(key, texts))
    return card


def _coded(card: Card, code: Code) -> Card:
    section = card.entry.section
    if section not in BY_NAME["code"].sections:
        raise UsageError(f"CODE: an entry of {section} names no code of its own: leave it out")
    if "code" not in card.fields:
        empty = f"{{repo: {edit.BLANK}, commit: {edit.BLANK}, command: {edit.BLANK}}}"
        card = edit.set_key(card, "code", empty)
    if code.repo:
        card = edit.set_key(card, "code.repo", edit.scalar(code.repo))
    return edit.set_key(card, "code.commit", f'"{code.commit}"')


def _measured(card: Card, here: Amount) -> Card:
    """With a comment on what is in the folder now; `make status` tells it at any time."""
    if not here.files or not card.where:
        return card
    size = f"{plural(here.files, 'file')}, {human_bytes(here.bytes)}"
    note = f"# {size} on {datetime.date.today()}\n"
    at = card.where.end
    return cards_card.parse(card.entry, card.text[:at] + note + card.text[at:])


def inherited(sources: list[Card]) -> dict[str, list[str]]:
    """The texts of `license`, `tags` and `language` by key; a license only if all agree on it."""
    values = {}
    for key in ("license", "tags", "language"):
        texts = [list(dict.fromkeys(text for text, _ in card.texts(key))) for card in sources]
        same = len({tuple(sorted(each)) for each in texts}) == 1
        together = list(dict.fromkeys(text for each in texts for text in each if text != "TODO"))
        if together and (same or key != "license"):
            values[key] = together
    return values


def key_for(entry: Entry) -> str:
    """Return the key of the entry's card that names its sources: "" for those that have none."""
    for key in ("source_datasets", "datasets"):
        if entry.section in BY_NAME[key].sections and fitting("datasets", entry.section):
            return key
    return ""


def cards_of(words: str, entry: Entry, library: Library) -> list[Card]:
    """Return the cards of the entries that FROM names. Raises UsageError for one that cannot be."""
    cards = []
    for source in select([words], SECTIONS, library.root):
        word, card = str(source), library.card(source)
        if card is None:
            raise UsageError(f"FROM={word}: must have a card: `make card DATASET={source:sh}`")
        if source.section not in fitting("datasets", entry.section):
            raise UsageError(f"FROM={word}: an entry of {entry.section} cannot derive from it")
        cards.append(card)
    return cards
