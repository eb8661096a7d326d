"""Follows what cards name: from an entry to all that it is made from, and to its runs and models.

An entry that several others are made from is met once. Ids on the Hub lead out of the registry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from registry.cards.card import Card
from registry.cards.library import Library
from registry.cards.schema import LINEAGE
from registry.entries import Entry
from registry.sections import MODELS, RESULTS, SECTIONS

DEPS, ALL = "deps", "all"  # what WITH may say
RUNS = {MODELS: ("training_results", RESULTS), RESULTS: ("model", MODELS)}


@dataclass
class Ancestry:
    """`entries`: those that were followed, the first ones first. `lost`: {id: why it is not}."""

    library: Library
    entries: list[Entry] = field(default_factory=list)
    lost: dict[Entry, str] = field(default_factory=dict)

    def follow(self, chosen: Iterable[Entry], with_runs: bool) -> None:
        """Take these, and whatever their cards lead to."""
        waiting, seen = list(chosen), set[Entry]()
        for entry in waiting:  # which grows meanwhile
            if entry not in seen and SECTIONS[entry.section].travels != "never":
                self.entries.append(entry)
                waiting += self._next(entry, with_runs)
            seen.add(entry)

    def _next(self, entry: Entry, with_runs: bool) -> Iterator[Entry]:
        card = self.library.card(entry)
        if card is None or card.broken:
            if entry.card.exists():  # of one without a card others say enough
                cure = f"`make check-cards DATASET={entry:sh}`"
                self.lost[entry] = f"what it is made from cannot be read in its card: {cure}"
            return
        keys: tuple[str, ...] = LINEAGE
        if with_runs and entry.section in RUNS:
            keys += (RUNS[entry.section][0],)
            yield from self._naming(entry)
        for key in keys:
            for text, line in card.texts(key):
                if named := self._entry(card, text, line):
                    yield named

    def _entry(self, card: Card, text: str, line: int) -> Entry | None:
        """The entry that a card names; one that is not here is noted as lost."""
        section, _, name = text.partition("/")
        if section not in SECTIONS or not name:
            return None
        if text not in self.library.ids:
            lost = Entry(section, name, self.library.root)
            self.lost[lost] = (
                f"{card.path}:{line} names it, and it is no entry here: `git pull` may bring its "
                "card, else correct that line"
            )
        return self.library.ids.get(text)

    def _naming(self, entry: Entry) -> Iterator[Entry]:
        """The runs that say they made this model, or the models that say this run made them."""
        _, other = RUNS[entry.section]
        key, _ = RUNS[other]
        for one in self.library.entries:
            card = self.library.card(one) if one.section == other else None
            if card and str(entry) in [text for text, _ in card.texts(key)]:
                yield one
