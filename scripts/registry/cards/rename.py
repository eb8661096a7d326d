"""Rewrites what cards say of entries that take another name, by the parser that checks them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from registry.cards import backlinks, edit
from registry.cards import card as cards_card
from registry.cards.card import Card
from registry.cards.edit import Edit
from registry.cards.library import Library
from registry.cards.rules.body import TITLE
from registry.entries import Entry
from registry.errors import Refusal

Moves = Mapping[str, Entry]  # {section/old: the entry that it becomes}


def renamed(card: Card, moves: Moves, library: Library, at: Entry | None = None) -> Card:
    """The card, with every mention of these entries as they are called now; at its own new place.

    `at`: at another place than that, such as of the second card that is made of one.
    Raises Refusal, naming the line, where front matter cannot be rewritten so.
    """
    to = at or moves.get(str(card.entry), card.entry)
    edits = {(e.start, e.end): e for e in [*_links(card, moves, to), *_names(card, moves, library)]}
    if to.name != card.entry.name:
        edits |= {(e.start, e.end): e for e in _title(card, to)}
    made = cards_card.parse(to, edit.apply(card.text, list(edits.values())))
    if made.broken and not card.broken:
        line, why = made.broken[0]
        raise Refusal(f"{card.path}:{line}: cannot be rewritten: {why}: write it first as one text")
    return made


def changed_lines(before: str, after: str) -> Iterator[tuple[int, str]]:
    """Yield (number, text) of every line that a rewriting changed, as it is after."""
    old = before.splitlines()
    for number, line in enumerate(after.splitlines(), 1):
        if number > len(old) or line != old[number - 1]:
            yield number, line


def _names(card: Card, moves: Moves, library: Library) -> Iterator[Edit]:
    for reference in backlinks.find(card, moves, library, in_code=True):
        if reference.how != backlinks.LINK:
            to = moves[reference.id]
            yield Edit(
                reference.start,
                reference.end,
                to.name if reference.how == backlinks.NAME else str(to),
                "",
            )


def _links(card: Card, moves: Moves, to: Entry) -> Iterator[Edit]:
    """Links to what moved; and all of a card that goes to another section, as seen from there."""
    for start, end, path in backlinks.targets(card):
        id = next((id for id in moves if backlinks.leads_to(path, id)), "")
        now = f"{moves[id]}{path[len(id) :]}" if id else path
        if now == path and to.section == card.entry.section:
            continue
        text = os.path.relpath(now, to.section) + ("/" if card.text[end - 1] == "/" else "")
        is_bracketed = card.text[start - 1] in "<\"'"
        yield Edit(start, end, text if is_bracketed else _as_link(text), "")


def _as_link(text: str) -> str:
    for letter in "% ()":
        text = text.replace(letter, f"%{ord(letter):02X}")
    return text


def _title(card: Card, to: Entry) -> Iterator[Edit]:
    wanted = TITLE + card.entry.name
    for heading in card.headings:
        if heading.level == 1 and heading.text == wanted:
            yield Edit(heading.start, heading.end, f"# {TITLE}{to.name}", "")
