"""Begins `cards.debt`: what is wrong with the cards that were taken over stops nobody."""

from __future__ import annotations

import itertools
from pathlib import Path

from registry.cards import check, debt
from registry.cards.library import Library
from registry.files import write_whole


def begin(root: Path) -> int:
    """Write the file, for the cards of the last commit; how many problems it lists."""
    library = Library(root)
    now = debt.count(itertools.chain(*check.check(library, library.entries)))
    limit = debt.limit(root)
    tolerated = {key: count for key, count in now.items() if limit(key)}
    if tolerated:
        write_whole(root / debt.DEBT_FILE, debt.as_text(tolerated).encode())
    return sum(tolerated.values())
