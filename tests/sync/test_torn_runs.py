"""Runs that died, and what their traces must not be taken for. The model found these schedules."""

from __future__ import annotations

import os

import pytest
from support import crash_at
from support.oracle import expect, marker

from registry.index import stats
from registry.sync import place

A = "processed_datasets/a"
FILES = {"x.txt": b"one", "y.txt": b"two", "z.txt": b"zz"}


@pytest.fixture
def shared(anna, ben, bucket):
    anna.add(A, FILES)
    expect(anna.script("push_entries"), 0)
    ben.card(A)
    expect(ben.script("pull_entries", "processed_datasets/"), 0)
    return bucket


def push_dies_before(person, path):
    """At the request that sends this file."""
    person.proxy.when("PUT", rf"/{path}$").call(lambda: person.running.kill())
    assert person.script("push_entries").code != 0
    person.proxy.clear()


def pull_dies_before_its_baseline(person, bucket, tmp_path):
    """With every file in place, and its journal still there."""
    log, saved, stored = crash_at.Log(tmp_path / "log"), person.save(), bucket.read()
    expect(person.script("pull_entries", "processed_datasets/", **log.env(), FULL="1"), 0)
    steps = log.steps()
    journal = next(n for n, step in enumerate(steps) if "/journal/" in step)
    at = next(n for n, step in enumerate(steps, 1) if n > journal and "/state/" in step)
    person.restore(saved)
    bucket.restore(stored)
    assert person.script("pull_entries", "processed_datasets/", **log.env(at), FULL="1").code != 0
    assert list((person.path / ".registry" / "journal").rglob("*.json"))


def test_two_dead_pulls_do_not_make_one_person(anna, ben, shared, tmp_path):
    """A pull's journal names no push: whose push is torn is told apart all the same."""
    shared.put(f"{A}/x.txt", b"somebody's x")
    for person in (anna, ben):
        pull_dies_before_its_baseline(person, shared, tmp_path)
    anna.write(f"{A}/y.txt", b"Anna's y")
    push_dies_before(anna, "y.txt")
    assert marker(shared, A)["state"] == "pushing"
    ben.write(f"{A}/z.txt", b"Ben's z")
    expect(ben.script("push_entries"), 3)
    expect(anna.script("push_entries"), 0)
    assert shared.data()[f"{A}/z.txt"] == b"zz"


def test_what_a_torn_push_adopted_stays_known(anna, ben, shared):
    ben.write(f"{A}/new.txt", b"the same")
    expect(ben.script("push_entries"), 0)
    anna.write(f"{A}/new.txt", b"the same")
    anna.write(f"{A}/x.txt", b"Anna's x")
    push_dies_before(anna, "x.txt")
    anna.delete(f"{A}/new.txt")
    expect(anna.script("push_entries"), 0)
    assert shared.data() == anna.tree()
    assert marker(shared, A)["state"] == "done"


def test_take_local_needs_no_second_word_after_a_crash(anna, ben, shared):
    ben.write(f"{A}/y.txt", b"Ben's y")
    expect(ben.script("push_entries"), 0)
    anna.delete(f"{A}/y.txt")
    anna.write(f"{A}/x.txt", b"Anna's x")
    expect(anna.script("push_entries"), 3)
    anna.proxy.when("PUT", r"/x\.txt$").call(lambda: anna.running.kill())
    assert anna.script("push_entries", TAKE="local").code != 0
    anna.proxy.clear()
    expect(anna.script("push_entries"), 0)
    assert shared.data() == anna.tree()


@pytest.mark.parametrize("how", ["in place", "by rename"])
def test_an_edit_on_either_side_of_a_swap_is_kept(tmp_path, monkeypatch, how):
    """Edited just before the exchange of names, and again just after it."""
    rename = place._renamer()
    if rename is None:
        pytest.skip("this system cannot exchange names")
    target, staged, aside = tmp_path / "t", tmp_path / "s", tmp_path / "trash" / "t"
    target.write_bytes(b"old")
    staged.write_bytes(b"theirs")
    planned = stats.stat_of(target)

    def with_a_hand_in_it(one, other, flag):
        if staged_first := target.read_bytes() == b"old":
            target.write_bytes(b"first edit")
        code = rename(one, other, flag)
        if staged_first and how == "in place":
            target.write_bytes(b"second edit")
        elif staged_first:
            (tmp_path / "new").write_bytes(b"second edit")
            os.replace(tmp_path / "new", target)
        return code

    monkeypatch.setattr(place, "_renamer", lambda: with_a_hand_in_it)
    assert place.put(staged, target, planned, aside) is None
    kept = {file.read_bytes() for file in (target, aside) if file.exists()}
    assert b"second edit" in kept
