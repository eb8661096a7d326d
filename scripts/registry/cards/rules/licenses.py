"""Judges licenses: no card gives more than what its entry derives from allows."""

from __future__ import annotations

from collections.abc import Iterator

from registry.cards import licenses
from registry.cards.card import Card
from registry.cards.kinds import Found
from registry.cards.library import Library


def no_freer(card: Card, library: Library) -> Iterator[Found]:
    """The license is no freer than what the entry derives from allows."""
    for source, text in clashes(card, library):
        if source_licenses(source, library):  # else there is no such entry, which is said already
            yield card.line_of("license"), f"license should be no freer than its sources: {text}"


def clashes(card: Card, library: Library) -> Iterator[tuple[str, str]]:
    """Each source that allows less than this card's license gives, and why."""
    own = licenses.names_of(card)
    for source in dict.fromkeys(licenses.sources_of(card)):
        under = source_licenses(source, library)
        reason = library.licenses.clash(own, under or [source])
        if reason:
            shown = " and ".join(under) or "unknown"
            yield source, f"{source} is under {shown}, {reason}"


def source_licenses(source: str, library: Library) -> list[str]:
    """The licenses of an entry, or of an id on the Hub; none where nobody says."""
    if source in library.licenses.works:
        return [library.licenses.works[source]]
    card = library.card(library.ids[source]) if source in library.ids else None
    return licenses.names_of(card) if card else []
