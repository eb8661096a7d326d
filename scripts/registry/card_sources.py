"""What a new card takes over from the entries that it derives from: license, tags, languages."""

from __future__ import annotations

from registry.card_fields import BY_NAME, fitting
from registry.cards import Card
from registry.entries import Entry, select
from registry.errors import UsageError
from registry.library import Library
from registry.sections import SECTIONS


def inherited(sources: list[Card]) -> dict[str, list[str]]:
    """The texts of `license`, `tags` and `language` by key; a license only if all agree on it."""
    found = {}
    for key in ("license", "tags", "language"):
        texts = [list(dict.fromkeys(text for text, _ in card.texts(key))) for card in sources]
        same = len({tuple(sorted(each)) for each in texts}) == 1
        together = list(dict.fromkeys(text for each in texts for text in each if text != "TODO"))
        if together and (same or key != "license"):
            found[key] = together
    return found


def key_for(entry: Entry) -> str:
    """The key of the entry's card that names its sources: "" for those that have none."""
    for key in ("source_datasets", "datasets"):
        if entry.section in BY_NAME[key].sections:
            return key
    return ""


def cards_of(words: str, entry: Entry, library: Library) -> list[Card]:
    """The cards of the entries that FROM names. Raises UsageError for one that cannot be."""
    found = []
    for source in select([words], SECTIONS, library.root):
        word, card = str(source), library.card(source)
        if card is None:
            raise UsageError(f"FROM={word}: must have a card: `make card DATASET={source:sh}`")
        if source.section not in fitting("datasets", entry.section):
            raise UsageError(f"FROM={word}: an entry of {entry.section} cannot derive from it")
        found.append(card)
    return found
