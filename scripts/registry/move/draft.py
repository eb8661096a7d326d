"""Makes the plan of a move: every file and folder that changes, with the text before and after."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

from registry import dvc_file, dvc_parser
from registry.cards import edit
from registry.cards.library import Library
from registry.entries import Entry, entry_of
from registry.errors import Refusal, UsageError
from registry.move import plan, ways
from registry.move.plan import MovePlan
from registry.move.texts import Texts, read_any
from registry.sections import EXPERIMENTS, MODELS, RAW, RESULTS


@dataclass
class Drafting:
    """One move that is being thought through; `results`: the subfolder that RESULTS= names.

    `replaces`: whether a taken name is to be taken over, `keeps_as`: what is called so now is to be
    called so then.
    """

    old: Entry
    new: Entry
    results: str = ""
    replaces: bool = False
    keeps_as: str = ""
    made: MovePlan = field(init=False)

    def plan(self) -> MovePlan:
        """Raises Refusal or UsageError for what cannot be moved, or not there."""
        ways.refuse_senseless(self.old, self.new)
        self.made = MovePlan(self.old.root, str(self.old), str(self.new), results=self.results)
        self.made.keeps_as = self.keeps_as
        if self.results:
            self._add_results()
        self._add_replaced()
        Texts(self.made, Library()).add()
        if self.old.section == RAW:
            self._add_dvc_file()
        if os.path.lexists(self.old.folder):
            self._add_folder()
        return self.made

    def _add_results(self) -> None:
        """The folder that the paired entry takes out of this one."""
        if self.new.section != MODELS or self.old.section != EXPERIMENTS:
            raise UsageError("RESULTS= is for an experiment that becomes a champion: leave it out")
        path = self.results.strip("/")
        folder = self.old.folder / path
        is_inside = path and ".." not in path.split("/") and not os.path.isabs(self.results)
        if not is_inside or not folder.is_dir() or folder.is_symlink():
            raise UsageError(f"RESULTS={self.results!r}: there is no folder {self.old}/{path}")
        self.made.folders.append((f"{self.old}/{path}", str(self._run)))

    @property
    def _run(self) -> Entry:
        """The training results that are paired with it."""
        return Entry(RESULTS, self.new.name, self.new.root)

    @property
    def targets(self) -> list[Entry]:
        """Every name that it takes."""
        return [self.new, *([self._run] if self.results else [])]

    def _add_replaced(self) -> None:
        """What is called so already: to be replaced, or Refusal."""
        targets = self.targets
        if not self.replaces:
            for target in targets:
                ways.refuse_taken(target, (self.old,))
            return
        is_free = not any(ways.taken_by(target) for target in targets)
        if is_free and not self.keeps_as:
            raise UsageError(f"nothing here is called {self.new} yet: leave REPLACE out")
        for target in targets:
            ways.refuse_link(target)
        self.made.replaces = [str(target) for target in targets]

    def _add_dvc_file(self) -> None:
        """The out of the entry's own name is called as the entry is; others keep theirs."""
        wanted = [out.path for out in dvc_file.read(self.old).outs]
        before = self.old.dvc_file.read_text(encoding="utf-8")
        name = re.escape(edit.scalar(self.old.name))
        path = re.compile(rf"^(\s*(?:- )?path:\s*)(?:{name}|{re.escape(self.old.name)})\s*$", re.M)
        after = path.sub(lambda m: m[1] + edit.scalar(self.new.name), before)
        made = [out.path for out in dvc_parser.parse(after.encode(), f"{self.new}.dvc").outs]
        if made != [self.new.name if out == self.old.name else out for out in wanted]:
            raise Refusal(f"{self.old}.dvc: its `path:` cannot be rewritten: write it on one line")
        self.made.files[f"{self.old}.dvc"] = (before, None)
        self.made.files[f"{self.new}.dvc"] = (read_any(self.new.dvc_file), after)

    def _add_folder(self) -> None:
        """Last, after what RESULTS= takes out of it. Raises Refusal where no rename can be."""
        ways.refuse_link(self.old)
        disks = {os.stat(e.folder.parent).st_dev for e in (self.old, self.new)}
        if self.results:
            disks.add(os.stat(self._run.folder.parent).st_dev)
        if len(disks) > 1:
            raise Refusal(
                f"{self.old.section}/ and {self.new.section}/ are on two disks, and no folder is "
                "renamed from one to another: copy it there, and begin a card for the copy"
            )
        self.made.folders.append((str(self.old), str(self.new)))


def making_way(wanted: Drafting) -> list[MovePlan]:
    """The moves that come first where OLD= keeps what is replaced: the names are free then."""
    if not wanted.keeps_as:
        return []
    kept, moves = entry_of(wanted.keeps_as, wanted.old.root), []
    for target in wanted.targets:
        section = kept.section if target == wanted.new else target.section
        to = Entry(section, kept.name, kept.root)
        begun = plan.load(target)
        if begun is None and ways.taken_by(target):
            begun = Drafting(target, to).plan()
        if begun and not begun.is_done:
            moves.append(begun)
    return moves
