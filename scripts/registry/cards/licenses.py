"""Knows what licenses allow, and where one gives more than what lies under it.

What a license allows is data, a row each with its source: `vocab/license_terms.txt`, and
`licenses.txt` at the top level for those that only this registry knows. Unknown means no.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from registry.cards.card import Card
from registry.cards.schema import LINEAGE
from registry.cards.vocabulary import FOLDER

OWN_FILE = "licenses.txt"
NO_LICENSE = ("other", "unknown")  # words of the Hub that say nothing of what is allowed
_ANSWERS = {"yes": True, "no": False}


class Terms(NamedTuple):
    """What a license allows everybody; `also`: what a work made from it may be under instead."""

    share: bool
    derive: bool
    commercial: bool
    alike: bool
    also: tuple[str, ...] = ()


class LicenseTable(NamedTuple):
    """The terms of each license, and the license of each id on the Hub that a row names."""

    terms: dict[str, Terms]
    works: dict[str, str]

    def shared(self, names: list[str]) -> str:
        """Return why something under these may not be passed on; "" when it may."""
        for name in names or ["unknown"]:
            if name not in self.terms:
                return f"{name} is not known to allow sharing: {how_to_tell(name)}"
            if not self.terms[name].share:
                return f"{name} does not allow sharing"
        return ""

    def clash(self, own: list[str], under: list[str]) -> str:
        """Return why a work under `own` gives more than its source under `under` allows, or ""."""
        known = [self.terms[name] for name in own if name in self.terms]
        if not own or len(known) < len(own):
            return ""  # nobody knows what it gives
        for name in under:
            reason = self._clash(own, known, name)
            if reason:
                return reason
        return ""

    def _clash(self, own: list[str], known: list[Terms], name: str) -> str:
        terms = self.terms.get(name)
        if terms is None:
            return "" if name in own else f"not known to allow it: {how_to_tell(name)}"
        if not terms.derive:
            return "nothing made from it may be shared: build on something else"
        cure = f"take {name} or a stricter one, or build on something else"
        if not terms.share and all(each.share for each in known):
            return f"it may not be shared: {cure}"
        if not terms.commercial and all(each.commercial for each in known):
            return f"no commercial use: {cure}"
        if terms.alike and not {name, *terms.also} & set(own):
            return f"it stays under its license: take {' or '.join([name, *terms.also])}"
        return ""


def how_to_tell(name: str) -> str:
    """Return the cure for a license, or an id on the Hub, of which nothing is known."""
    if name in NO_LICENSE:
        return "name its license"
    return f"say what it allows in {OWN_FILE} (docs/cards.md)"


def names_of(card: Card) -> list[str]:
    """Return the licenses of a card; for `other` its license_name."""
    named = [text for text, _ in card.texts("license")]
    own = [text for text, _ in card.texts("license_name")] or ["other"]
    return [name for text in named for name in (own if text == "other" else [text])]


def sources_of(card: Card) -> Iterator[str]:
    """Yield what a card says its entry is built on: entries, and ids on the Hub."""
    for key in LINEAGE:
        yield from (text for text, _ in card.texts(key) if "/" in text)


@cache
def common() -> LicenseTable:
    """Return the table that comes with these scripts."""
    text = (FOLDER / "license_terms.txt").read_text(encoding="utf-8")
    table, wrong = parse(text, LicenseTable({}, {}))
    assert not wrong, wrong
    return table


def read(root: Path) -> tuple[LicenseTable, list[tuple[int, str]]]:
    """Return the table of the registry at `root`, and what is wrong with its licenses.txt."""
    path = root / OWN_FILE
    try:
        text = path.read_bytes().decode("utf-8") if path.is_file() else ""
    except UnicodeDecodeError:
        return common(), [(1, "must be UTF-8 text: save it again as UTF-8")]
    return parse(text, common())


def parse(text: str, base: LicenseTable) -> tuple[LicenseTable, list[tuple[int, str]]]:
    """A table with these rows over those of `base`; and the lines that are none, each with why."""
    table = LicenseTable(dict(base.terms), dict(base.works))
    wrong = []
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [cell.strip() for cell in line.split("|")]
        if not line.strip() or line.startswith("#"):
            continue
        problem = _why_bad(cells)
        if problem:
            wrong.append((number, problem))
        elif len(cells) == 3:
            table.works[cells[0]] = cells[1]
        else:
            share, derive, commercial, alike = (_ANSWERS[cell] for cell in cells[1:5])
            also = tuple(cells[5].split())
            table.terms[cells[0]] = Terms(share, derive, commercial, alike, also)
    return table, wrong


def _why_bad(cells: list[str]) -> str | None:
    if len(cells) == 3 and all(cells) and "/" in cells[0]:
        return None if "://" in cells[2] else "a row must end with its source: add a url"
    if len(cells) != 7 or not cells[0] or set(cells[1:5]) - set(_ANSWERS):
        return (
            "a row must be `id | share | derive | commercial | alike | also | source` with yes or "
            "no, or `owner/name | license | source`: write it so"
        )
    return None if "://" in cells[6] else "a row must end with its source: add a url"
