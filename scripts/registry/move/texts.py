"""Rewrites, for the plan of a move, every text that names what moves: cards, ledger, and lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from registry import conflict, files
from registry.cards import backlinks, convert, debt, edit, rename, retell
from registry.cards.card import Card
from registry.cards.library import Library
from registry.entries import CARD, Entry
from registry.errors import Refusal
from registry.experiments import ledger
from registry.humanize import human_bytes
from registry.index import scan
from registry.move.plan import MovePlan
from registry.sections import EXPERIMENTS, RESULTS

PUBLIC = "public.yml"  # what is given to everybody is named there


@dataclass
class Texts:
    """Of one move, into its plan."""

    plan: MovePlan
    library: Library

    def __post_init__(self) -> None:
        self.old, self.new = self.plan.old_entry, self.plan.new_entry
        self.moves = {str(self.old): self.new}

    def add(self) -> None:
        """Raises Refusal for a card that cannot be read, or cannot be rewritten."""
        card = self.library.card(self.old)
        if card is None:
            raise Refusal(f"{self.old} has no card that can be read: `make card` or mend it first")
        if card.conflict:
            raise Refusal(f"{card.path}:{card.conflict}: {conflict.cure(card.path)}")
        self._add_own(card)
        self._add_others()
        self._add_file(ledger.FILE, self._in_ledger)
        self._add_file(debt.DEBT_FILE, self._in_debt)
        self._add_file(PUBLIC, lambda text: backlinks.pattern(str(self.old)).sub(self._name, text))

    def _add_own(self, card: Card) -> None:
        """Its card at its new place, and that of the results that are paired with it."""
        self._refuse_own_past(card)
        moved = rename.renamed(card, self.moves, self.library)
        if self.new.section != self.old.section:
            moved = convert.converted(moved, self.new, self.library, self.old.section)
        if self.plan.results:
            run = self._results_card(card)
            self._put(run)
            moved = edit.set_key(moved, "training_results", edit.scalar(str(run.entry)))
        self.plan.files[card.path] = (card.text, None)
        self._put(moved)

    def _put(self, card: Card) -> None:
        """A card that is new, or takes the place of one."""
        self.plan.files[card.path] = (read_any(self.old.root / card.path), card.text)

    def _refuse_own_past(self, card: Card) -> None:
        """Raises Refusal where it is made from what it is to replace: it would name itself."""
        if self.plan.keeps_as:
            return
        if named := [link.line for link in backlinks.find(card, self.plan.replaces, self.library)
                     if link.how == backlinks.FIELD]:  # fmt: skip
            raise Refusal(
                f"{card.path}:{named[0]}: it derives from {self.new}, whose name it is to take: "
                f"add OLD={self.new.section}/name, so that what it is made from keeps a name"
            )

    def _results_card(self, card: Card) -> Card:
        run = Entry(RESULTS, self.new.name, self.new.root)
        made = rename.renamed(card, self.moves, self.library, at=run)
        made = convert.converted(made, run, self.library, self.old.section, with_rest=False)
        made = edit.set_key(made, "model", edit.scalar(str(self.new)))
        folder = self.old.folder / self.plan.results.strip("/")
        return retell.answer(made, "What is in it", _contents(folder))

    def _add_others(self) -> None:
        """Every other card that names it."""
        own = {self.old, *self.plan.replaced_entries}
        for other in (e for e in self.library.entries if e not in own):
            read = self.library.card(other)
            self._refuse_unread(other, read)
            text = rename.renamed(read, self.moves, self.library).text if read else ""
            if read and text != read.text:
                self.plan.files[read.path] = (read.text, text)

    def _refuse_unread(self, other: Entry, read: Card | None) -> None:
        """Raises Refusal for a card that names it where nobody can rewrite that."""
        if (read and not read.broken) or not other.card.is_file():
            return
        if str(self.old).encode() in files.read_regular(other.card):
            raise Refusal(
                f"{other}.card.md names {self.old} and cannot be read: `make check-cards "
                f"DATASET={other:sh}` tells why; mend it first"
            )

    def _add_file(self, name: str, rewrite: Callable[[str], str]) -> None:
        before = read_any(self.old.root / name)
        after = rewrite(before or "")
        if after != (before or ""):
            self.plan.files[name] = (before, after)

    def _name(self, _: re.Match[str]) -> str:
        return str(self.new)

    def _in_ledger(self, text: str) -> str:
        if self.old.section == EXPERIMENTS:
            line = ledger.line_for(self.old.name)
            text = ledger.without(text, {n for n, t in ledger.lines(text).items() if t == line})
        is_listed = ledger.line_for(self.new.name) in ledger.lines(text).values()  # is replaced
        is_wanted = self.new.section == EXPERIMENTS and not is_listed
        return ledger.added(text, [self.new]) if is_wanted else text

    def _in_debt(self, text: str) -> str:
        """What is tolerated of its card is tolerated of it under its new name, in the same section.

        In another section it is a new card, made by its template: nothing of it is tolerated.
        """
        before, after = f"{self.old}{CARD} ", f"{self.new}{CARD} "
        kept = [line for line in text.splitlines(keepends=True) if not line.startswith(after)]
        if self.new.section != self.old.section:
            return "".join(line for line in kept if not line.startswith(before))
        return "".join(
            after + line[len(before) :] if line.startswith(before) else line for line in kept
        )


def read_any(path: Path) -> str | None:
    """Return a text that may not be there."""
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _contents(folder: Path) -> str:
    """The files as a table of a card."""
    files = scan.scan(folder).files
    rows = [f"| `{path}` | {human_bytes(stat.size)} |" for path, stat in sorted(files.items())]
    more = [f"| {len(rows) - 20} more | |"] if len(rows) > 20 else []
    return "\n".join(["| file | size |", "|---|---|", *rows[:20], *more])
