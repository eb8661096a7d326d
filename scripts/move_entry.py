"""Move an entry: give it another name, promote an experiment, or make an entry one again.

usage: move_entry.py section/old section/new [--results=subfolder]

Everything that names it is rewritten (front matter, text, links), the card becomes one of the new
section, folder and baseline go along, and all of that is staged in Git, nothing committed. In S3
the objects are copied on the server; the old ones stay until a push sees in Git that the move is
everybody's. After a crash the same command goes on; UNDO=1 goes back, until it is committed.
RESULTS=subfolder makes training results of a part of an experiment that becomes a champion.
DRY_RUN=1 only says what it would do.
"""

from __future__ import annotations

import argparse

from registry import console, entries, git, lock, options, problems
from registry.cards import check, rename
from registry.cards.library import Library
from registry.console import say
from registry.entries import CARD, ROOT, Entry
from registry.errors import Refusal, UsageError
from registry.humanize import human_bytes, plural
from registry.move import draft, local, plan, settle, ways
from registry.move.plan import MovePlan
from registry.move.stored import Relocation
from registry.options import Options
from registry.remote import connect
from registry.sections import SECTIONS


def main(argv: list[str]) -> int:
    args = _arguments().parse_args(argv)
    lock.take(ROOT, "make move")
    begun = under_way(args.entry)
    if options.flag("UNDO"):
        return undo(begun, args.entry)
    made = begun or draft_plan(args)
    if begun and args.to and str(ways.target(args.to, begun.old_entry)) != begun.new:
        raise Refusal(
            f"it is being moved to {begun.new}: `{begun.command}` goes on, UNDO=1 goes back"
        )
    relocation = look(made)
    if not begun:
        describe(made, relocation)
    if Options.from_environment().dry_run:
        return 0
    carry_out(made, relocation)
    return 0


def under_way(word: str) -> MovePlan | None:
    """The move of this entry that was begun; its card may be here no more."""
    section, _, name = word.strip().removesuffix("/").partition("/")
    if section in SECTIONS and name and "/" not in name:
        return plan.load(Entry(section, name))
    moves = [one for one in plan.waiting(ROOT) if one.old_entry.name == section]
    return moves[0] if len(moves) == 1 else None


def draft_plan(args: argparse.Namespace) -> MovePlan:
    old = entries.select_one(args.entry, SECTIONS)
    if not args.to.strip():
        raise UsageError(f"where to? `make move DATASET={old:sh} TO=section/name`")
    new = ways.target(args.to, old)
    refuse_waiting(old)
    return draft.Drafting(old, new, args.results.strip(), Library()).plan()


def refuse_waiting(old: Entry) -> None:
    """Raises Refusal where an earlier move of it is not over; one that only Git had to know is."""
    for one in plan.waiting(ROOT):
        if str(old) not in (one.new, one.old):
            continue
        if one.is_done and not draft.needs_s3(one) and settle.is_in_git(one, "HEAD"):
            one.drop()
        else:
            what = "commit and `git push` that, then `make push`" if one.is_done else one.advice
            raise Refusal(f"its move from {one.old} to {one.new} waits: {what}")


def look(made: MovePlan) -> Relocation | None:
    """S3's part, looked at; None where there is none."""
    session = connect.begin()
    made.remote = made.remote or session.remote.identity
    if not draft.needs_s3(made):
        return None
    if made.remote != session.remote.identity:
        raise Refusal(f"this move was begun at another remote ({made.remote}): go back to that one")
    connect.enter(session)
    relocation = Relocation(made, session)
    if not made.is_done and not made.is_going_back:
        relocation.look()
    else:
        relocation.see()
    return relocation


def describe(made: MovePlan, relocation: Relocation | None) -> None:
    """Say what it will do: objects, folders, each line of a card that changes."""
    if relocation and not relocation.stays_here:
        remote = relocation.survey.remote
        size = human_bytes(remote.bytes)
        say(f"move: {plural(len(remote), 'object')} ({size}) to copy in S3, none over the wire")
    for source, target in made.folders:
        print(f"{source}/ becomes {target}/")
    for path, (before, after) in made.files.items():
        if before is None:
            print(f"{path}: new")
        elif after is None:
            print(f"{path}: goes")
        else:
            for number, line in rename.changed_lines(before, after):
                print(f"{path}:{number}: {line.strip()}")


def carry_out(made: MovePlan, relocation: Relocation | None) -> None:
    """All that the plan says, each step once; then what is left for the person."""
    local.check(made)
    if "tracked" not in made.stored:
        local.note_tracked(made)
    if made.is_going_back:
        raise Refusal(f"it is on its way back: `{made.command} UNDO=1` goes on")
    made.save()
    if relocation and not made.is_done:
        relocation.carry_out()
    local.carry_out(made)
    made.is_done = True
    made.save()
    tell(made, relocation is not None)


def tell(made: MovePlan, has_old_keys: bool) -> None:
    new, library = made.new_entry, Library()
    made_here = [e for e in library.entries if made.files.get(f"{e}{CARD}", ("", None))[0] is None]
    wrong = [p for e in made_here if f"{e}{CARD}" in made.files for p in check.errors(e, library)]
    if wrong:
        print(problems.as_text(wrong), end="")
        say(f"move: {plural(len(wrong), 'blank or problem')} left: fill them in, then git add them")
    if others := git.ask(ROOT, "grep", "-l", "-F", made.old, "--", ".", f":!*{CARD}"):
        say(f"move: also named in {', '.join(others.split())}: look at that")
    push = "" if new.section == "experiments" and not has_old_keys else ", then `make push`"
    say(f"move: {made.old} is {new}, staged and not committed: git commit{push}")
    say(f"move: `{made.command} UNDO=1` goes back until it is committed")


def undo(begun: MovePlan | None, word: str) -> int:
    if begun is None:
        raise UsageError(f"no move of {word!r} is under way here, so there is nothing to undo")
    if git.has_head(ROOT) and settle.is_in_git(begun, "HEAD"):
        raise Refusal(
            f"it is committed: move it back, `make move DATASET={begun.new_entry:sh} "
            f"TO={begun.old_entry:sh}`, or take the commit back first: `git reset --soft HEAD~`"
        )
    if Options.from_environment().dry_run:
        say(f"move: {begun.new} would be {begun.old} again")
        return 0
    local.check(begun, back=True)
    begun.is_going_back = True
    begun.save()
    relocation = look(begun)
    local.go_back(begun)
    if relocation:
        relocation.go_back()
    begun.drop()
    say(f"move: {begun.old} is as it was")
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = console.parser("move_entry.py", __doc__)
    parser.add_argument("entry", nargs="?", default="", help="section/old")
    parser.add_argument("to", nargs="?", default="", help="section/new")
    parser.add_argument("--results", default="", help="the subfolder with the training results")
    return parser


if __name__ == "__main__":
    raise SystemExit(console.run(main, "move"))
