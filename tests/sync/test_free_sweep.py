"""A free dies at any moment: every byte is here or in S3, and running it again finishes it.

CI stops at a few steps and requests spread over the run; SWEEP=full stops at every one.
"""

from __future__ import annotations

import os

import pytest
from support.oracle import assert_clean, below, expect

FULL = os.environ.get("SWEEP") == "full"
A, RAW = "processed_datasets/a", "raw_datasets/r"
FILES = {"x.txt": b"one", "sub/y.bin": b"two" * 1000}

SWEEPS = [("moto_bucket", A, 5), ("rclone_bucket", RAW, 2)]
if FULL:
    SWEEPS += [("rclone_bucket", A, 0), ("moto_bucket", RAW, 0)]


def spread(count, most):
    """Which of so many steps to stop at, from 1; the last one is among them."""
    return range(1, count + 1) if FULL else [count * n // most for n in range(1, most + 1)]


@pytest.mark.parametrize(("place", "entry", "most"), SWEEPS)
def test_killed_while_it_frees(request, clone, steps, place, entry, most):
    bucket = request.getfixturevalue(place)
    anna = clone("anna", bucket)
    anna.env["ENGINE"] = "auto"  # a free moves no bytes, and what brings them again is quicker so
    anna.add(entry, FILES)
    if entry == RAW:
        expect(anna.script("add_entry", RAW), 0)
    expect(anna.push(), 0)
    env = steps.env()
    anna.proxy.requests.clear()
    expect(anna.script("free_entries", entry, **env), 0)
    count, asked = len(steps.steps()), len(anna.proxy.requests)
    expect(anna.pull(entry), 0)
    for n in spread(count - 1, most):
        kill_and_go_on(anna, entry, n, steps.env(n))
    for n in spread(asked, 1):  # the last one is the second LIST
        rule = anna.proxy.when(nth=n)
        rule.call(lambda: anna.running.kill())
        kill_and_go_on(anna, entry, n, {})
        anna.proxy.clear()
    kept = {body for key, body in bucket.read().items() if not key.startswith(".registry")}
    assert {*FILES.values()} <= kept


def kill_and_go_on(anna, entry, turn, env):
    """Nothing is half there; then a pull, or the same again, and it all comes back."""
    run = anna.script("free_entries", entry, **env)
    assert run.code in (-9, 137, 0), run  # now and then it has a step less
    left = {path: body for path, body in anna.tree().items() if path.startswith(entry)}
    assert left in ({}, below(entry, FILES)), left
    held = anna.contents()
    assert not held or {*FILES.values()} <= held or left == {}
    if turn % 2:
        expect(anna.pull(), 0)
        assert anna.trash() == []
        assert anna.tree() in ({}, below(entry, FILES))
    expect(anna.script("free_entries", entry), 0)
    assert anna.tree() == {} and anna.trash() == []
    expect(anna.pull(entry), 0)
    assert anna.tree() == below(entry, FILES)
    assert_clean(anna)
