"""A push that died: who may pull, go on, unlock, seal or overwrite it."""

from __future__ import annotations

import re

from support.oracle import below, expect, marker

A = "processed_datasets/a"
FILES = {"x.txt": b"one", "sub/y.txt": b"two", "z.txt": b"three"}


def test_a_torn_push_is_nobodys_pull_and_its_owner_goes_on(torn):
    anna, ben, bucket = torn
    for person in (anna, ben):
        run = expect(person.pull(A, FULL="1"), 3)
        assert "push" in run.said
    assert ben.tree() == below(A, FILES)
    ben.write(f"{A}/sub/y.txt", b"Ben's")
    run = expect(ben.push(), 3)
    assert "unlock" in run.said and "anna" in run.said
    expect(anna.push(), 0)
    assert bucket.data() == anna.tree()
    expect(ben.pull(), 0)
    expect(ben.push(), 0)
    assert bucket.data() == ben.tree()


def test_a_dead_owners_push_is_unlocked_by_name_and_sealed(torn):
    anna, ben, bucket = torn
    before = bucket.data()
    run = expect(ben.script("unlock_entry", A), 3)
    assert "anna" in run.said and "CONFIRM=a" in run.said
    assert marker(bucket, A)["state"] == "pushing"
    expect(ben.script("unlock_entry", A, CONFIRM="a"), 0)
    assert marker(bucket, A)["state"] == "torn"
    run = expect(ben.pull(), 3)
    assert "seal" in run.said
    expect(ben.script("seal_entries", A, CONFIRM="a"), 0)
    expect(ben.pull(), 0)
    assert ben.tree() == bucket.data() == before
    expect(anna.push(), 0, 3)  # she is back: what she sent counts as hers, the rest goes now
    expect(anna.pull(), 0)
    expect(anna.push(), 0)
    assert {b"Anna's x", b"Anna's longer z"} <= set(bucket.data().values())


def test_a_stranger_who_overwrites_a_torn_push_is_not_overwritten_unsaved(torn):
    """Her journal names what she meant to send: other bytes are somebody else's (P2)."""
    anna, _, bucket = torn
    bucket.put(f"{A}/x.txt", b"by hand, meanwhile")
    bucket.put(f"{A}/z.txt", b"by hand as well")
    expect(anna.push(), 0, 3)
    saved = set(bucket.read().values())
    assert {b"by hand, meanwhile", b"by hand as well"} <= saved
    assert anna.read(f"{A}/x.txt") == b"Anna's x"


def test_a_torn_push_whose_folder_went_away_is_not_nothing_to_do(torn):
    """Everybody waits for it."""
    anna, _, _ = torn
    anna.delete(A)
    run = expect(anna.push(), 3)
    assert "make unlock" in run.err and "nothing to do" not in run.err, run


def test_who_may_not_delete_is_told_a_way_out_that_works(anna, ben, bucket):
    anna.add(A, FILES)
    expect(anna.push(), 0)
    ben.card(A)
    expect(ben.pull(A), 0)
    anna.write(f"{A}/new.txt", b"new")
    anna.delete(f"{A}/x.txt")
    anna.proxy.when("DELETE", r"processed_datasets/a/").answer(403, "AccessDenied")
    run = expect(anna.push(), 3)
    ways = re.findall(r"`make ((?:unlock|seal|reset) [^`]*)`", run.err)
    assert [way.split()[0] for way in ways] == ["unlock", "seal", "reset"], run
    assert set(anna.tree().values()) | {b"one"} == set(bucket.data().values())
    for way in ways:
        expect(anna.make(*way.split()), 0)
    expect(anna.push(), 0)
    expect(ben.pull(), 0)
    assert anna.tree() == ben.tree() == bucket.data() == below(A, FILES | {"new.txt": b"new"})
