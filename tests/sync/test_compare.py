"""The comparison table of the design, written down a second time and checked in every state.

A state is one content (or none) on each side: here, in the baseline, in S3. Three contents are
enough to tell all states apart; the real `registry.sync.compare` is asked about each.
"""

from itertools import product

import pytest

from registry.sync import compare

NONE, X, Y, Z = "-", "x", "y", "z"
STATES = list(product((NONE, X, Y, Z), repeat=3))

# (here, baseline, S3): on push, on pull. Every state up to renaming its contents.
DESIGN = {
    # nobody changed it
    "- - -": ("nothing", "nothing"),
    "x x x": ("nothing", "nothing"),
    # changed or new here
    "x - -": ("upload", "keep"),
    "y x x": ("upload", "keep"),
    # gone here, the entry folder is there
    "- x x": ("delete", "keep gone"),
    # changed or new in S3
    "- - x": ("behind", "fetch"),
    "x x y": ("behind", "fetch"),
    # gone in S3
    "x x -": ("behind", "trash"),
    # changed on both sides, the same bytes
    "x - x": ("adopt", "adopt"),
    "y x y": ("adopt", "adopt"),
    # changed on both sides, other bytes
    "x - y": ("conflict", "conflict"),
    "y x z": ("conflict", "conflict"),
    "y x -": ("conflict", "conflict"),
    # gone here, changed in S3
    "- x y": ("conflict", "fetch"),
    # gone on both sides
    "- x -": ("forget", "forget"),
}

# What TAKE=local makes of the conflicts: mine is sent, or kept until the next push may send it.
MINE = {
    "x - y": ("upload", "keep mine"),
    "y x z": ("upload", "keep mine"),
    "y x -": ("upload", "keep mine"),
    "- x y": ("delete", "fetch"),
}


def side(now: str, base: str) -> str:
    if now == base:
        return compare.SAME
    return compare.GONE if now == NONE else compare.CHANGED


def canonical(state: tuple[str, ...]) -> str:
    """The state as the table spells it: x is the baseline's content, then y and z as they come."""
    here, base, remote = state
    names: dict[str, str] = {NONE: NONE}
    for content in (base, here, remote):
        names.setdefault(content, "xyz"[len(names) - 1])
    return " ".join(names[content] for content in state)


# And of what no push made: what S3 lost outside this tool, and all that a torn push left behind.
MINE_LOST = {**MINE, "x x -": ("upload", "trash")}
MINE_TORN = {**MINE_LOST, "- - x": ("delete", "fetch"), "x x y": ("upload", "fetch")}
CELLS = {
    "conflicts": (compare.CONFLICTS, MINE),
    "lost": (compare.CONFLICTS | compare.LOST, MINE_LOST),
    "torn": (compare.CONFLICTS | compare.LOST | compare.NEWS, MINE_TORN),
}


def actions(
    state: tuple[str, ...], direction: str, mine: compare.Cells = compare.NO_CELLS
) -> dict[str, list[str]]:
    here, base, remote = state
    plan = compare.compare(
        direction,
        ["path"],
        local=lambda _: side(here, base),
        remote=lambda _: side(remote, base),
        equal=lambda _: here == remote,
        here=[] if here == NONE else ["path"],
        mine=mine,
    )
    return plan.actions


def test_every_state_is_in_the_table_once():
    assert {canonical(state) for state in STATES} == DESIGN.keys()


@pytest.mark.parametrize("state", STATES, ids="".join)
def test_every_state_gets_the_action_of_the_design(state):
    on_push, on_pull = DESIGN[canonical(state)]
    for direction, action in (("push", on_push), ("pull", on_pull)):
        assert actions(state, direction) == ({} if action == "nothing" else {action: ["path"]})


@pytest.mark.parametrize("what", CELLS)
@pytest.mark.parametrize("state", STATES, ids="".join)
def test_take_local_changes_what_it_is_for_and_nothing_else(state, what):
    cells, mine = CELLS[what]
    on_push, on_pull = mine.get(canonical(state), DESIGN[canonical(state)])
    for direction, action in (("push", on_push), ("pull", on_pull)):
        wanted = {} if action == "nothing" else {action: ["path"]}
        assert actions(state, direction, mine=cells) == wanted


@pytest.mark.parametrize("state", STATES, ids="".join)
def test_bytes_are_compared_only_where_both_sides_changed(state):
    here, base, remote = state
    asked = []
    cell = side(here, base), side(remote, base)
    compare.decide(
        "push", cell, lambda: bool(asked.append(1)) or here == remote, lambda: here != NONE
    )
    both = side(here, base) == side(remote, base) == compare.CHANGED
    assert len(asked) == both


@pytest.mark.parametrize("spelt", [state for state in MINE if MINE[state][1] == "keep mine"])
def test_after_take_local_on_pull_a_push_goes_through(spelt):
    """The baseline has learned what S3 holds, so mine differs from it and theirs does not."""
    here, _, remote = spelt.split()
    assert actions((here, remote, remote), "push") == {"upload": ["path"]}


@pytest.mark.parametrize(
    ("direction", "local", "base", "remote", "verdict"),
    [
        # whole entry gone, empty or unreadable: never a deletion
        ("push", 0, 3, 3, "not checked out"),
        ("push", 0, 3, 1, "not checked out"),
        ("push", 0, 0, 3, "not checked out"),
        ("push", 0, 0, 0, "not checked out"),
        ("pull", 0, 3, 3, ""),
        ("pull", 0, 0, 3, ""),
        ("pull", 0, 0, 0, ""),
        # whole entry absent in S3, baseline not empty
        ("push", 3, 3, 0, "removed upstream"),
        ("push", 0, 3, 0, "removed upstream"),
        ("pull", 3, 3, 0, "removed upstream"),
        ("pull", 0, 3, 0, "removed upstream"),
        # no baseline: both sides speak for themselves
        ("push", 3, 0, 0, ""),
        ("push", 3, 0, 3, ""),
        ("pull", 3, 0, 0, ""),
        ("pull", 3, 0, 3, ""),
        # everything is there
        ("push", 3, 3, 3, ""),
        ("pull", 3, 3, 3, ""),
    ],
)
def test_verdict_on_the_whole_entry(direction, local, base, remote, verdict):
    assert compare.judge(direction, range(local), range(base), range(remote)) == verdict


@pytest.mark.parametrize(
    ("deletes", "whole", "needs_a_word"),
    [
        (0, 0, False),
        (0, 1, False),
        (1, 1, True),  # all of it
        (1, 2, False),  # half is not more than half
        (2, 2, True),
        (1, 3, False),
        (2, 3, True),
        (50, 100, False),
        (51, 100, True),
        (100, 100, True),
    ],
)
def test_more_than_half_or_all_is_too_much(deletes, whole, needs_a_word):
    assert compare.is_too_much(deletes, whole) is needs_a_word


def test_a_plan_keeps_the_paths_of_each_action_apart_and_in_order():
    sides = {"new": (X, NONE, NONE), "b": (Y, X, X), "old": (NONE, X, X), "same": (X, X, X)}
    plan = compare.compare(
        "push",
        sides,
        local=lambda path: side(*sides[path][:2]),
        remote=lambda path: side(sides[path][2], sides[path][1]),
        equal=lambda path: sides[path][0] == sides[path][2],
        here={path for path in sides if sides[path][0] != NONE},
    )
    assert plan.actions == {"upload": ["new", "b"], "delete": ["old"]}
    assert plan["upload"] == ["new", "b"]
    assert plan["fetch"] == []


@pytest.mark.parametrize(
    ("action", "quiet", "moves"),
    [
        ("upload", False, True),
        ("delete", False, True),
        ("fetch", False, True),
        ("trash", False, True),
        ("adopt", False, False),
        ("forget", False, False),
        ("keep mine", False, False),
        ("behind", False, False),
        ("conflict", False, False),
        ("keep", True, False),
        ("keep gone", True, False),
    ],
)
def test_what_a_plan_of_one_action_asks_for(action, quiet, moves):
    plan = compare.Plan("pull")
    assert plan.is_quiet and not plan.moves
    plan.add(action, "path")
    assert (plan.is_quiet, plan.moves) == (quiet, moves)


def test_a_verdict_is_never_quiet():
    assert not compare.Plan("push", verdict=compare.NOT_HERE).is_quiet
