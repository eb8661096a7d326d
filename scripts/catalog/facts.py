"""Lists the fields of a card as its page shows them."""

from __future__ import annotations

import re
from typing import NamedTuple

from catalog import words
from catalog.card_texts import about
from catalog.item import Item
from registry.cards.formats import URL
from registry.cards.schema import LINEAGE
from registry.sections import SECTIONS

# Facts that a page shows elsewhere than in its list of facts.
SHOWN_ELSEWHERE = {
    "pretty_name", "status", "deprecated_notice", "new_version", "model", "training_results",
    "license_name",
}  # fmt: skip
HASH = re.compile("[0-9a-f]{40}")
FILTERS = {"tags": "tag", "license": "license", "language": "language"}


class Fact(NamedTuple):
    """A field of the card for the list of facts; `filter`: the front page's filter by it, or ""."""

    name: str
    meaning: str
    texts: list[str]
    pairs: dict[str, str]
    filter: str


def read(item: Item) -> list[Fact]:
    """Return the card's fields, in the schema's order."""
    shown = []
    for key, value in item.facts().items():
        if key in SHOWN_ELSEWHERE or (key in LINEAGE and not _outside(value)):
            continue
        name, meaning = words.field_name(key), about(key)
        if isinstance(value, dict):
            shown.append(Fact(name, meaning, [], _made_here(value), ""))
        else:
            texts = item.licenses if key == "license" else value
            shown.append(Fact(name, meaning, texts, {}, FILTERS.get(key, "")))
    return shown


def _made_here(code: dict[str, str]) -> dict[str, str]:
    """As people read it: this repository by that name, a commit by its first digits."""
    short = {"commit": code["commit"][:12]} if HASH.fullmatch(code.get("commit", "")) else {}
    return {**code, **short, **({"repo": "this repository"} if code.get("repo") == "." else {})}


def _outside(value: list[str] | dict[str, str]) -> bool:
    """Return whether any of the texts is no entry of this registry, such as a model on the Hub."""
    return any(text.partition("/")[0] not in SECTIONS for text in value)


def link(text: str) -> str:
    """Return the address behind a fact that is one; "" for what is only text."""
    if text.startswith("doi:"):
        return f"https://doi.org/{text[4:]}"
    return text if URL.fullmatch(text) and text.startswith(("https://", "http://")) else ""
