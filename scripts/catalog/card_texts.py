"""Reads the fields of a card as texts: of one value, of a list, and of all that are known."""

from __future__ import annotations

from registry.cards.card import Card
from registry.cards.schema import BY_NAME, FIELDS
from registry.cards.yaml_values import Value

Facts = dict[str, list[str] | dict[str, str]]


def flat(value: Value | None) -> list[str]:
    """Return a value's texts; nothing of a mapping."""
    if value is None or value.kind in ("mapping", "nothing"):
        return []
    if value.kind == "list":
        return [text for item in value.data for text in flat(item)]
    return [str(value.data)] if str(value.data).strip() else []


def facts(card: Card) -> Facts:
    """Return {field: texts}, in the schema's order; what is no field is not."""
    values: Facts = {}
    for known in FIELDS:
        value = card.fields.get(known.name)
        if value is None:
            continue
        if value.kind == "mapping":
            values[known.name] = {key: " ".join(flat(v)) for key, v in value.data.items()}
        elif flat(value):
            values[known.name] = flat(value)
    return values


def about(key: str) -> str:
    """Return what a field means, for people."""
    return BY_NAME[key].about.replace("`", "") if key in BY_NAME else ""
