"""What programs read about a published entry, beside its card."""

from __future__ import annotations

from catalog import croissant, distribution
from catalog.item import Item, Link
from registry.cards import licenses
from registry.cards.card import Card
from registry.publish import documents, layout, signatures
from registry.publish.bom import Bill
from registry.publish.layout import FileLine
from registry.publish.sources import Held


def describe(
    card: Card, url: str, bill: Bill, held: Held, lines: list[FileLine]
) -> dict[str, bytes]:
    """{name: text}: the bill of materials, a dataset's Croissant, the version's signature."""
    size = sum(line.size for line in lines)
    made_from = [Link("made from", id) for id in licenses.sources_of(card)]
    item = Item(held.entry, card, size=size, files=len(lines), made_from=made_from)
    page = f"{url}/{layout.card(held.entry)}" if url else layout.card(held.entry)
    data = croissant.describe(item, page, distribution.Mirror(url, held.version, lines))
    papers = {
        layout.bom(held.entry): documents.as_text(bill.of(held.entry)),
        layout.croissant(held.entry): documents.as_text(data) if data else None,
        layout.signature(held.entry, held.version): signatures.of_version(held.entry, lines),
    }
    return {name: body for name, body in papers.items() if body is not None}
