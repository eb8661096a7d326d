"""Judges a value of each kind of field: the judges of one text, applied to YAML's values."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

from registry.cards import formats
from registry.cards.formats import TODO
from registry.cards.schema import CODE_KEYS
from registry.cards.vocabulary import guess
from registry.cards.yaml_values import UNREADABLE, Value

Found = tuple[int, str]
Judge = Callable[[str], "str | None"]
Kind = Callable[[Value], Iterator[Found]]


def one(judge: Judge = lambda text: None) -> Kind:
    """Yield a kind whose value is one text."""

    def check(value: Value) -> Iterator[Found]:
        problem = _untrue(value) or (None if TODO.search(value.data) else judge(value.data))
        if problem:
            yield value.line, problem

    return check


def many(judge: Judge = lambda text: None) -> Kind:
    """Yield a kind whose value is a list of texts, or one text."""

    def check(value: Value) -> Iterator[Found]:
        if value.kind == "list" and not value.data:
            yield value.line, "must not be empty: fill it in, or delete the line"
        for item in value.data if value.kind == "list" else [value]:
            yield from one(judge)(item)

    return check


def _untrue(value: Value) -> str | None:
    """Return why a value is not a text."""
    if value.kind in ("list", "mapping"):
        return f"must be a text, not a {value.kind}: write it as one"
    if value.kind == "nothing" or not value.data.strip():
        return "must not be empty: fill it in, or delete the line"
    if value.kind != "text":
        return f'must be a text, but YAML reads a {value.kind}: quote it, "{value.data}"'
    return None


def _date(value: Value) -> Iterator[Found]:
    """The one kind that YAML may read as something else than text: 2026-11-23."""
    problem = None if value.kind in ("date", UNREADABLE) else _untrue(value)
    if not problem and not TODO.search(value.data):
        try:
            good = str(datetime.date.fromisoformat(value.data)) == value.data
        except ValueError:
            good = False
        problem = None if good else f"must be a date, YYYY-MM-DD: '{value.data}'"
    if problem:
        yield value.line, problem


def _code(value: Value) -> Iterator[Found]:
    if value.kind != "mapping":
        yield value.line, f"must have lines of its own: {', '.join(f'{k}: …' for k in CODE_KEYS)}"
        return
    for key, kind in CODE_KEYS.items():
        if key not in value.data:
            yield value.line, f"must have {key}: add a line `  {key}: …` below it"
            continue
        for line, problem in KINDS[kind](value.data[key]):
            yield line, f"{key} {problem}"
    for key in value.data.keys() - CODE_KEYS.keys():
        line = value.data.lines[key]
        yield line, f"must not have {key}: delete it.{guess(key, tuple(CODE_KEYS))}"


def _switch(value: Value) -> Iterator[Found]:
    if value.kind != "yes or no" or value.data not in ("true", "false"):
        yield value.line, "must be true or false, without quotes"


KINDS: dict[str, Kind] = {
    "text": one(),
    "texts": many(),
    "word": one(formats.word),
    "license": many(formats.license_id),
    "language": many(formats.language),
    "tags": many(formats.tag),
    "status": one(formats.status),
    "switch": _switch,
    "link": one(formats.link),
    "repo": one(formats.repo),
    "commit": one(formats.commit),
    "date": _date,
    "task": one(formats.task),
    "tasks": many(formats.task),
    "sizes": many(formats.size),
    "code": _code,
    "datasets": many(formats.source),
    "models": many(formats.owned),
    "results": many(formats.entry),
    "successor": one(formats.owned),
    "base_models": many(formats.reference),
}
