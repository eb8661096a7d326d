"""Judges the front matter: which keys there are, and what their values must be."""

from __future__ import annotations

from collections.abc import Iterator

from registry import conflict
from registry.cards.card import Card
from registry.cards.formats import TODO
from registry.cards.hub_keys import HUB_KEYS, model_index
from registry.cards.kinds import KINDS, Found
from registry.cards.library import Library
from registry.cards.schema import BY_NAME, ORDER, OURS
from registry.cards.vocabulary import guess, known, nearest, words
from registry.cards.yaml_values import UNREADABLE, Value, scalars


def whole(card: Card, library: Library) -> Iterator[Found]:
    """No merge left both sides' text in it."""
    if card.conflict:
        yield card.conflict, conflict.cure(card.path)


def readable(card: Card, library: Library) -> Iterator[Found]:
    """Front matter is there, first, closed, and YAML."""
    yield from card.broken


def line_ends(card: Card, library: Library) -> Iterator[Found]:
    """Lines end with LF, as Git and the Hub have them."""
    at = card.text.find("\r\n")
    if at >= 0:
        yield card.line_at(at), "lines must end with LF, not CRLF: run `make check-cards FIX=1`"


def duplicate(card: Card, library: Library) -> Iterator[Found]:
    """No key stands twice."""
    mappings = [("", card.fields)]
    mappings += [(f"{k}.", v.data) for k, v in card.fields.items() if v.kind == "mapping"]
    for prefix, mapping in mappings:
        for key, line in mapping.twice:
            first = mapping.lines[key]
            yield line, f"{prefix}{key} must stand once: line {first} has it too, delete one"


def unknown(card: Card, library: Library) -> Iterator[Found]:
    """Every key is one of the section's, or the Hub's."""
    section = card.entry.section
    names = [name for name, field in BY_NAME.items() if section in field.sections]
    for key in card.fields.keys() - {*names, *HUB_KEYS}:
        if key in BY_NAME:
            if BY_NAME[key].source != OURS:
                continue  # the Hub's: it says more than we ask for
            cure = f"delete it, it is for {' and '.join(BY_NAME[key].sections)}"
        else:
            near = guess(key, [*names, *HUB_KEYS]).strip()
            rest = "delete it or say it in the body"
            cure = f"{near} Else {rest}" if near else rest
        yield card.line_of(key), f"{key!r} must be a key that cards of {section} have: {cure}"


def values(card: Card, library: Library) -> Iterator[Found]:
    """Every value is what its field says."""
    for key, value in card.fields.items():
        if key in BY_NAME:
            for line, problem in KINDS[BY_NAME[key].kind](value):
                yield line, f"{key} {problem}"
        elif key == "model-index":
            for line, problem in model_index(value):
                yield line, f"{key} {problem}"
        for item in scalars(value):
            if item.kind == UNREADABLE and key not in BY_NAME:
                yield item.line, f'{key} must be what YAML can read: quote it, "{item.data}"'


def libraries(card: Card, library: Library) -> Iterator[Found]:
    """A library that the Hub knows is named as the Hub names it."""
    for name, line in card.texts("library_name"):
        near = nearest(name, words("libraries"), 0.8)
        if near and name not in known("libraries"):
            cure = f"Did you mean '{near}'?"
            yield line, f"library_name must be as the Hub calls it: '{name}'. {cure}"


def blanks(card: Card, library: Library) -> Iterator[Found]:
    """No blank of the template is left in the front matter."""
    for key, value in card.fields.items():
        for line, name in blanks_in(key, value):
            about = BY_NAME[key].about if key in BY_NAME else "or delete the line"
            yield line, f"{name} must be filled in ({about}): write it in place of TODO"


def tag_vocabulary(card: Card, library: Library) -> Iterator[Found]:
    """Tags are those of tags.yml, when the registry has that file."""
    if library.tags is None:
        return
    for tag, line in card.texts("tags"):
        if tag not in library.tags and not TODO.search(tag):
            cure = guess(tag, library.tags) or " Add it there, or use one of those"
            yield line, f"tags must be words of tags.yml: '{tag}'.{cure}"


def order(card: Card, library: Library) -> Iterator[Found]:
    """Keys stand in the schema's order."""
    keys = [key for key in card.fields if key in ORDER]
    for key, wanted in zip(keys, sorted(keys, key=ORDER.__getitem__), strict=True):
        if key != wanted:
            cure = "run `make check-cards FIX=1`"
            yield card.line_of(key), f"keys must be in order, {wanted} before {key}: {cure}"
            return


def blanks_in(name: str, value: Value) -> Iterator[tuple[int, str]]:
    """The lines and keys (`code.commit`) of the blanks that a value holds."""
    if value.kind == "list":
        for item in value.data:
            yield from blanks_in(name, item)
    elif value.kind == "mapping":
        for key, item in value.data.items():
            yield from blanks_in(f"{name}.{key}", item)
    elif TODO.search(value.data):
        yield value.line, name
