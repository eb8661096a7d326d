"""Gives old cards their front matter: what their text shows, proposals, and blanks for the rest.

Front matter that is there is kept and completed. A card's own text stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.cards import clues, edit, relations, schema
from registry.cards.card import Card
from registry.cards.clue import Clue
from registry.cards.edit import BLANK, LISTS
from registry.cards.library import Library
from registry.cards.rules.body import TITLE
from registry.cards.rules.fields import blanks_in
from registry.cards.rules.required import excused
from registry.cards.schema import CODE_KEYS, LINEAGE, ONE_OF
from registry.humanize import some
from registry.sections import EXPERIMENTS

SEVERAL = (*LISTS, "training_results", "model")
FROM_NAME = "from the name: as people say it?"


def front_matter(card: Card, library: Library, license: str = "", above: int = 0) -> str:
    """Return what goes above the text of a card that has none; `license`: for one that names none.

    The lines in its comments are counted with this many new ones `above`: a person looks there.
    """
    known, notes = _known(card, library, license, above)
    return edit.new_front_matter(card.entry, known, notes)


def completed(card: Card, library: Library, license: str = "") -> tuple[Card, list[str]]:
    """The card with every key that its section requires, and the keys that were added or filled."""
    known, notes = _known(card, library, license, 0)
    keys = _lacking(card, known)
    for key in keys:
        empty = f"[{BLANK}]" if key in LISTS else BLANK
        source = known.get(key, empty)
        if key == "code":
            inner = ", ".join(f"{k}: {known.get(f'code.{k}', BLANK)}" for k in CODE_KEYS)
            source = f"{{{inner}}}"
        said = re.sub(r"from lines? [\d, ]+", "from the text", notes.get(key, ""))
        said = re.sub(r" \(line \d+\)", "", said)
        card = edit.set_key(card, key, source + (f" # {said}" if said else ""))
    return card, keys


def _lacking(card: Card, known: dict[str, str]) -> list[str]:
    """The keys to add, and the blanks that the text can fill, in the schema's order."""
    section = card.entry.section
    wanted = schema.required(section)
    either = ONE_OF.get(section, ())
    if either and not any(key in card.fields for key in either):
        wanted.append(next((key for key in either if key in known), either[0]))
    licenses = [text for text, _ in card.texts("license")]
    if "license" not in card.fields or "TODO" in licenses:
        licenses.append(known.get("license", ""))
    if "other" in licenses:
        wanted += ["license_name", "license_link"]
    absent = [key for key in wanted if key not in card.fields and not excused(key, card)]
    blank = {name for key, value in card.fields.items() for _, name in blanks_in(key, value)}
    return sorted({*absent, *(blank & known.keys())}, key=_place)


def _place(key: str) -> int:
    return schema.ORDER[key.partition(".")[0]]


def _known(
    card: Card, library: Library, license: str, above: int
) -> tuple[dict[str, str], dict[str, str]]:
    """({key: its value as YAML}, {key: where it is from}) of all that can be said."""
    by_key: dict[str, list[Clue]] = {}
    shown = clues.clues(card, library)
    own = {(clue.key, clue.text) for clue in shown}
    named = [c for c in relations.named_back(card, library) if (c.key, c.text) not in own]
    for clue in [*shown, *named]:
        by_key.setdefault(clue.key, []).append(clue)
    if card.entry.section == EXPERIMENTS and "source_datasets" in by_key:
        by_key.pop("datasets", None)  # one of the two is asked for
    known = {"pretty_name": edit.scalar(_title(card))}
    notes = {"pretty_name": FROM_NAME}
    if license:
        known["license"], notes["license"] = edit.scalar(license), "as LICENSE= says"
    for key, of_key in by_key.items():
        circular = _circular(of_key, card, library) if key in LINEAGE else {}
        fit = [clue for clue in of_key if clue not in circular]
        taken = fit if key in SEVERAL else fit[:1]
        if taken:
            known[key] = edit.value_of(key, [clue.text for clue in taken])
        others = [clue.text for clue in fit if clue not in taken]
        notes[key] = "; ".join([*_told(taken, others, above), *_refused(circular, above)])
    return known, notes


def _circular(of_key: list[Clue], card: Card, library: Library) -> dict[Clue, list[str]]:
    """Those that would have the card derive from itself, and the circle that each closes."""
    closed = {clue: relations.circle(clue.text, card, library) for clue in of_key}
    return {clue: circle for clue, circle in closed.items() if circle}


def _told(taken: list[Clue], others: list[str], above: int) -> Iterator[str]:
    lines = ", ".join(dict.fromkeys(str(clue.line + above) for clue in taken if clue.line))
    if lines:
        yield f"from line{'s' * (', ' in lines)} {lines}"
    if by := [clue.text for clue in taken if not clue.line]:
        yield f"named by {some(by)}"
    if others:
        yield f"or: {', '.join(others[:3])}"


def _refused(circular: dict[Clue, list[str]], above: int) -> Iterator[str]:
    """The first one, so that a person sees which card to ask which of the two came first."""
    for clue, circle in list(circular.items())[:1]:
        way = " > ".join([*circle, circle[0]])
        yield f"not {clue.text} (line {clue.line + above}), a circle if each is true: {way}"


def _title(card: Card) -> str:
    """Return what people may call it: its heading, or its name as words."""
    titles = [h.text for h in card.headings if h.level == 1]
    said = re.sub(rf"(?i)^{TITLE.strip()}", "", titles[0]).strip() if titles else ""
    if said and said != card.entry.name and len(said) < 80 and said.isprintable():
        return said
    words = " ".join(re.split(r"[_\s-]+", card.entry.name)).strip()
    return words[:1].upper() + words[1:]
