"""Makes the plan of a move: every file that changes, with its text before and after."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from registry import dvc_file, dvc_parser, files
from registry.cards import backlinks, convert, edit, rename, retell
from registry.cards.card import Card
from registry.cards.library import Library
from registry.entries import Entry
from registry.errors import Refusal, UsageError
from registry.experiments import ledger
from registry.humanize import human_bytes
from registry.index import scan
from registry.move import ways
from registry.move.plan import MovePlan
from registry.sections import EXPERIMENTS, MODELS, RAW, RESULTS

PUBLIC = "public.yml"


@dataclass
class Drafting:
    """One move that is being thought through; `results`: the subfolder that RESULTS= names."""

    old: Entry
    new: Entry
    results: str
    library: Library

    def plan(self) -> MovePlan:
        """Raises Refusal or UsageError for what cannot be moved, or not there."""
        ways.refuse_senseless(self.old, self.new)
        ways.refuse_taken(self.new, (self.old,))
        plan = MovePlan(self.old.root, str(self.old), str(self.new), results=self.results)
        card = self.library.card(self.old)
        if card is None:
            raise Refusal(f"{self.old} has no card that can be read: `make card` or mend it first")
        self._add_cards(plan, card)
        self._add_ledger(plan)
        self._add_public(plan)
        if self.old.section == RAW:
            self._add_dvc_file(plan)
        if os.path.lexists(self.old.folder):
            self._add_folder(plan)
        return plan

    @property
    def _run(self) -> Entry:
        """The training results that are paired with it."""
        return Entry(RESULTS, self.new.name, self.new.root)

    def _add_cards(self, plan: MovePlan, card: Card) -> None:
        moves = {str(self.old): self.new}
        moved = rename.renamed(card, moves, self.library)
        if self.new.section != self.old.section:
            moved = convert.converted(moved, self.new, self.library, self.old.section)
        if self.results:
            moved = self._add_results(plan, card, moved)
        plan.files[card.path] = (card.text, None)
        plan.files[moved.path] = (None, moved.text)
        for other in self.library.entries:
            read = self.library.card(other) if other != self.old else None
            self._refuse_unread(other, read)
            text = rename.renamed(read, moves, self.library).text if read else ""
            if read and text != read.text:
                plan.files[read.path] = (read.text, text)

    def _refuse_unread(self, other: Entry, read: Card | None) -> None:
        """Raises Refusal for a card that names it where nobody can rewrite that."""
        if other == self.old or (read and not read.broken) or not other.card.is_file():
            return
        if str(self.old).encode() in files.read_regular(other.card):
            raise Refusal(
                f"{other}.card.md names {self.old} and cannot be read: `make check-cards "
                f"DATASET={other:sh}` tells why; mend it first"
            )

    def _add_results(self, plan: MovePlan, card: Card, model: Card) -> Card:
        """The paired entry that RESULTS= makes: its folder, its card; the model that names it."""
        if self.new.section != MODELS or self.old.section != EXPERIMENTS:
            raise UsageError("RESULTS= is for an experiment that becomes a champion: leave it out")
        path = self.results.strip("/")
        folder = self.old.folder / path
        is_inside = path and ".." not in path.split("/") and not os.path.isabs(self.results)
        if not is_inside or not folder.is_dir() or folder.is_symlink():
            raise UsageError(f"RESULTS={self.results!r}: there is no folder {self.old}/{path}")
        ways.refuse_taken(self._run)
        made = rename.renamed(card, {str(self.old): self.new}, self.library, at=self._run)
        made = convert.converted(made, self._run, self.library, self.old.section, with_rest=False)
        made = edit.set_key(made, "model", edit.scalar(str(self.new)))
        made = retell.answer(made, "What is in it", _contents(folder))
        plan.files[made.path] = (None, made.text)
        plan.folders.append((f"{self.old}/{path}", str(self._run)))
        return edit.set_key(model, "training_results", edit.scalar(str(self._run)))

    def _add_ledger(self, plan: MovePlan) -> None:
        path = self.old.root / ledger.FILE
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        after = before
        if self.old.section == EXPERIMENTS:
            line = ledger.line_for(self.old.name)
            after = ledger.without(
                after, {n for n, text in ledger.lines(after).items() if text == line}
            )
        if self.new.section == EXPERIMENTS:
            after = ledger.added(after, [self.new])
        if after != before:
            plan.files[ledger.FILE] = (before, after)

    def _add_public(self, plan: MovePlan) -> None:
        """What is given to everybody is named there."""
        path = self.old.root / PUBLIC
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        after = backlinks.pattern(str(self.old)).sub(lambda _: str(self.new), before)
        if after != before:
            plan.files[PUBLIC] = (before, after)

    def _add_dvc_file(self, plan: MovePlan) -> None:
        """The out of the entry's own name is called as the entry is; others keep theirs."""
        wanted = [out.path for out in dvc_file.read(self.old).outs]
        before = self.old.dvc_file.read_text(encoding="utf-8")
        name = re.escape(edit.scalar(self.old.name))
        path = re.compile(rf"^(\s*(?:- )?path:\s*)(?:{name}|{re.escape(self.old.name)})\s*$", re.M)
        after = path.sub(lambda m: m[1] + edit.scalar(self.new.name), before)
        made = [out.path for out in dvc_parser.parse(after.encode(), f"{self.new}.dvc").outs]
        if made != [self.new.name if out == self.old.name else out for out in wanted]:
            raise Refusal(f"{self.old}.dvc: its `path:` cannot be rewritten: write it on one line")
        plan.files[f"{self.old}.dvc"] = (before, None)
        plan.files[f"{self.new}.dvc"] = (None, after)

    def _add_folder(self, plan: MovePlan) -> None:
        """Last, after what RESULTS= takes out of it. Raises Refusal where no rename can be."""
        if self.old.folder.is_symlink():
            raise Refusal(f"{self.old} is a link: move the real folder here first")
        disks = {os.stat(e.folder.parent).st_dev for e in (self.old, self.new)}
        if self.results:
            disks.add(os.stat(self._run.folder.parent).st_dev)
        if len(disks) > 1:
            raise Refusal(
                f"{self.old.section}/ and {self.new.section}/ are on two disks, and no folder is "
                "renamed from one to another: copy it there, and begin a card for the copy"
            )
        plan.folders.append((str(self.old), str(self.new)))


def _contents(folder: os.PathLike[str]) -> str:
    """The files as a table of a card."""
    found = scan.scan(folder).files
    rows = [f"| `{path}` | {human_bytes(stat.size)} |" for path, stat in sorted(found.items())]
    more = [f"| {len(rows) - 20} more | |"] if len(rows) > 20 else []
    return "\n".join(["| file | size |", "|---|---|", *rows[:20], *more])


def needs_s3(plan: MovePlan) -> bool:
    return plan.old_entry.section not in (RAW, EXPERIMENTS)
