"""Finds the license that the text of a card names, by its id on the Hub."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.cards.card import Card
from registry.cards.clue import Clue
from registry.cards.vocabulary import words

# A line about the license, and the first one below it: `## License` stands alone.
LICENSED = re.compile(
    r"(?i)[^\n]{0,60}\blicen[sc](?:e[sd]?|ing)\b[^\n]{0,80}(?:\s*\n\s*[^\n#]{0,80})?"
)
UNDER = re.compile(r"\b(?:[Uu]nder|[Rr]eleased as|[Pp]ublished as)\b[^\n.]{0,8}?\b[A-Z][^\n]{0,30}")
NOT_IN_IDS = re.compile(r"(?i)\b(?:the|version|licen[sc]e[sd]?)\b,?|\bv(?=\d)")
ALIASES = {"cc0": "cc0-1.0", "gplv3": "gpl-3.0", "gplv2": "gpl-2.0", "apache2": "apache-2.0"}


def find(card: Card) -> Iterator[Clue]:
    """Yield a license id of the Hub in a phrase about the license, however it is spaced."""
    for pattern in (LICENSED, UNDER):
        for match in pattern.finditer(card.shown):
            name = _license_id(match.group(), pattern is LICENSED)
            if name:
                at = re.search(r"(?i)licen|under|as\b", match.group())
                yield Clue("license", name, card.line_at(match.start() + (at.start() if at else 0)))


def _license_id(phrase: str, is_sure: bool) -> str:
    """The id that a phrase names; where it is not surely about a license, only one with marks."""
    said = re.sub(r"[\s_-]+", "-", NOT_IN_IDS.sub(" ", phrase.lower()))
    for name in sorted((*words("licenses"), *ALIASES), key=len, reverse=True):
        if name in ("other", "cc") or not (is_sure or re.search(r"[\d-]", name)):
            continue
        if re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", said):
            return ALIASES.get(name, name)
    return ""
