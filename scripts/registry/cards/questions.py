"""Asks a person for the required fields of a new card, until each answer is a good one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from registry.cards import edit, schema
from registry.cards.card import Card
from registry.cards.edit import LISTS
from registry.cards.library import Library
from registry.cards.rules import fields, references
from registry.cards.schema import BY_NAME, CODE_KEYS, FITS

MOST = 12  # entries that a question names
Ask = Callable[[str], str]


def answered(card: Card, library: Library, ask: Ask) -> Card:
    """The card with the person's answers in place of its blanks; an empty answer keeps one."""
    for key in _blanks(card):
        hint, problem = _about(key) + _allowed(key, card, library), ""
        while answer := ask(f"{problem}{key}: {hint}\n  (Enter leaves it for later) > "):
            texts = [part.strip() for part in answer.split(",")] if key in LISTS else [answer]
            tried = edit.set_key(card, key, edit.value_of(key.split(".")[-1], texts))
            problem = next(_wrong(tried, key, library), "")
            if not problem:
                card = tried
                break
    return card


def _blanks(card: Card) -> list[str]:
    """The required keys that still hold a blank, in the schema's order."""
    needed = schema.required(card.entry.section)
    needed += schema.ONE_OF.get(card.entry.section, ())[:1]
    keys = [key for key in needed if key != "code"]
    if "code" in needed:
        keys += [f"code.{key}" for key in CODE_KEYS]
    left = {name for key, value in card.fields.items() for _, name in fields.blanks_in(key, value)}
    return [key for key in keys if key in left]


def _wrong(card: Card, key: str, library: Library) -> Iterator[str]:
    """Yield what is wrong with the answer for this key, each with a line end."""
    value = card.value(key)
    line = value.line if value else 0
    for rule in (fields.readable, fields.values, references.resolve):
        for at, message in rule(card, library):
            if at == line or rule is fields.readable:
                yield f"  {message}\n"


def _allowed(key: str, card: Card, library: Library) -> str:
    """The values that the answer may have, where they are a closed list: all, or where it is."""
    kind = BY_NAME[key.partition(".")[0]].kind
    if kind == "license":
        few = ", ".join(sorted(_used("license", library) or ("apache-2.0", "cc-by-4.0", "mit")))
        return f"\n  one of scripts/registry/cards/vocab/licenses.txt; here: {few}"
    if kind not in FITS:
        return ""
    fits = schema.fitting(kind, card.entry.section)
    ids = [str(e) for e in library.entries if e.section in fits and library.tells(str(e))]
    ids = [id for id in ids if id != str(card.entry)]
    some = ", ".join(ids[:MOST]) + (f" and {len(ids) - MOST} more" if len(ids) > MOST else "")
    return (
        f"\n  one of: {some}" if ids else f"\n  an entry of {' or '.join(fits)}; none is here yet"
    )


def _used(key: str, library: Library) -> set[str]:
    """The values of a key in the cards that there are."""
    cards = [card for entry in library.entries if (card := library.card(entry))]
    return {text for card in cards for text, _ in card.texts(key) if "TODO" not in text}


def _about(key: str) -> str:
    if key.startswith("code."):
        return {
            "repo": "the url of the repository with the code, or . for this one",
            "commit": "the commit that was run, 7 to 40 hex digits",
            "command": "the command, as it was typed",
        }[key[5:]]
    field = BY_NAME[key]
    several = " (several with commas)" if key in LISTS else ""
    return f"{field.about}{several}, such as {field.example.strip('[]')}"
