"""Holds what cards, Git, markers and this machine say of one entry, as the catalog shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote

from catalog import card_texts, moments
from catalog.card_texts import Facts
from catalog.history import Change
from catalog.preview.result import Previews
from catalog.pushes import Push
from registry import dvc_file
from registry.cards.card import Card
from registry.entries import Entry
from registry.inside.contents import Contents
from registry.inside.run import TrainingRun
from registry.problems import Problem
from registry.sections import RAW


class Link(NamedTuple):
    """Another entry and what it is to this one, such as "trained on"."""

    words: str
    id: str


@dataclass
class Item:
    """One entry. size, files: None while nobody knows them. address: of its data in S3, or "".
    body: the card's text as safe HTML, text: its words, summary: those of its first paragraph."""

    entry: Entry
    card: Card | None = field(repr=False)
    changes: list[Change] = field(default_factory=list)
    push: Push | None = None
    size: int | None = None
    files: int | None = None
    contents: Contents = field(default_factory=Contents)
    run: TrainingRun | None = None
    previews: Previews = field(default_factory=Previews)
    made_from: list[Link] = field(default_factory=list)
    used_by: list[Link] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    here: str = ""
    address: str = ""
    body: str = ""
    text: str = ""
    summary: str = ""
    anchor: str = ""

    @property
    def id(self) -> str:
        return str(self.entry)

    @property
    def page(self) -> str:
        """Its page's address below the site's top."""
        return quote(f"{self.id}.html")

    @property
    def title(self) -> str:
        return " ".join(self.first("pretty_name").split()) or self.entry.name

    @property
    def licenses(self) -> list[str]:
        """Their ids; for `other` the name that the card gives."""
        named = self.first("license_name")
        return [named if id == "other" and named else id for id in self.all("license")]

    @property
    def license(self) -> str:
        return next(iter(self.licenses), "")

    @property
    def version(self) -> str:
        """What its data is: of a raw dataset the hash in its `.dvc` file; "" if unknown."""
        if self.entry.section == RAW:
            return dvc_file.content(self.entry)
        return self.push.version if self.push else ""

    @property
    def is_deprecated(self) -> bool:
        return self.first("status") == "deprecated"

    @property
    def updated(self) -> tuple[str, str]:
        """(when, by whom) of what changed last, its data or its card; ("", "") if unknown."""
        told = [(c.when, c.who) for c in self.changes[:1]]
        if self.push and self.push.when:
            told.append((self.push.when, self.push.who))
        return max(told, key=lambda f: moments.instant(f[0]), default=("", ""))

    def first(self, key: str) -> str:
        """Return the text of a field, the first of a list, or ""."""
        return next(iter(self.all(key)), "")

    def all(self, key: str) -> list[str]:
        """Return the texts of a field, as a list."""
        return card_texts.flat(self.card.fields.get(key)) if self.card else []

    def facts(self) -> Facts:
        """Return {field: texts} of the front matter, in the schema's order."""
        return card_texts.facts(self.card) if self.card else {}
