"""Says, before a move, all that it will do; and after it what is left for the person."""

from __future__ import annotations

import os
from collections.abc import Iterator

from registry.cards import backlinks, card, check, rename
from registry.cards.library import Library
from registry.entries import CARD, entry_of
from registry.inside import beside
from registry.inside import run as runs
from registry.move.plan import MovePlan
from registry.move.stored import Relocation
from registry.problems import Problem
from registry.sections import MODELS


def changes(plan: MovePlan) -> Iterator[str]:
    """Yield each folder that is renamed, and each line of a text that changes."""
    for entry in plan.replaced_entries if not plan.keeps_as else ():
        if os.path.lexists(entry.folder):
            yield f"{entry}/ goes to the trash here"
    for source, target in plan.folders:
        yield f"{source}/ becomes {target}/"
    for path, (before, after) in plan.files.items():
        if after is None:
            yield f"{path}: goes"
        elif before is None:
            yield f"{path}: new"
        elif path.removesuffix(CARD) in plan.replaces:
            yield f"{path}: another card takes its place"
        else:
            for number, line in rename.changed_lines(before, after):
                yield f"{path}:{number}: {line.strip()}"


def of_itself(plan: MovePlan) -> Iterator[str]:
    """Yield each line of its card that names what it replaces, and would speak of itself."""
    path = f"{plan.old}{CARD}"
    before, _ = plan.files.get(path, (None, None))
    if before is None or not plan.replaces or plan.keeps_as:
        return
    text = card.parse(plan.old_entry, before)
    named = backlinks.find(text, plan.replaces, Library(plan.root), in_code=True)
    lines, keep = before.splitlines(), f"OLD={plan.new_entry.section}/name"
    for number in dict.fromkeys(link.line for link in named):
        yield (
            f"{path}:{number}: means what is replaced, and would mean the new one: say it in other "
            f"words, or keep its name by {keep}: {lines[number - 1].strip()}"
        )


def side_by_side(plan: MovePlan, stored: Relocation | None) -> list[str]:
    """Return the metrics of a model that is replaced, and of the one that replaces it."""
    if not plan.replaces or plan.new_entry.section != MODELS:
        return []
    client = stored.session.client if stored else None
    compared = [runs.read(beside.run_of(e), client) for e in (plan.new_entry, plan.old_entry)]
    rows = beside.metric_rows(compared)
    if not rows:
        return ["neither of the two has metrics that are read"]
    return beside.laid_out([("metrics", [plan.new, plan.old]), *rows])


def left_in_cards(plan: MovePlan) -> list[Problem]:
    """Return what is still wrong with the cards that it made."""
    library = Library(plan.root)
    made = [entry_of(id, plan.root) for id in _made_cards(plan)]
    return [problem for entry in made for problem in check.errors(entry, library)]


def _made_cards(plan: MovePlan) -> list[str]:
    moved = {path.removesuffix(CARD): after for path, (_, after) in plan.files.items()
             if path.endswith(CARD)}  # fmt: skip
    made = (plan.new, *(target for _, target in plan.folders), *plan.replaces)
    return [id for id in dict.fromkeys(made) if moved.get(id)]
