"""Judges the body of a card: its title, and the sections that the template asks for."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from registry.cards import markdown
from registry.cards.card import Card
from registry.cards.formats import TODO
from registry.cards.kinds import Found
from registry.cards.library import Library

TITLE = "Card: "
# A title in all but its form: `#Card: x`, `## Card: x`, `**Card:** x`.
NEARLY_TITLE = re.compile(r"^ {0,3}#{0,6} ?\*{0,2}Card\*{0,2} ?:[^\n]*", re.MULTILINE)
TITLE_LINE = re.compile(r"^# Card:.*", re.MULTILINE)
OPTIONAL = re.compile(r"\(optional\)$", re.IGNORECASE)


def title(card: Card, library: Library) -> Iterator[Found]:
    """The body starts with `# Card: <name>`."""
    wanted = TITLE + card.entry.name
    titles = [h for h in card.headings if h.level == 1]
    nearly = NEARLY_TITLE.search(card.prose)
    if titles and titles[0].text != wanted:
        yield titles[0].line, f"the title must be `# {wanted}`: '# {titles[0].text}'"
    elif titles and card.shown[: titles[0].start].strip():
        yield titles[0].line, "the body must start with its title: move this line up"
    elif not titles and nearly:
        line = card.line_at(nearly.start())
        yield line, f"the title must be `# {wanted}`: '{nearly.group().strip()}'"
    elif not titles:
        line = card.line_at(card.where.body) if card.where else 1
        yield line, f"the body must start with a title: add `# {wanted}`"
    for extra in titles[1:]:
        yield extra.line, f"the card must have one title: write '## {extra.text}'"


def missing(card: Card, library: Library) -> Iterator[Found]:
    """Every section of the template that is not optional is there."""
    have = {_key(h.text) for h in _sections(card)}
    line = card.line_at(len(card.text.rstrip()))
    for name in wanted(card, library):
        if _key(name) not in have:
            yield line, f"section '## {name}' must be there: add it, with what the template asks"


def empty(card: Card, library: Library) -> Iterator[Found]:
    """Every section of the template says something."""
    names = {_key(name) for name in wanted(card, library)}
    for heading in _sections(card):
        if markdown.says_something(card.shown, heading):
            continue
        cure = "write it" if _key(heading.text) in names else "write it, or delete the heading"
        yield heading.line, f"section '## {heading.text}' must say something: {cure}"


def order(card: Card, library: Library) -> Iterator[Found]:
    """The template's sections stand in its order."""
    places = {_key(name): place for place, name in enumerate(_all(card, library))}
    known = [h for h in _sections(card) if _key(h.text) in places]
    for before, after in itertools.pairwise(known):
        if places[_key(before.text)] > places[_key(after.text)]:
            yield (
                after.line,
                f"section '## {after.text}' must come before '## {before.text}': move it",
            )


def repeated(card: Card, library: Library) -> Iterator[Found]:
    """No section stands twice."""
    seen: dict[str, int] = {}
    for heading in _sections(card):
        first = seen.setdefault(_key(heading.text), heading.line)
        if first != heading.line:
            yield (
                heading.line,
                f"section '## {heading.text}' must stand once: join it with line {first}",
            )


def optional(card: Card, library: Library) -> Iterator[Found]:
    """The word "(optional)" is for the template."""
    for heading in card.headings:
        if OPTIONAL.search(heading.text):
            cure = "take the word out, or delete the section"
            yield heading.line, f"a heading must not say (optional): '{heading.text}': {cure}"


def blanks(card: Card, library: Library) -> Iterator[Found]:
    """No blank of the template is left in the body."""
    for match in TODO.finditer(markdown.blank(card.words, TITLE_LINE)):
        if match.group() == "TODO":
            cure = "write what belongs there, or delete an optional section"
        else:
            cure = f"write {card.entry.name}"
        yield card.line_at(match.start()), f"{match.group()} must be filled in: {cure}"


def wanted(card: Card, library: Library) -> list[str]:
    """The headings that the section's template requires, in order."""
    return [name for name in _all(card, library) if not OPTIONAL.search(name)]


def _all(card: Card, library: Library) -> list[str]:
    template = library.template(card.entry.section)
    return [h.text for h in _sections(template)] if template else []


def _sections(card: Card) -> list[markdown.Heading]:
    return [h for h in card.headings if h.level == 2]


def _key(text: str) -> str:
    """A heading as it is compared: without "(optional)", whatever its case."""
    return " ".join(OPTIONAL.sub("", text).casefold().split())
