"""Lists the rules for one card, one row each, and applies them.

It is given a card and the library, and yields (line, message); docs/cards.md has a row for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from registry.cards.card import Card
from registry.cards.kinds import Found
from registry.cards.library import Library
from registry.cards.rules import (
    body,
    fields,
    licenses,
    links,
    mentions,
    references,
    required,
    secrets,
)
from registry.problems import Problem


class Rule(NamedTuple):
    """`name` is what --format json calls it; `body` rules wait until the front matter ends."""

    name: str
    check: Callable[[Card, Library], Iterable[Found]]
    level: str = "error"


CONFLICT = Rule("conflict", fields.whole)
RULES = (
    CONFLICT,
    Rule("front-matter", fields.readable),
    Rule("line-ends", fields.line_ends, "warning"),
    Rule("duplicate-key", fields.duplicate),
    Rule("unknown-key", fields.unknown, "warning"),
    Rule("required-key", required.required),
    Rule("required-with", required.required_with),
    Rule("value", fields.values),
    Rule("blank-field", fields.blanks),
    Rule("tag-vocabulary", fields.tag_vocabulary),
    Rule("library", fields.libraries, "warning"),
    Rule("key-order", fields.order, "warning"),
    Rule("title", body.title),
    Rule("section-missing", body.missing),
    Rule("section-empty", body.empty),
    Rule("section-order", body.order),
    Rule("section-repeated", body.repeated),
    Rule("section-optional", body.optional),
    Rule("blank-text", body.blanks),
    Rule("reference", references.resolve),
    Rule("hub-id", references.hub_ids, "warning"),
    Rule("mention", mentions.meant),
    Rule("mention-unknown", mentions.unknown, "warning"),
    Rule("pair", references.pairs),
    Rule("cycle", references.cycle),
    Rule("deprecated", references.deprecated, "warning"),
    Rule("license-freer", licenses.no_freer, "warning"),
    Rule("link", links.links),
    Rule("file", links.files),
    Rule("secret", secrets.secrets),
)


def check(card: Card, library: Library) -> Iterator[Problem]:
    """Every problem of one card, in the order of its lines."""
    problems = (
        Problem(card.path, line, message, rule.level, rule.name)
        for rule in ([CONFLICT] if card.conflict else RULES)
        for line, message in rule.check(card, library)
    )
    yield from sorted(dict.fromkeys(problems), key=lambda problem: problem.line)
