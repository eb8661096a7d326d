"""Reads a card, front matter and body, with the line of everything in it."""

from __future__ import annotations

from functools import cached_property

from registry import conflict
from registry.cards import front_matter, markdown
from registry.cards.front_matter import Split
from registry.cards.markdown import Heading
from registry.cards.yaml_values import BadFrontMatter, Mapping, Value
from registry.entries import Entry


class Card:
    """One card. `broken` are the reasons (line, message) why its front matter cannot be used;
    a `bare` one has none; `conflict` is the line where a merge left both sides' text, or 0."""

    def __init__(self, entry: Entry, text: str) -> None:
        self.entry, self.text = entry, text
        self.fields = Mapping()
        self.where: Split | None = None
        self.broken: list[tuple[int, str]] = []
        self.bare = False
        self.conflict = conflict.line_of(text)

    @property
    def path(self) -> str:
        """Relative to the registry, with slashes."""
        return f"{self.entry}.card.md"

    @cached_property
    def shown(self) -> str:
        """What a reader sees: no front matter, no comments; at the offsets of the text."""
        return markdown.uncomment(self._body)

    @cached_property
    def prose(self) -> str:
        """The same without code blocks."""
        return markdown.blank(self._body, markdown.HIDDEN)

    @cached_property
    def words(self) -> str:
        """The same without `code` in its lines."""
        return markdown.blank(self.prose, markdown.CODE)

    @cached_property
    def headings(self) -> list[Heading]:
        return markdown.headings(self.prose)

    @cached_property
    def _body(self) -> str:
        if self.where is None:  # a byte order mark is no part of the first line
            return " " + self.text[1:] if self.text.startswith("\ufeff") else self.text
        fence, body = self.where.fence, self.where.body
        return self.text[:fence] + markdown.spaces(self.text[fence:body]) + self.text[body:]

    def line_at(self, offset: int) -> int:
        """Return the line, from 1, of an offset in the text."""
        return self.text.count("\n", 0, offset) + 1

    def line_of(self, key: str) -> int:
        """Return the line of a key of the front matter; 1 when it is not there."""
        return self.fields.lines.get(key, 1)

    def value(self, key: str) -> Value | None:
        """Return the value of a key, also of one inside a mapping (`code.commit`)."""
        outer, _, inner = key.partition(".")
        value = self.fields.get(outer)
        if value is None or not inner:
            return value
        return value.data.get(inner) if value.kind == "mapping" else None

    def texts(self, key: str) -> list[tuple[str, int]]:
        """Return the texts of a key and their lines: of a list, or of one text; nothing else."""
        value = self.fields.get(key)
        values = value.data if value and value.kind == "list" else [value] if value else []
        return [(v.data, v.line) for v in values if v.kind == "text"]


def parse(entry: Entry, text: str) -> Card:
    """A card from its text; never raises: what is wrong with the front matter is in `broken`."""
    card = Card(entry, text)
    if card.conflict:  # whose front matter it is would be a guess
        card.broken.append((card.conflict, conflict.cure(card.path)))
        return card
    try:
        card.where = front_matter.split(text)
        if card.where is None:
            card.bare = True
            raise BadFrontMatter(
                1, f"front matter must be there: run `make adopt DATASET={entry:sh}`"
            )
        why = front_matter.misplaced(text, card.where)
        if why:
            card.broken.append((card.line_at(card.where.fence), why))
        card.fields = front_matter.read(text, card.where)
    except BadFrontMatter as problem:
        card.broken.append((problem.args[0], problem.args[1]))
    return card
