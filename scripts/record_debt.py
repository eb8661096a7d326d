#!/usr/bin/env python3
"""List today's problems of old cards in cards.debt, which may only shrink; then take lines out.

usage: record_debt.py

The first time, on a registry that was taken over, it writes down every error of the cards that
Git has: they are tolerated from then on, by check-cards, by the hooks and by push. Any later time
it takes out what was mended; the blanks of a card that got front matter take its place. Nothing
else is put in: new cards and new problems are not tolerated. Exit code 0; 3 when the file is paid
off and cannot begin again.
"""

from __future__ import annotations

import argparse
import itertools

from registry import console, git
from registry.cards import check, debt
from registry.cards.debt import Debt
from registry.cards.library import Library
from registry.entries import ROOT
from registry.errors import Refusal
from registry.files import write_whole
from registry.humanize import plural
from registry.problems import Problem


def main(argv: list[str]) -> int:
    _arguments().parse_args(argv)
    library = Library()
    path = ROOT / debt.DEBT_FILE
    problems = [*itertools.chain(*check.check(library, library.entries))]
    now = debt.count(problems)
    is_new = not path.is_file()
    allowed = begun(now) if is_new else debt.with_blanks(debt.read(ROOT)[0], now)
    unread = {p.path for p in problems if hides(p, allowed)}
    kept = {
        (path, rule): count if path in unread else min(count, now[path, rule])
        for (path, rule), count in allowed.items()
        if path in unread or (path, rule) in now
    }
    text = debt.as_text(kept)
    if text:
        write_whole(path, text.encode())
    elif path.is_file():
        path.unlink()
    console.say(told(kept, allowed, now, is_new))
    return 0


def hides(problem: Problem, allowed: Debt) -> bool:
    """Return whether less of a card can be seen than before: what is not seen is not mended."""
    is_new = (problem.path, problem.rule) not in allowed
    return problem.rule == "conflict" or (problem.rule == debt.FRONT_MATTER and is_new)


def begun(now: Debt) -> Debt:
    """Return what a first file lists: of the cards that Git has.

    Raises Refusal for a second first.
    """
    limit = debt.limit(ROOT)
    if git.has_head(ROOT) and debt.was_committed(ROOT):
        raise Refusal(
            f"{debt.DEBT_FILE} was paid off: mend the cards; `make check-cards` names them"
        )
    return {key: count for key, count in now.items() if limit(key)}


def told(kept: Debt, allowed: Debt, now: Debt, is_new: bool) -> str:
    """Return one line for a person: what is listed now, what went, what is not tolerated."""
    cards = plural(len({path for path, _ in kept}), "card")
    parts = [
        f"{plural(sum(kept.values()), 'problem')} of {cards} tolerated" if kept else "none left"
    ]
    if not is_new and allowed != kept:
        parts.append(f"{sum(allowed.values()) - sum(kept.values())} taken out as mended")
    more = sum(count for key, count in now.items() if count > kept.get(key, 0))
    if more:
        parts.append(f"{plural(more, 'error')} not tolerated: see `make check-cards`")
    if kept or not is_new:
        parts.append(f"commit {debt.DEBT_FILE}")
    return f"debt: {'; '.join(parts)}"


def _arguments() -> argparse.ArgumentParser:
    return console.parser("record_debt.py", __doc__)


if __name__ == "__main__":
    raise SystemExit(console.run(main, "debt"))
