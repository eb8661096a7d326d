"""A push does not read the marker that it knows and replaces: another one that is there is seen."""

from __future__ import annotations

import json
import os

import pytest
from support.oracle import assert_clean, below, expect, marker, put_in_step

A = "processed_datasets/a"
KEY = f".registry/{A}.json"


def put_marker(bucket, **values):
    bucket.put(KEY, json.dumps({**marker(bucket, A), **values}, indent=1).encode())


def reads(person):
    return person.proxy.count("GET", rf"{KEY}$")


@pytest.mark.both_stores
def test_another_marker_than_the_known_one_is_read_before_anything_is_sent(anna, bucket):
    put_in_step(bucket, A, {"x": b"1", "y": b"2"}, anna)
    anna.write(f"{A}/x", b"Anna's")
    put_marker(bucket, state="pushing", token="0" * 32, who="Ben")
    before = bucket.read()
    run = expect(anna.push(A), 3)
    assert "a push by Ben" in run.said and bucket.read() == before, run
    assert_clean(anna)

    put_marker(bucket, state="torn", who="Ben")
    expect(anna.push(A), 0)
    assert bucket.data() == anna.tree() == below(A, {"x": b"Anna's", "y": b"2"})

    known = marker(bucket, A)
    anna.write(f"{A}/y", b"as well")
    put_marker(bucket, who="Ben", when="2026-01-01T00:00:00.000000Z", order=known["order"] + 9)
    anna.proxy.clear()
    expect(anna.push(A), 0)
    assert bucket.data() == anna.tree()
    assert marker(bucket, A)["order"] == known["order"] + 10, "it came after Ben's"

    anna.write(f"{A}/x", b"and again")
    bucket.delete(KEY)
    expect(anna.push(A), 0)
    assert bucket.data() == anna.tree() and marker(bucket, A)["state"] == "done"


def test_what_replaces_no_marker_reads_it(anna, bucket):
    put_in_step(bucket, A, {"x": b"1"}, anna)
    os.utime(anna.path / A / "x", (1, 1))
    put_marker(bucket, state="pushing", token="0" * 32, who="Ben")
    run = expect(anna.push(A), 3)
    assert "a push by Ben" in run.said, run
    anna.write(f"{A}/x", b"2")
    run = expect(anna.push(A, DRY_RUN="1"), 3)
    assert "a push by Ben" in run.said, run
