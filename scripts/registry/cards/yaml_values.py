"""YAML as values that know their place: read from the parser's events, not into Python objects.

So `no` and `1.10` can be told from "no" and "1.10", each value knows its line, and no depth of
nesting and no aliases can bring the reader down.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import yaml

DEEPEST = 10
KINDS = {"str": "text", "bool": "yes or no", "int": "number", "float": "number", "null": "nothing"}
# A number to the YAML 1.2 parsers of others, such as the Hub's, but text to PyYAML.
NUMBER_1_2 = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+")
# Events are Any: to PyYAML's type stubs their marks may be None, though a parser always sets them.
Event = Any
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Broken(ValueError):
    """Front matter that cannot be read; args: line (from 1, in the file), message."""


class Value(NamedTuple):
    """A value and where it stands.

    kind: "text", "number", "yes or no", "date", "nothing", "list", "mapping" or "other".
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


class Reader:
    """Reads one mapping. `line` and `offset` say where the source begins in its file."""

    def __init__(self, source: str, line: int, offset: int) -> None:
        self.parser: Any = LOADER(source)
        self.line, self.offset = line, offset
        self.last: Event = None

    def document(self) -> Mapping:
        """The mapping that is the whole source. Raises Broken and yaml.YAMLError."""
        self.parser.get_event()
        event = self.parser.get_event()
        if isinstance(event, yaml.StreamEndEvent):
            return Mapping()
        event = self.parser.get_event()
        if not isinstance(event, yaml.MappingStartEvent):
            raise Broken(self._line(event), "front matter must be `key: value` lines: write it so")
        found = self._mapping(0)
        self.parser.get_event()
        event = self.parser.get_event()
        if not isinstance(event, yaml.StreamEndEvent):
            raise Broken(self._line(event), "front matter must be one document: delete this line")
        return found

    def _mapping(self, depth: int) -> Mapping:
        found = Mapping()
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise Broken(self._line(event), "a key must be one word: quote it, or correct it")
            key, value = event.value, self._value(self._next(), depth + 1)
            if key in found:
                found.twice.append((key, self._line(event)))
                continue
            found[key] = value
            found.lines[key] = self._line(event)
            found.starts[key] = self._start(event)
        return found

    def _value(self, event: Event, depth: int) -> Value:
        if depth > DEEPEST:
            raise Broken(self._line(event), "front matter must not be nested this deep: flatten it")
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise Broken(self._line(event), "front matter must not use & and *: write it out")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.MappingStartEvent):
            found = self._mapping(depth)
            return self._place("mapping", found, event)._replace(
                end=self._end(event, found.values())
            )
        items = []
        while not isinstance(item := self._next(), yaml.SequenceEndEvent):
            items.append(self._value(item, depth + 1))
        return self._place("list", items, event)._replace(end=self._end(event, items))

    def _scalar(self, event: yaml.ScalarEvent) -> Value:
        plain = not event.style and event.implicit[0]
        tag = event.tag
        if not tag or tag == "!":
            tag = self.parser.resolve(yaml.ScalarNode, event.value, event.implicit)
        name = tag.rpartition(":")[2]
        kind = KINDS.get(name, "date" if name == "timestamp" else "other")
        if plain and kind == "text" and NUMBER_1_2.fullmatch(event.value):
            kind = "number"
        return self._place(kind, event.value, event, plain)

    def _place(self, kind: str, data: object, event: Event, plain: bool = False) -> Value:
        start = self._start(event)
        end = self.offset + event.end_mark.index
        return Value(kind, data, self._line(event), start, end, plain)

    def _next(self) -> Event:
        self.last = self.parser.get_event()
        return self.last

    def _end(self, event: Event, inside: Iterable[Value]) -> int:
        """Where a collection ends that was just read: behind its bracket, or its last value."""
        if event.flow_style:
            return self.offset + int(self.last.end_mark.index)
        return max((value.end for value in inside), default=self._start(event))

    def _line(self, event: Event) -> int:
        return self.line + int(event.start_mark.line)

    def _start(self, event: Event) -> int:
        return self.offset + int(event.start_mark.index)
