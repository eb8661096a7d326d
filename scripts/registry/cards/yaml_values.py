"""Holds YAML as values that know their place and how they were written, not as Python objects.

So `no` and `1.10` can be told from "no" and "1.10".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

# What no YAML reader of others takes: 2026-02-30, 0x_, !tag.
UNREADABLE = "value that nobody can read"


class BadFrontMatter(ValueError):
    """Front matter that cannot be read; args: line (from 1, in the file), message."""


class Value(NamedTuple):
    """A value and where it stands.

    kind: "text", "number", "yes or no", "date", "nothing", "list", "mapping" or UNREADABLE.
    data: the text as written, a list of Values, or a dict of Values. start, end: offsets in the
    card's text. line: in the file, from 1. plain: written without quotes.
    """

    kind: str
    data: Any
    line: int
    start: int
    end: int
    plain: bool = False


class Mapping(dict[str, Value]):
    """A mapping that also knows the line of each key and the keys that were repeated."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}
        self.starts: dict[str, int] = {}
        self.twice: list[tuple[str, int]] = []


def scalars(value: Value) -> Iterator[Value]:
    """Yield the texts, numbers and so on that a value holds, at any depth."""
    if value.kind not in ("list", "mapping"):
        yield value
        return
    for item in value.data if value.kind == "list" else value.data.values():
        yield from scalars(item)
