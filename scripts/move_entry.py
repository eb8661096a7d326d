"""Move an entry: give it another name, promote an experiment, or make an entry one again.

usage: move_entry.py section/old section/new [--results=subfolder]

Everything that names it is rewritten (front matter, text, links), the card becomes one of the new
section, folder and baseline go along, and all of that is staged in Git, nothing committed. In S3
the objects are copied on the server; the old ones stay until a push sees in Git that the move is
everybody's. After a crash the same command goes on; UNDO=1 goes back, until it is committed.
RESULTS=subfolder makes training results of a part of an experiment that becomes a champion.
REPLACE=1 takes a name that is taken, once CONFIRM=name says so: both models' metrics are shown, and
what was called so is kept as its section says, or as OLD=section/name. DRY_RUN=1 only says it all.
"""

from __future__ import annotations

import argparse
import shlex

from registry import console, lock, options, problems, selection
from registry.console import say
from registry.entries import ROOT
from registry.errors import Refusal, UsageError
from registry.move import draft, local, next_steps, reach, tell, waiting, ways
from registry.move.draft import Drafting
from registry.move.plan import MovePlan
from registry.move.stored import Relocation
from registry.options import Options
from registry.sections import SECTIONS


def main(argv: list[str]) -> int:
    args = _arguments().parse_args(argv)
    lock.take(ROOT, "make move")
    begun = waiting.under_way(args.entry)
    if options.flag("UNDO"):
        return undo(begun, args.entry)
    if begun:
        waiting.refuse_other_aim(begun, args.to)
        relocation = reach.open_up(begun)
        return 0 if Options.from_environment().dry_run else finish(begun, relocation)
    return begin(drafting(args))


def drafting(args: argparse.Namespace) -> Drafting:
    """Return what was asked for.

    Raises UsageError and Refusal for what makes no sense, or not now.
    """
    old = selection.select_one(args.entry, SECTIONS)
    if not args.to.strip():
        raise UsageError(f"where to? `make move DATASET={old:sh} TO=section/name`")
    new, keeps_as = ways.target(args.to, old), options.text("OLD")
    replaces = options.flag("REPLACE")
    if keeps_as and not replaces:
        raise UsageError("OLD= names what is replaced: add REPLACE=1, or leave it out")
    keeps_as = str(ways.target(keeps_as, new, "OLD")) if keeps_as else ""
    waiting.refuse(old)
    waiting.refuse(new, but_to=keeps_as)
    return Drafting(old, new, args.results.strip(), replaces, keeps_as)


def begin(wanted: Drafting) -> int:
    """Say all that it will do, then do it: first what makes way, then the move itself."""
    made = wanted.plan()
    for one in [*draft.making_way(wanted), made]:
        describe(one, reach.open_up(one))
    is_dry = Options.from_environment().dry_run
    refuse_unconfirmed(made, is_dry)
    if is_dry:
        return 0
    while first := draft.making_way(wanted):  # each as the one before has left the cards
        carry_out(first[0], reach.open_up(first[0]))
    made = wanted.plan()
    relocation = reach.open_up(made)
    local.plan_trash(made)
    return finish(made, relocation)


def describe(made: MovePlan, relocation: Relocation | None) -> None:
    for line in relocation.told() if relocation else ():
        say(f"move: {line}")
    for line in [*tell.changes(made), *tell.of_itself(made), *tell.side_by_side(made, relocation)]:
        print(line)


def refuse_unconfirmed(made: MovePlan, is_dry: bool) -> None:
    """The replaced one's name is to be typed once more."""
    name = made.new_entry.name
    if made.replaces and not is_dry and options.text("CONFIRM") != name:
        raise Refusal(f"to have {made.old} replace {made.new}: add CONFIRM={shlex.quote(name)}")


def carry_out(made: MovePlan, relocation: Relocation | None) -> None:
    """All that the plan says, each step once."""
    local.check(made)
    local.note_former(made)
    made.save()
    waiting.hand_over(made)
    if relocation and not made.is_done:
        relocation.carry_out()
    local.carry_out(made)
    made.is_done = True
    made.save()


def finish(made: MovePlan, relocation: Relocation | None) -> int:
    carry_out(made, relocation)
    print(problems.as_text(tell.left_in_cards(made)), end="")
    for line in next_steps.what_is_left(made):
        say(f"move: {line}")
    return 0


def undo(begun: MovePlan | None, word: str) -> int:
    """Go back, and with it what made way for it."""
    every = [*([begun] if begun else []), *waiting.making_way(begun.old if begun else word)]
    if not every:
        raise UsageError(f"no move of {word!r} is under way here, so there is nothing to undo")
    for one in every:
        waiting.refuse_committed(one)
    for one in every:
        if Options.from_environment().dry_run:
            say(f"move: {one.new} would be {one.old} again")
        else:
            say(f"move: {one.old} {go_back(one) or 'is as it was'}")
    return 0


def go_back(begun: MovePlan) -> str:
    """In words what is otherwise than it was, if anything."""
    local.check(begun, back=True)
    relocation = reach.open_up(begun)
    if relocation:
        relocation.prove_way_back()
    begun.is_going_back = True
    begun.save()
    local.go_back(begun)
    said = relocation.go_back() if relocation else ""
    begun.drop()
    return said


def _arguments() -> argparse.ArgumentParser:
    parser = console.parser("move_entry.py", __doc__)
    parser.add_argument("entry", nargs="?", default="", help="section/old")
    parser.add_argument("to", nargs="?", default="", help="section/new")
    parser.add_argument("--results", default="", help="the subfolder with the training results")
    return parser


if __name__ == "__main__":
    raise SystemExit(console.run(main, "move"))
