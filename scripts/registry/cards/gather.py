"""Gathers what is wrong with many cards at once into one problem with one cure."""

from __future__ import annotations

from registry.cards.debt import FRONT_MATTER
from registry.cards.library import Library
from registry.entries import id_of
from registry.humanize import plural, some
from registry.problems import Problem
from registry.sections import SECTIONS

FEW = 3  # cards without front matter that are named one by one


def gathered(problems: list[Problem], library: Library, cure: str = "") -> list[Problem]:
    """Return the problems; the cards of a section that have no front matter are one of them.

    All else that is wrong with such cards is counted there: most of it goes with front matter.
    `cure`: what may be done besides.
    """
    left = list(problems)
    for section in SECTIONS:
        cards = [path for path in bare(problems, library) if path.startswith(f"{section}/")]
        if len(cards) <= FEW:
            continue
        mine = [problem for problem in left if problem.path in cards]
        left = [problem for problem in left if problem.path not in cards]
        left.append(_as_one(section, cards, mine, cure))
    return sorted(left, key=lambda problem: (problem.path, problem.line))


def bare(problems: list[Problem], library: Library) -> list[str]:
    """Return the cards among these that have no front matter at all."""
    paths = dict.fromkeys(problem.path for problem in problems if problem.rule == FRONT_MATTER)
    cards = ((path, library.card(library.ids[id_of(path)])) for path in paths)
    return [path for path, card in cards if card is not None and card.bare]


def _as_one(section: str, cards: list[str], mine: list[Problem], cure: str) -> Problem:
    names = some([path.partition("/")[2].partition(".card.md")[0] for path in cards])
    more = plural(len(mine) - len(cards), "more problem")
    text = (
        f"{len(cards)} cards have no front matter ({names}), and {more}: "
        f"run `make adopt DATASET={section}/`{cure}"
    )
    level = "error" if any(problem.level == "error" for problem in mine) else "warning"
    return Problem(f"{section}/", 1, text, level, FRONT_MATTER)
