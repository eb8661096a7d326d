"""Holds what cards, Git, markers and this machine say of one entry, as the catalog shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote

from registry import dvc_file
from registry.cards.card import Card
from registry.cards.schema import BY_NAME, FIELDS
from registry.cards.yaml_values import Value
from registry.entries import Entry
from registry.inside.contents import Contents
from registry.inside.run import TrainingRun
from registry.problems import Problem
from registry.sections import RAW


class Change(NamedTuple):
    """A commit that touched the entry's card or `.dvc` file. `when`: ISO 8601 with its offset."""

    commit: str
    who: str
    when: str
    subject: str


class Push(NamedTuple):
    """What S3 holds of an entry. `state`: a marker's, or "" when nobody ever sealed it."""

    files: int
    bytes: int
    state: str = ""
    who: str = ""
    when: str = ""
    commit: str = ""
    version: str = ""


class Link(NamedTuple):
    """Another entry and what it is to this one, such as "trained on"."""

    words: str
    id: str


@dataclass
class Preview:
    """What is in one file, as blocks. read: bytes of it, of `size`. where: "in S3", or here."""

    path: str
    size: int
    read: int
    where: str
    blocks: list[dict[str, Any]]


@dataclass
class Previews:
    """Those of an entry; `why` says why there are none."""

    files: list[Preview] = field(default_factory=list)
    why: str = ""


@dataclass
class Item:
    """One entry. size, files: None while nobody knows them. address: of its data in S3, or "".
    body: the card's text as safe HTML,
    text: its words, summary: those of its first paragraph."""

    entry: Entry
    card: Card | None
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
    def license(self) -> str:
        """Its id; for `other` the name that the card gives."""
        found = self.first("license")
        return self.first("license_name") or found if found == "other" else found

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
        found = [(c.when, c.who) for c in self.changes[:1]]
        if self.push and self.push.when:
            found.append((self.push.when, self.push.who))
        return max(found, key=lambda f: instant(f[0]), default=("", ""))

    def first(self, key: str) -> str:
        """The text of a field, the first of a list, or ""."""
        return next(iter(self.all(key)), "")

    def all(self, key: str) -> list[str]:
        """The texts of a field, as a list."""
        return flat(self.card.fields.get(key)) if self.card else []

    def facts(self) -> dict[str, list[str] | dict[str, str]]:
        """{field: texts} of the front matter, in the schema's order; what is no field is not."""
        fields = self.card.fields if self.card else {}
        found: dict[str, list[str] | dict[str, str]] = {}
        for known in FIELDS:
            value = fields.get(known.name)
            if value is None:
                continue
            if value.kind == "mapping":
                found[known.name] = {key: " ".join(flat(v)) for key, v in value.data.items()}
            elif flat(value):
                found[known.name] = flat(value)
        return found


def flat(value: Value | None) -> list[str]:
    """A value's texts; nothing of a mapping."""
    if value is None or value.kind in ("mapping", "nothing"):
        return []
    if value.kind == "list":
        return [text for item in value.data for text in flat(item)]
    return [str(value.data)] if str(value.data).strip() else []


def instant(when: str) -> float:
    """Seconds since 1970 of an ISO 8601 time; 0 for what is none."""
    import datetime

    try:
        found = datetime.datetime.fromisoformat(when.replace("Z", "+00:00"))
    except ValueError:
        return 0.0
    zone = found.tzinfo or datetime.timezone.utc
    return found.replace(tzinfo=zone).timestamp()


def about(key: str) -> str:
    """What a field means, for people."""
    return BY_NAME[key].about.replace("`", "") if key in BY_NAME else ""
