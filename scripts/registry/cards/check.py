"""Whether entries have cards that may go out: a push of data nobody described is half a push."""

from __future__ import annotations

from collections.abc import Iterable

from registry import problems
from registry.entries import CARD, Entry
from registry.errors import Refusal
from registry.problems import Problem


def refusal(entry: Entry, errors: str) -> Refusal:
    return Refusal(f"its card is not right (`make check-cards DATASET={entry:sh}`):\n{errors}")


def find_bad(chosen: Iterable[Entry]) -> dict[Entry, str]:
    """{entry: the errors of its card as text}, for those that have any."""
    from registry.cards.library import Library
    from registry.cards.rules import card as rules_card

    library = Library()
    found = {}
    for entry in chosen:
        if not entry.card.exists():
            continue
        card, why = library.card(entry), library.unreadable(entry)
        errors = [p for p in rules_card.check(card, library) if p.level == "error"] if card else []
        errors += [Problem(f"{entry}{CARD}", *why)] if why else []
        if errors:
            found[entry] = problems.as_text(errors).rstrip()
    return found
