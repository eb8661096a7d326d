"""An entry that a dead push left half-changed: nobody calls it good, and a whole copy mends it.

Anna's push dies, Ben unlocks it. What the commands then advise is typed here as it stands.
"""

from __future__ import annotations

import re

import pytest
from support.oracle import Memory, assert_clean, below, expect, marker, put_in_step

A = "processed_datasets/a"
OLD = {"a.txt": b"old a", "b.txt": b"old b", "sub/c.txt": b"old c", "d.txt": b"old d"}
NEW = {**OLD, "a.txt": b"Anna's a", "b.txt": b"Anna's b", "new.txt": b"Anna's new"}

# The others are on one store each: what is decided of a torn entry is not the store's business.
on_both = pytest.mark.both_stores


@pytest.fixture
def shared(anna, ben, bucket):
    put_in_step(bucket, A, OLD, anna, ben)
    return bucket


def push_dies(anna, bucket, is_half):
    """With half of its files sent, or just before the first of them."""
    for name, body in NEW.items():
        if OLD.get(name) != body:
            anna.write(f"{A}/{name}", body)
    kill = lambda: anna.running.kill()  # noqa: E731  # `running` is set later
    if is_half:
        anna.proxy.when("PUT", rf"/{A}/\w+\.txt", nth=2).call(kill)
    else:
        anna.proxy.when("PUT", rf"\.registry/{A}\.json").call_after(kill)
    assert anna.script("push_entries", ENGINE="aws").code != 0
    anna.proxy.clear()
    assert marker(bucket, A)["state"] == "pushing"
    assert (bucket.data() != below(A, OLD)) == is_half


@pytest.fixture(params=[False, True], ids=["nothing sent", "half sent"])
def torn(request, anna, ben, shared):
    """And Ben, whose copy is the old state, whole, has unlocked it."""
    push_dies(anna, shared, request.param)
    expect(ben.script("unlock_entry", A, CONFIRM="a"), 0)
    assert marker(shared, A)["state"] == "torn"
    return shared


def types(person, run, *words):
    """The command that a refusal names, with these words in it, run as it stands."""
    commands = re.findall(r"`(make [^`]+)`", run.said)
    command = next(c for c in commands if all(word in c for word in words))
    return person.run("sh", "-c", command.replace("make ", "make -s ", 1))


@pytest.mark.parametrize("options", [{}, {"FULL": "1"}, {"TAKE": "local"}], ids=str)
def test_no_push_calls_a_torn_entry_up_to_date(ben, torn, options):
    """Either it is refused, or it is whole afterwards and its marker says so."""
    run = expect(ben.push(**options), 0, 3)
    if run.code == 0:
        assert torn.data() == ben.tree() == below(A, OLD)
        assert marker(torn, A)["state"] == "done", run
    else:
        assert "TAKE=local" in run.said and "make seal" in run.said, run
        assert marker(torn, A)["state"] == "torn"
    if "TAKE" in options:
        assert run.code == 0, run


@on_both
def test_a_whole_copy_makes_it_whole_again(anna, ben, torn):
    memory = Memory()
    memory.note(anna, ben, torn)
    run = ben.push()
    if run.code:
        run = types(ben, run, "push", "TAKE=local")
        expect(run, 0)
    assert torn.data() == ben.tree() == below(A, OLD)
    assert marker(torn, A)["state"] == "done"
    saved = {*torn.read().values()}
    assert not memory.lost([anna, ben, torn]) - saved, "what was overwritten is in S3's trash"
    run = expect(anna.push(), 0, 3)
    if run.code:  # S3 went back, so somebody else's choice stands against hers
        run = types(anna, run, "push", "TAKE=local")
        expect(run, 0)
    expect(ben.pull(), 0)
    assert torn.data() == ben.tree() == anna.tree() == below(A, NEW)
    assert_clean(anna, ben)


@on_both
def test_whoever_pushed_goes_on_after_the_unlock(anna, ben, torn):
    expect(anna.push(), 0)
    expect(ben.pull(), 0)
    assert torn.data() == ben.tree() == anna.tree() == below(A, NEW)
    assert_clean(anna, ben)


def test_what_an_accepted_mixture_replaces_is_in_the_trash(anna, ben, shared):
    push_dies(anna, shared, is_half=True)
    expect(ben.script("unlock_entry", A, CONFIRM="a"), 0)
    before = ben.tree()
    run = expect(ben.pull(), 3)
    sealed = types(ben, run, "seal")
    expect(sealed, 0)
    expect(ben.pull(), 0)
    assert ben.tree() == shared.data() != before
    assert {*before.values()} <= ben.contents()
    run = expect(ben.script("list_trash"), 0)
    assert A in run.out, run


def test_a_copy_from_before_the_last_seal_does_not_bring_it_back(anna, ben, clone, shared):
    """It would undo what others sealed meanwhile."""
    carl = clone("carl", shared)
    carl.card(A)
    expect(carl.script("pull_entries", A), 0)
    ben.write(f"{A}/d.txt", b"Ben's d")
    expect(ben.script("push_entries"), 0)
    expect(anna.pull(), 0)
    push_dies(anna, shared, is_half=True)
    expect(carl.script("unlock_entry", A, CONFIRM="a"), 0)
    before = shared.read()
    run = expect(carl.push(TAKE="local"), 3)
    assert "this one was not" in run.said, run
    assert shared.read() == before
    expect(ben.push(TAKE="local"), 0)
    assert shared.data() == ben.tree() == below(A, {**OLD, "d.txt": b"Ben's d"})
    expect(carl.pull(), 0)
    assert carl.tree() == ben.tree()


@on_both
def test_a_restoring_push_that_dies_goes_on_without_a_second_word(anna, ben, shared):
    push_dies(anna, shared, is_half=True)
    expect(ben.script("unlock_entry", A, CONFIRM="a"), 0)
    half = shared.data()
    ben.proxy.when("PUT", rf"/{A}/\w+\.txt").call(lambda: ben.running.kill())
    assert ben.script("push_entries", TAKE="local", ENGINE="aws").code != 0
    ben.proxy.clear()
    assert shared.data() == half and marker(shared, A)["state"] == "pushing"
    expect(ben.push(), 0)
    assert shared.data() == ben.tree() == below(A, OLD)
    assert marker(shared, A)["state"] == "done"


def test_own_edits_go_with_a_copy_that_makes_it_whole(anna, ben, torn):
    ben.write(f"{A}/a.txt", b"Ben's a")
    ben.write(f"{A}/ben.txt", b"Ben's own")
    run = expect(ben.push(), 0, 3)
    if run.code:
        assert torn.get(f"{A}/ben.txt") is None
        expect(ben.push(TAKE="local"), 0)
    assert torn.data() == ben.tree()
    assert ben.read(f"{A}/a.txt") == b"Ben's a"
    assert marker(torn, A)["state"] == "done"


def test_what_s3_lost_outside_this_tool_is_said_and_put_back(anna, ben, shared):
    """Not "up to date": by hand, somebody took most of it away."""
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        shared.delete(f"{A}/{name}")
    run = expect(anna.push(FULL="1"), 3)
    assert "lost 3 files" in run.said and "push: 0 entries up to date in S3" in run.said, run
    run = types(anna, run, "push", "TAKE=local")
    expect(run, 0)
    assert shared.data() == anna.tree() == below(A, OLD)
    assert marker(shared, A)["state"] == "done"


def test_what_s3_lost_outside_this_tool_may_go_here_too(ben, shared):
    shared.delete(f"{A}/a.txt")
    run = expect(ben.push(FULL="1"), 3)
    run = types(ben, run, "pull")
    expect(run, 0)
    assert ben.tree() == shared.data()
    assert b"old a" in ben.trash()
    expect(ben.push(), 0)
    assert marker(shared, A)["state"] == "done"


def test_what_an_old_copy_synced_by_hand_replaces_is_in_the_trash(anna, ben, shared):
    """`aws s3 sync --delete` from a checkout of last week, and this disk has the only new bytes."""
    for name, body in NEW.items():
        anna.write(f"{A}/{name}", body)
    expect(anna.script("push_entries"), 0)
    for name, body in OLD.items():
        ben.write(f"{A}/{name}", body)
    shared.delete(f"{A}/new.txt")
    for name, body in OLD.items():
        shared.put(f"{A}/{name}", body)
    expect(anna.pull(A, FULL="1"), 0)
    assert anna.tree() == below(A, OLD)
    assert {*NEW.values()} <= anna.contents()


def test_what_a_push_replaces_is_not_kept_twice(anna, ben, shared):
    """A sealed state was meant to replace the one before: no trash fills up for it."""
    anna.write(f"{A}/a.txt", b"Anna's a")
    expect(anna.script("push_entries"), 0)
    expect(ben.pull(), 0)
    assert ben.trash() == []


def test_news_of_others_are_no_reason_to_refuse_a_push_of_nothing(anna, ben, shared):
    anna.write(f"{A}/a.txt", b"Anna's a")
    expect(anna.script("push_entries"), 0)
    run = expect(ben.push(FULL="1"), 0)
    assert "S3 has news (a.txt)" in run.said and "0 entries up to date in S3" in run.said, run
