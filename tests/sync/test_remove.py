"""The commands for what a person has to decide: dry runs, remove, unlock, trash, verify."""

from __future__ import annotations

import os

import pytest
from support.oracle import assert_clean, below, expect, marker

A = "processed_datasets/a"
FILES = {"x.txt": b"one", "sub/y.txt": b"two", "z.txt": b"three"}


def test_remove_takes_an_entry_out_everywhere_and_keeps_its_bytes(pair):
    anna, ben, bucket = pair
    refused = expect(anna.script("remove_entry", A), 3)
    assert "CONFIRM=a" in refused.said
    assert bucket.data() == anna.tree() == below(A, FILES)
    expect(anna.script("remove_entry", A, CONFIRM="a"), 0)
    assert bucket.data() == {} and marker(bucket, A) == {}
    kept = bucket.read(".registry_trash/")
    assert sorted(kept.values()) == sorted(FILES.values())
    assert not (anna.path / A).exists() and not (anna.path / f"{A}.card.md").exists()
    assert set(FILES.values()) <= set(anna.trash())
    run = expect(ben.pull(), 3)
    assert "removed upstream" in run.said
    assert ben.tree() == below(A, FILES)
    expect(ben.push(), 0, 3)
    assert bucket.data() == {}
    assert_clean(anna, ben)


def test_remove_refuses_while_a_card_refers_to_it_or_somebody_changed_it(pair):
    anna, ben, bucket = pair
    ben.write(f"{A}/x.txt", b"Ben's news")
    expect(ben.script("push_entries"), 0)
    before = bucket.read()
    run = expect(anna.script("remove_entry", A, CONFIRM="a"), 3)
    assert "pull" in run.said
    expect(anna.pull(), 0)
    card = anna.card("training_results/r")
    card.write_text(card.read_text() + f"\nMade from {A}.\n")
    run = expect(anna.script("remove_entry", A, CONFIRM="a"), 3)
    assert "training_results/r" in run.said
    assert bucket.read() == before
    assert anna.tree() == ben.tree()


POINTS = range(200 if os.environ.get("SWEEP") == "full" else 6)


@pytest.mark.parametrize("point", POINTS)
def test_a_remove_that_died_is_finished_by_running_it_again(pair, steps, point):
    """At any request; and until then no byte is anywhere less than once."""
    anna, _, bucket = pair
    saved, stored = anna.save(), bucket.read()
    before = len(anna.proxy.requests)
    expect(anna.script("remove_entry", A, CONFIRM="a"), 0)
    count = len(anna.proxy.requests) - before
    anna.restore(saved)
    anna.card(A)
    bucket.restore(stored)
    if point >= count:
        pytest.skip(f"there are {count} requests")
    nth = 1 + (point if len(POINTS) > 10 else point * (count - 1) // (len(POINTS) - 1))
    anna.proxy.when(nth=nth).call_after(lambda: anna.running.kill())
    anna.script("remove_entry", A, CONFIRM="a")
    anna.proxy.clear()
    assert set(FILES.values()) <= set(bucket.read().values())
    assert set(FILES.values()) <= anna.contents()
    expect(anna.script("remove_entry", A, CONFIRM="a"), 0)
    assert bucket.data() == {} and marker(bucket, A) == {}
    assert set(FILES.values()) <= set(bucket.read(".registry_trash/").values())
    assert set(FILES.values()) <= set(anna.trash())
    assert_clean(anna)


def test_a_remove_that_died_is_undone_by_a_push(pair):
    anna, ben, bucket = pair
    anna.proxy.when("DELETE", rf"/{A}/", nth=2).call(lambda: anna.running.kill())
    anna.script("remove_entry", A, CONFIRM="a")
    anna.proxy.clear()
    assert 0 < len(bucket.data()) < len(FILES) and marker(bucket, A)["state"] == "pushing"
    expect(ben.pull(), 3)
    expect(anna.push(), 0)
    expect(ben.pull(), 0)
    assert bucket.data() == anna.tree() == ben.tree() == below(A, FILES)
    assert_clean(anna, ben)
