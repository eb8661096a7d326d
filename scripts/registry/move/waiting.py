"""Knows the moves of this checkout that are under way, or that Git does not know of yet."""

from __future__ import annotations

from shlex import quote

from registry import git
from registry.entries import CARD, ROOT, Entry
from registry.errors import Refusal
from registry.move import plan, settle, ways
from registry.move.plan import MovePlan
from registry.sections import SECTIONS


def under_way(word: str) -> MovePlan | None:
    """Return the move of this entry that was begun; its card may be here no more."""
    section, _, name = word.strip().removesuffix("/").partition("/")
    if section in SECTIONS and name and "/" not in name:
        return plan.load(Entry(section, name))
    moves = [one for one in plan.waiting(ROOT) if word.strip() and one.old_entry.name == section]
    return moves[0] if len(moves) == 1 else None


def refuse_other_aim(begun: MovePlan, to: str) -> None:
    """Raises Refusal where a move that is under way is to go on to somewhere else, or goes back."""
    is_other = to and str(ways.target(to, begun.old_entry)) != begun.new
    if is_other and begun.is_done and not begun.is_going_back:
        raise Refusal(f"it is {begun.new} already: {_what_ends(begun)}")
    if is_other:
        raise Refusal(
            f"it is being moved to {begun.new}: `{begun.command}` goes on, UNDO=1 goes back"
        )
    if begun.is_going_back:
        raise Refusal(f"it is on its way back: `{begun.command} UNDO=1` goes on")


def _what_ends(done: MovePlan) -> str:
    """What a move that is carried out waits for, ready to paste."""
    if settle.missing(done) != settle.COMMIT:
        return f"that is committed: {_what_it_waits_for(done)}"
    return (
        f"only the commit is missing: `git add {quote(f'{done.new}{CARD}')} && "
        f"{done.commit}`; "
        f"`{done.command} UNDO=1` goes back until then"
    )


def refuse(entry: Entry, but_to: str = "") -> None:
    """Raises Refusal where an earlier move of it is not over; one that only Git had to know is.

    `but_to`: where it may be on its way to.
    """
    for one in plan.waiting(ROOT):
        is_meant = but_to and (one.old, one.new) == (str(entry), but_to)
        if is_meant or str(entry) not in one.ids:
            continue
        if one.is_done and not one.needs_s3 and settle.is_in_git(one, "HEAD"):
            one.drop()
        else:
            raise Refusal(f"its move from {one.old} to {one.new} waits: {_what_it_waits_for(one)}")


def _what_it_waits_for(one: MovePlan) -> str:
    if not one.is_done:
        return one.advice
    missing = settle.missing(one)
    step = "commit and `git push` that" if missing == settle.COMMIT else missing
    return f"{step}, then `make push`" if step else "`make push` ends it"


def refuse_committed(one: MovePlan) -> None:
    if git.has_head(one.root) and settle.is_in_git(one, "HEAD"):
        raise Refusal(
            f"it is committed: move it back, `make move DATASET={one.new_entry:sh} "
            f"TO={one.old_entry:sh}`, or take the commit back first: `git reset --soft HEAD~`"
        )


def hand_over(made: MovePlan) -> None:
    """Have the moves that made way for this one know who took the names."""
    for entry in made.replaced_entries:
        one = plan.load(entry)
        if one and one.is_done:
            one.taken_by = made.old
            one.save()


def making_way(taker: str) -> list[MovePlan]:
    """Return the moves that freed the names which this entry took, the last one first."""
    return [one for one in plan.waiting(ROOT) if one.taken_by == taker][::-1]
