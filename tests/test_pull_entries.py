"""Raw datasets between two people: their versions travel, and nobody's unsaved bytes are lost."""

from __future__ import annotations

import pytest
from support.oracle import assert_clean, below, expect
from support.terminal import in_terminal

RAW = "raw_datasets/r ü"
FILES = {"x y.txt": b"one", "sub/ü.txt": b"two"}


@pytest.fixture
def bucket(rclone_bucket):
    """One store is enough for what is asked here."""
    return rclone_bucket


@pytest.fixture
def added(anna, ben):
    """Anna's dataset, added and not pushed; Ben has its card and its `.dvc` file."""
    anna.add(RAW, FILES)
    send_version(anna, ben)
    return anna, ben


def send_version(giver, taker):
    """`make add`, and what Git then carries."""
    expect(giver.script("add_entry", RAW), 0)
    taker.card(RAW)
    taker.write(f"{RAW}.dvc", giver.read(f"{RAW}.dvc"))


def test_each_version_travels_both_ways(added):
    anna, ben = added
    expect(anna.push(), 0)
    expect(ben.pull(), 0)
    assert ben.tree() == anna.tree() == below(RAW, FILES)
    ben.write(f"{RAW}/x y.txt", b"one more")
    ben.delete(f"{RAW}/sub")
    send_version(ben, anna)
    expect(ben.push(), 0)
    expect(anna.pull(), 0)
    assert anna.tree() == ben.tree() == below(RAW, {"x y.txt": b"one more"})
    assert_clean(anna, ben)


def pulls(checkout):
    """(exit code, what it said) of a pull in a log, then of one in a terminal."""
    run = checkout.pull()
    return (run.code, run.said), in_terminal(checkout, "./pull.sh")


def test_a_version_that_nobody_pushed(added):
    for code, said in pulls(added[1]):
        assert code == 1 and f"{RAW}: failed: S3 does not hold this version" in said, said
    assert added[1].tree() == {}


def test_a_newer_version_waits_for_what_was_changed_here(added):
    """DVC's own advice would be to force the changes away."""
    anna, ben = added
    expect(anna.push(), 0)
    expect(ben.pull(), 0)
    anna.write(f"{RAW}/x y.txt", b"one more")
    send_version(anna, ben)
    expect(anna.push(), 0)
    ben.write(f"{RAW}/x y.txt", b"mine")
    ben.write(f"{RAW}/new.txt", b"mine too")
    before = ben.tree()
    for code, said in pulls(ben):
        assert code == 3 and f"{RAW}: refused: changed here" in said, said
        assert f"make reset DATASET='{RAW}'" in said and "force" not in said, said
    assert ben.tree() == before
    expect(ben.script("reset_entry", RAW), 0)
    assert ben.tree() == anna.tree()
    assert sorted(ben.trash()) == [b"mine", b"mine too"]
    assert_clean(anna, ben)
