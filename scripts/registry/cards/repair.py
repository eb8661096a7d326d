"""Makes the repairs that have one right answer; the rest of the file stays byte for byte.

A repair is given a card and gives edits of its text, (start, end, new, what it did). One that
would change what the front matter says is not made.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator

from registry.cards import front_matter, markdown
from registry.cards.card import Card, parse
from registry.cards.edit import Edit, apply
from registry.cards.formats import TODO
from registry.cards.rules.body import NEARLY_TITLE, OPTIONAL, TITLE
from registry.cards.schema import BY_NAME, ORDER
from registry.cards.yaml_values import UNREADABLE, Mapping, scalars

TRAPS = ("number", "yes or no", "date", UNREADABLE)


def fixed(card: Card) -> tuple[str, list[str]]:
    """The repaired text and what was done; the same text and nothing when all is well."""
    done = []
    for repair in REPAIRS:
        edits = list(repair(card))
        text = apply(card.text, edits)
        again = parse(card.entry, text)
        if edits and _says(again.fields) == _says(card.fields):
            done += [edit.what for edit in edits]
            card = again
    return card.text, done


def line_ends(card: Card) -> Iterator[Edit]:
    """CRLF becomes LF."""
    if "\r\n" in card.text:
        text = card.text.replace("\r\n", "\n")
        yield Edit(0, len(card.text), text, "line ends are LF")


def first(card: Card) -> Iterator[Edit]:
    """Nothing but white space or a byte order mark before the front matter: it goes."""
    if card.where and card.where.fence and not card.text[: card.where.fence].strip("\ufeff \t\n"):
        yield Edit(0, card.where.fence, "", "the front matter is first")


def fence(card: Card) -> Iterator[Edit]:
    """The first line is --- alone: blanks behind it go, a comment takes the next line."""
    opened = front_matter.FENCE.match(card.text)
    if card.where and opened and opened["more"]:
        comment = opened["more"].strip()
        new = f"\n{comment}" if comment else ""
        yield Edit(*opened.span("more"), new, "the first line is --- alone")


def quotes(card: Card) -> Iterator[Edit]:
    """A text that YAML would read as something else gets its quotes."""
    for key, value in card.fields.items():
        if key not in BY_NAME or BY_NAME[key].kind == "date":
            continue
        for item in scalars(value):
            raw = card.text[item.start : item.end]
            if item.plain and item.kind in TRAPS and raw == item.data:
                yield Edit(item.start, item.end, f'"{raw}"', f'{key}: quoted "{raw}"')


def key_order(card: Card) -> Iterator[Edit]:
    """Keys take the schema's order; comments above a key go with it, those at the ends stay."""
    keys = [key for key in card.fields if key in ORDER]
    if not card.where or card.fields.twice or keys == sorted(keys, key=ORDER.__getitem__):
        return
    starts = sorted(card.fields.starts.values())
    if any(start and card.text[start - 1] != "\n" for start in starts):
        return  # { on: one line }
    places = _places(card.fields)
    end = _above(card.text, card.where.end, starts[-1])
    cuts = [starts[0]] + [_above(card.text, b, a) for a, b in itertools.pairwise(starts)]
    blocks = [card.text[a:b] for a, b in zip(cuts, [*cuts[1:], end], strict=True)]
    ordered = [block for _, block in sorted(zip(places, blocks, strict=True), key=lambda p: p[0])]
    yield Edit(starts[0], end, "".join(ordered), "keys are in order")


def title(card: Card) -> Iterator[Edit]:
    """`# Card: another` becomes `# Card: <name>`, and so does `#Card: <name>`."""
    titles = [h for h in card.headings if h.level == 1]
    nearly = None if titles else NEARLY_TITLE.search(card.prose)
    wanted = f"# {TITLE}{card.entry.name}"
    if titles and re.match(r"(?i)card\s*:", titles[0].text) and titles[0].text != wanted[2:]:
        yield Edit(titles[0].start, titles[0].end, wanted, f"the title is `{wanted}`")
    elif nearly and not card.shown[: nearly.start()].strip():
        yield Edit(*nearly.span(), wanted, f"the title is `{wanted}`")


def optional(card: Card) -> Iterator[Edit]:
    """(optional) goes from a heading that says something."""
    for heading in card.headings:
        if not OPTIONAL.search(heading.text) or not markdown.says_something(card.shown, heading):
            continue
        if TODO.search(card.shown[heading.end : heading.content]):
            continue
        line = card.text[heading.start : heading.end]
        new = re.sub(r"(?i)\s*\(optional\)(?=[ \t]*#*[ \t]*(?:\n|\Z))", "", line)
        yield Edit(heading.start, heading.end, new, f"'{new}' is not (optional)")


REPAIRS: tuple[Callable[[Card], Iterator[Edit]], ...] = (
    line_ends,
    first,
    fence,
    quotes,
    key_order,
    title,
    optional,
)


def _places(fields: Mapping) -> list[int]:
    """For each key its place; one that the schema does not know stays behind the one above."""
    places, place = [], -1
    for key in fields:
        place = ORDER.get(key, place)
        places.append(place)
    return places


def _above(text: str, end: int, floor: int) -> int:
    """Return where the comments and blank lines begin that stand directly above an offset."""
    while end > floor:
        start = text.rfind("\n", 0, end - 1) + 1
        line = text[start:end]
        if start <= floor or (line.strip() and not line.startswith("#")):
            return end
        end = start
    return end


def _says(fields: Mapping) -> dict[str, list[str]]:
    """Return what the front matter says, whatever its order and its quotes."""
    return {key: [item.data for item in scalars(value)] for key, value in fields.items()}
