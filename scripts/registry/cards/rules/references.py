"""Judges what cards say about each other: every reference leads to an entry that fits."""

from __future__ import annotations

from collections.abc import Iterator

from registry.cards.card import Card
from registry.cards.formats import HUB_ID, ORIGINAL, TODO
from registry.cards.kinds import Found
from registry.cards.library import Library
from registry.cards.rules import names
from registry.cards.schema import FIELDS, FITS, LINEAGE, fitting
from registry.sections import MODELS, RESULTS, SECTIONS


def resolve(card: Card, library: Library) -> Iterator[Found]:
    """Every reference in the front matter is an entry, of a section that fits."""
    for field in FIELDS:
        if field.kind not in FITS:
            continue
        for text, line in card.texts(field.name):
            problem = _reference(text, field.kind, card, library)
            if problem:
                yield line, f"{field.name} {problem}"


def hub_ids(card: Card, library: Library) -> Iterator[Found]:
    """An id on the Hub has its owner."""
    for field in FIELDS:
        if field.kind not in ("datasets", "base_models"):
            continue
        for text, line in card.texts(field.name):
            if "/" in text or not HUB_ID.fullmatch(text) or ORIGINAL.fullmatch(text):
                continue
            if not TODO.search(text) and not _meant(text, field.kind, card, library):
                text = (
                    f"'{text}' is no entry, so an id on the Hub: write owner/{text} if it has one"
                )
                yield line, f"{field.name} should name the owner: {text}"


def pairs(card: Card, library: Library) -> Iterator[Found]:
    """A champion and its training results name each other, once both have front matter."""
    section = card.entry.section
    if section not in (MODELS, RESULTS):
        return
    key, back = (
        ("training_results", "model") if section == MODELS else ("model", "training_results")
    )
    for text, line in card.texts(key):
        other = library.ids.get(text)
        paired = library.card(other) if other else None
        if not other or not paired or paired.bare or other.section not in (MODELS, RESULTS):
            continue
        named = [text for text, _ in paired.texts(back) if not TODO.search(text)]
        if str(card.entry) not in named:
            every = ", ".join([*named, str(card.entry)])
            whole = f"[{every}]" if named else every
            cure = f"write `{back}: {whole}` in {paired.path}, or correct this line"
            yield line, f"{key} must be named by both: {text} does not name this entry: {cure}"


def cycle(card: Card, library: Library) -> Iterator[Found]:
    """No entry derives from itself."""
    me, circles = str(card.entry), False
    for text, line in _built_on(card):
        path = _path_to(me, text, library)
        if path:
            circles = True
            yield line, f"lineage must not go in a circle: {' > '.join([me, *path])}: delete one"
    if not circles:
        library.off_circle.add(me)  # so no circle goes through here, and later searches stop


def deprecated(card: Card, library: Library) -> Iterator[Found]:
    """What is in use does not build on what is deprecated."""
    if _is_deprecated(card):
        return
    for text, line in _built_on(card):
        other = library.card(library.ids[text]) if text in library.ids else None
        if other and _is_deprecated(other):
            better = other.texts("new_version")
            cure = f"use {better[0][0]}" if better else "see its deprecated_notice"
            yield line, f"{text} is deprecated: {cure}, or deprecate this entry too"


def _reference(text: str, kind: str, card: Card, library: Library) -> str | None:
    section, slash, name = text.partition("/")
    if not slash and HUB_ID.fullmatch(text):
        meant = _meant(text, kind, card, library)
        return f"must have its section: '{text}'.{meant}" if meant else None
    if section not in SECTIONS or not name or "/" in name or name == "<name>":
        return None  # not a reference, which the field's kind has said
    fits = fitting(kind, card.entry.section)
    if section not in fits:
        if not fits:
            return f"must not be an entry, a raw dataset derives from none: '{text}'. Move this one"
        return f"must be in {' or '.join(fits)}: '{text}'. Promote it there, or name another"
    if text == str(card.entry):
        return f"must be another entry than this one: '{text}'. Name another, or delete it"
    if not library.tells(text):
        cure = names.cure(text, library, fits)
        return f"must be an entry that exists: '{text}'.{cure}"
    return None


def _meant(name: str, kind: str, card: Card, library: Library) -> str:
    """The entry that a name without its section must be, as a question; "" for none."""
    return names.near(name, library, fitting(kind, card.entry.section), 0.8, full=True)


def _built_on(card: Card) -> list[tuple[str, int]]:
    return [source for key in LINEAGE for source in card.texts(key)]


def _path_to(goal: str, start: str, library: Library) -> list[str]:
    """The entries on the way from `start` down to `goal`, both named; empty without a way."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop()
        if way[-1] == goal:
            return way
        card = library.card(library.ids[way[-1]]) if way[-1] in library.ids else None
        for text, _ in _built_on(card) if card else []:
            if text not in seen and text not in library.off_circle:
                seen.add(text)
                ways.append([*way, text])
    return []


def _is_deprecated(card: Card) -> bool:
    return "deprecated" in [text for text, _ in card.texts("status")]
