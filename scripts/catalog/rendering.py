"""Renders every card, but takes the last build's answer where nothing that counts is new.

That is the card's text, and where its links and pictures lead: each answer is remembered, and asked
for again. So a card is rendered anew when an entry that it links to comes, goes or is renamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from catalog import body
from catalog.body import Rendered
from catalog.kept import Kept, key_of
from catalog.links import Links
from registry.cards.card import Card

LONGEST = 200  # letters of an answer; of a longer one, as a picture is, its digest is remembered


class TracedLinks(Links):
    """The same links, with every answer noted: {(what was asked, of what): answer}."""

    def __init__(self, links: Links) -> None:
        super().__init__(**vars(links))
        self.answers: dict[tuple[str, str], str | None] = {}

    def href(self, section: str, target: str) -> str | None:
        return self._note("href", target, super().href(section, target))

    def src(self, section: str, target: str) -> str:
        answer = super().src(section, target)
        self._note("src", target, answer)
        return answer

    def _note(self, what: str, target: str, answer: str | None) -> str | None:
        self.answers[what, target] = _short(answer)
        return answer


def render(card: Card, links: Links, kept: Kept) -> Rendered:
    """As `body.render` does."""
    section = card.entry.section
    name = key_of(section, body.source(card))
    former = kept.get("cards", name)
    if former and _lead_there(former["links"], section, links):
        return Rendered(*former["rendered"])
    traced = TracedLinks(links)
    rendered = body.render(card, traced)
    answers = [[what, target, answer] for (what, target), answer in traced.answers.items()]
    kept.put("cards", name, {"links": answers, "rendered": rendered})
    return rendered


def _lead_there(former: list[list[str]], section: str, links: Links) -> bool:
    """Return whether every link still leads where it did.

    Asks all: pictures are collected on the way.
    """
    ask: Mapping[str, object] = {"href": links.href, "src": links.src}
    now = [_short(ask[what](section, target)) for what, target, _ in former]  # type: ignore[operator]
    return now == [answer for *_, answer in former]


def _short(answer: str | None) -> str | None:
    if answer is None or len(answer) <= LONGEST:
        return answer
    return sha256(answer.encode("utf-8", "surrogatepass")).hexdigest()
