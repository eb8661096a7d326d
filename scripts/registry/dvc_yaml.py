"""Reads YAML from the parser's events: every scalar as its text, and the line of each key.

No depth of nesting and no aliases can bring the reader down: an alias is the value itself, not a
copy. A key that is there twice is an error, as it is to DVC's parser.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

DEEPEST = 30
LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class BadYaml(ValueError):
    """Text that is not such YAML. `line`: from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


class Fields(dict[str, Any]):
    """A mapping that knows the line of each key."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}


def load(text: str) -> Fields:
    """Return the mapping that the text is. Raises BadYaml."""
    try:
        return _Builder(text).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = f"{error.context or ''} {error.problem or ''}".strip()
        raise BadYaml(mark.line + 1 if mark else 1, f"is not YAML: {said}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, int(error.position)) + 1
        raise BadYaml(line, "holds control characters") from None


class _Builder:
    def __init__(self, text: str) -> None:
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=LOADER))
        self.anchors: dict[str, Any] = {}

    def document(self) -> Fields:
        next(self.events)  # the stream's start
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            raise BadYaml(1, "is empty")
        event = next(self.events)
        if not isinstance(event, yaml.MappingStartEvent):
            raise BadYaml(_line(event), "must be `key: value` lines")
        row: Fields = self._value(event, 0)
        next(self.events)
        event = next(self.events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise BadYaml(_line(event), "must be one document")
        return row

    def _value(self, event: Any, depth: int) -> Any:  # noqa: ANN401  # a str, a list or a Fields
        if depth > DEEPEST:
            raise BadYaml(_line(event), "is nested too deep")
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise BadYaml(_line(event), f"knows no {event.anchor!r}")
            return self.anchors[event.anchor]
        value = self._new(event, depth)
        if event.anchor:
            self.anchors[event.anchor] = value
        return value

    def _new(self, event: Any, depth: int) -> Any:  # noqa: ANN401
        if isinstance(event, yaml.ScalarEvent):
            return event.value
        if isinstance(event, yaml.MappingStartEvent):
            return self._row(depth)
        items = []
        while not isinstance(item := next(self.events), yaml.SequenceEndEvent):
            items.append(self._value(item, depth + 1))
        return items

    def _row(self, depth: int) -> Fields:
        row = Fields()
        while not isinstance(key := next(self.events), yaml.MappingEndEvent):
            value = self._value(next(self.events), depth + 1)
            if not isinstance(key, yaml.ScalarEvent):
                raise BadYaml(_line(key), "a key must be one word")
            if key.value in row:
                raise BadYaml(_line(key), f"has the key {key.value!r} twice")
            row[key.value] = value
            row.lines[key.value] = _line(key)
        return row


def _line(event: Any) -> int:  # noqa: ANN401
    return int(event.start_mark.line) + 1
