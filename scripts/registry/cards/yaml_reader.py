"""Reads YAML into values that know their place, from the parser's events.

No depth of nesting and no aliases can bring it down.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml

from registry.cards.yaml_values import UNREADABLE, BadFrontMatter, Mapping, Value

DEEPEST = 50
KINDS = {
    "str": "text",
    "bool": "yes or no",
    "int": "number",
    "float": "number",
    "null": "nothing",
    "timestamp": "date",
}
# A number to the YAML 1.2 parsers of others, such as the Hub's, but text to PyYAML.
NUMBER_1_2 = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+")
# Events are Any: to PyYAML's type stubs their marks may be None, though a parser always sets them.
Event = Any
# What PyYAML's C parser takes otherwise than its Python one, which the Hub's library reads cards
# with: tabs, tags, marks inside the text, lines that are no lines to C, `|#`, and `?` as a key.
DIFFERS = re.compile(r"[\t\ufeff\x85\u2028\u2029]|[|>][-+\d]*#|(?:^|[\s,\[{:?-])[!?]", re.MULTILINE)


class Reader:
    """Reads one mapping. `line` and `offset` say where the source begins in its file."""

    def __init__(self, source: str, line: int, offset: int) -> None:
        self.parser: Any = _loader(source)(source)
        self.constructor: Any = yaml.constructor.SafeConstructor()
        self.line, self.offset = line, offset
        self.last: Event = None

    def document(self) -> Mapping:
        """Return the mapping that is the whole source. Raises BadFrontMatter and yaml.YAMLError."""
        self.parser.get_event()
        event = self.parser.get_event()
        if isinstance(event, yaml.StreamEndEvent):
            return Mapping()
        event = self.parser.get_event()
        if not isinstance(event, yaml.MappingStartEvent):
            raise BadFrontMatter(
                self._line(event), "front matter must be `key: value` lines: write it so"
            )
        self._refuse_tag(event)
        mapping = self._mapping(0)
        self.parser.get_event()
        event = self.parser.get_event()
        if not isinstance(event, yaml.StreamEndEvent):
            raise BadFrontMatter(
                self._line(event), "front matter must be one document: delete this line"
            )
        return mapping

    def _mapping(self, depth: int) -> Mapping:
        mapping = Mapping()
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise BadFrontMatter(
                    self._line(event), "a key must be one word: quote it, or correct it"
                )
            self._refuse_key(event, depth)
            key, value = event.value, self._value(self._next(), depth + 1)
            if key in mapping:
                mapping.twice.append((key, self._line(event)))
                continue
            mapping[key] = value
            mapping.lines[key] = self._line(event)
            mapping.starts[key] = self._start(event)
        return mapping

    def _value(self, event: Event, depth: int) -> Value:
        if depth > DEEPEST:
            raise BadFrontMatter(
                self._line(event), "front matter must not be nested this deep: flatten it"
            )
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise BadFrontMatter(
                self._line(event), "front matter must not use & and *: write it out"
            )
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        self._refuse_tag(event)
        if isinstance(event, yaml.MappingStartEvent):
            mapping = self._mapping(depth)
            return self._place("mapping", mapping, event)._replace(
                end=self._end(event, mapping.values())
            )
        items = []
        while not isinstance(item := self._next(), yaml.SequenceEndEvent):
            items.append(self._value(item, depth + 1))
        return self._place("list", items, event)._replace(end=self._end(event, items))

    def _refuse_tag(self, event: Event) -> None:
        """A list or mapping that a tag makes something else of."""
        if event.tag:
            raise BadFrontMatter(
                self._line(event), f"front matter must not use tags: delete {event.tag}"
            )

    def _refuse_key(self, event: yaml.ScalarEvent, depth: int) -> None:
        """A key that the readers of others take for something else than a text."""
        kind = self._kind(event)
        if kind == UNREADABLE or (depth == 0 and kind != "text"):
            raise BadFrontMatter(
                self._line(event), f"a key must be a text: quote {event.value}, or write it"
            )

    def _scalar(self, event: yaml.ScalarEvent) -> Value:
        plain = not event.style and event.implicit[0]
        kind = self._kind(event)
        if plain and kind == "text" and NUMBER_1_2.fullmatch(event.value):
            kind = "number"
        return self._place(kind, event.value, event, plain)

    def _kind(self, event: yaml.ScalarEvent) -> str:
        """Return what Python's YAML makes of a scalar; tried where it may fail at that."""
        tag = event.tag
        if not tag or tag == "!":
            tag = self.parser.resolve(yaml.ScalarNode, event.value, event.implicit)
        kind = KINDS.get(tag.removeprefix("tag:yaml.org,2002:"), UNREADABLE)
        if kind in ("number", "date", "yes or no"):
            try:
                self.constructor.construct_object(yaml.ScalarNode(tag, event.value))
            except (ValueError, LookupError, OverflowError, AttributeError, yaml.YAMLError):
                return UNREADABLE
        return kind

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


def _loader(source: str) -> Any:  # noqa: ANN401  # two classes without a common type
    """The quick parser, where it reads the same as the one that others use."""
    quick = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.SafeLoader if DIFFERS.search(source) else quick
