"""Writes into front matter: values as YAML, and single keys set in the text of a card."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from registry.cards import card as cards_card
from registry.cards import front_matter
from registry.cards.card import Card
from registry.cards.front_matter import Split
from registry.cards.schema import BY_NAME, CODE_KEYS, FIELDS, ONE_OF, ORDER
from registry.cards.yaml_values import BadFrontMatter
from registry.entries import Entry
from registry.sections import MODELS

BLANK = "TODO"
LISTS = ("tags", "language", "source_datasets", "datasets", "metrics", "task_categories")


def scalar(text: str) -> str:
    """Return a text as YAML: plain where that means the same, else in quotes."""
    source = f"k: [{text}]\n"
    try:
        value = front_matter.read(source, Split(0, 0, len(source), len(source)))["k"]
    except (BadFrontMatter, KeyError):
        return _quoted(text)
    same = value.kind == "list" and [(v.kind, v.data, v.plain) for v in value.data]
    return text if same == [("text", text, True)] and " #" not in text else _quoted(text)


def value_of(key: str, texts: list[str]) -> str:
    """The value of a key as YAML on one line: a list where the key is one, else a single text."""
    if key in LISTS or len(texts) > 1:
        return f"[{', '.join(scalar(text) for text in texts)}]"
    return scalar(texts[0]) if texts else BLANK


def set_key(card: Card, key: str, source: str) -> Card:
    """Return the card with `key: source` (YAML) in place of its value and of the guidance after it.

    `code.commit` is a key of the mapping `code`. A key that only stands in a comment comes out of
    it and takes its place in the schema's order, as does one that is not there at all.
    """
    if not card.where:
        return card
    value = card.value(key)
    if value is not None:
        end = _comment_end(card.text, value.end)
        gap = "" if card.text[value.start - 1 : value.start] in (" ", "[") else " "
        text = card.text[: value.start] + gap + source + card.text[end:]
        return cards_card.parse(card.entry, text)
    asleep = re.compile(rf"^# ?{re.escape(key)}:.*\n", re.MULTILINE)
    match = asleep.search(card.text, card.where.start, card.where.end)
    start, end = match.span() if match else (card.where.end, card.where.end)
    place = _place(card, key)
    edits = [Edit(start, end, "", ""), Edit(place, place, f"{key}: {source}\n", "")]
    return cards_card.parse(card.entry, apply(card.text, edits))


def drop_key(card: Card, key: str) -> Card:
    """Return the card without the lines of this key; a comment behind its value goes with it."""
    value = card.value(key)
    if value is None:
        return card
    start = card.text.rindex("\n", 0, card.fields.starts[key]) + 1
    end = card.text.index("\n", _comment_end(card.text, value.end) - 1) + 1
    return cards_card.parse(card.entry, card.text[:start] + card.text[end:])


def new_front_matter(entry: Entry, known: dict[str, str], notes: dict[str, str]) -> str:
    """Front matter for a card that has none: what is known as YAML by key, blanks for the rest.

    A note becomes a comment behind its key's value. Keys of `code` are `code.repo` and so on.
    """
    lines = ["---", f"# Replace every {BLANK}; `make check-cards` names those that are left."]
    needed = {field.name for field in FIELDS if entry.section in field.required}
    if known.get("license") == "other":
        needed |= {"license_name", "license_link"}
    if entry.section == MODELS and "source_url" in known:
        needed -= {"datasets", "training_results"}  # it was not trained here
    either = ONE_OF.get(entry.section, ())
    if either and not any(key in known for key in either):
        needed.add(either[0])
    for field in FIELDS:
        if field.kind == "code" and (field.name in needed or any("." in key for key in known)):
            lines.append("code:")
            lines += [_line(f"code.{key}", known, notes) for key in CODE_KEYS]
        elif field.name in needed or field.name in known:
            lines.append(_line(field.name, known, notes))
    return "\n".join([*lines, "---", ""])


def _line(key: str, known: dict[str, str], notes: dict[str, str]) -> str:
    name = f"  {key[5:]}" if key.startswith("code.") else key
    blank = f"[{BLANK}]" if key in LISTS else BLANK
    about = "" if "." in key else BY_NAME[key].about
    note = notes.get(key, "" if key in known else about)
    return f"{name}: {known.get(key, blank)}{'  # ' + note if note else ''}"


def _place(card: Card, key: str) -> int:
    """Return where a new key goes: the line below the last key that the schema has before it."""
    before = [k for k in card.fields if ORDER.get(k, len(ORDER)) < ORDER[key]]
    if not before or not card.where:
        return card.where.start if card.where else 0
    end = max(card.fields[k].end for k in before)
    return card.text.index("\n", _comment_end(card.text, end)) + 1


def _comment_end(text: str, at: int) -> int:
    """The end of a comment that follows on the same line; `at` itself without one."""
    match = re.compile(r"[ \t]*#[^\n]*").match(text, at)
    return match.end() if match else at


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


class Edit(NamedTuple):
    """Replace text[start:end] by `new`; `what` tells the person."""

    start: int
    end: int
    new: str
    what: str


def apply(text: str, edits: list[Edit]) -> str:
    """Return the text with its edits made; they must not overlap."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.new + text[edit.end :]
    return text
