"""Makes a card one of another section: its answers in that template, blanks for the rest."""

from __future__ import annotations

from collections.abc import Iterator

from registry.cards import card as cards_card
from registry.cards import draft, edit, repair, retell, schema
from registry.cards.card import Card
from registry.cards.edit import LISTS
from registry.cards.library import Library
from registry.cards.rules.body import OPTIONAL
from registry.cards.schema import BY_NAME, CODE_KEYS, FIELDS, OURS
from registry.cards.yaml_values import Value
from registry.entries import Entry

SOURCES = ("datasets", "source_datasets")  # what a model, and what a dataset, calls its sources
FORMER = "From its former card"


def converted(card: Card, to: Entry, library: Library, former: str, with_rest: bool = True) -> Card:
    """Return the card, of the section `former`, in the template of another one.

    What that does not ask for stays at its end, if it is to be there `with_rest`.
    """
    made = draft.blank(to, library)
    taken = set[str]()
    for key, source in _answers(card, to.section):
        made = edit.set_key(made, key, source)
        taken.add(key)
    made = _without_twin(made, taken)
    left = [key for key in card.fields if key not in taken and not _is_source(key, made)]
    left = left if with_rest else []
    made = _with_keys(made, card, [key for key in left if not _is_ours(key)])
    made = cards_card.parse(to, repair.fixed(made)[0])  # in order
    texts = retell.texts(card, former, to.section)
    if not with_rest:
        asked = {OPTIONAL.sub("", h.text).strip() for h in made.headings}
        texts = {name: text for name, text in texts.items() if name in asked}
    said = [f"- `{_block(card, key)}`" for key in left if _is_ours(key)]
    return retell.filled(made, texts | ({FORMER: "\n".join(said)} if said else {}))


def _without_twin(made: Card, taken: set[str]) -> Card:
    """Without the blank of a key of which one is enough, where another one has its answer."""
    either = schema.ONE_OF.get(made.entry.section, ())
    spare = [k for k in either if k in made.fields and k not in taken and taken & {*either}]
    for key in spare:
        start = made.fields.starts[key]
        end = made.text.index("\n", made.fields[key].end) + 1
        made = cards_card.parse(made.entry, made.text[:start] + made.text[end:])
    return made


def _is_source(key: str, made: Card) -> bool:
    return key in SOURCES and any(other in made.fields for other in SOURCES)


def _is_ours(key: str) -> bool:
    """Return whether only some sections' cards may have it; the Hub's keys may stand in any."""
    return key in BY_NAME and BY_NAME[key].source == OURS


def _with_keys(made: Card, card: Card, keys: list[str]) -> Card:
    """With these keys, to the letter, at the end of the front matter."""
    if not made.where or not keys:
        return made
    blocks = "".join(f"{card.text[card.fields.starts[k] : card.fields[k].end]}\n" for k in keys)
    at = made.where.end
    return cards_card.parse(made.entry, made.text[:at] + blocks + made.text[at:])


def _block(card: Card, key: str) -> str:
    return " ".join(card.text[card.fields.starts[key] : card.fields[key].end].split())


def _answers(card: Card, section: str) -> Iterator[tuple[str, str]]:
    """(key, value as YAML) of what the section's cards have too; sources by its name for them."""
    for field in FIELDS:
        if section not in field.sections:
            continue
        value = card.fields.get(field.name)
        if value is None and field.name in SOURCES and section in field.required:
            value = next((card.fields[key] for key in SOURCES if key in card.fields), None)
        source = _as_source(card, field.name, value) if value else ""
        if source:
            yield field.name, source


def _as_source(card: Card, key: str, value: Value) -> str:
    if key == "code":
        if value.kind != "mapping":
            return ""
        data = value.data
        inner = (f"{k}: {_scalar(k, data[k])}" for k in CODE_KEYS if k in data)
        return f"{{{', '.join(inner)}}}"
    if value.kind == "list" or key in LISTS:
        return edit.value_of(key, [text for text, _ in card.texts(key)] or _any_texts(value))
    raw = card.text[value.start : value.end]
    return raw if "\n" not in raw else edit.scalar(" ".join(value.data.split()))


def _any_texts(value: Value) -> list[str]:
    values = value.data if value.kind == "list" else [value]
    return [item.data for item in values if item.kind == "text"]


def _scalar(key: str, value: Value) -> str:
    return f'"{value.data}"' if key == "commit" else edit.scalar(value.data)
