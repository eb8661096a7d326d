"""A dry run says what would happen to each file, and touches nothing."""

from __future__ import annotations

from support.oracle import assert_clean, expect

A = "processed_datasets/a"


def test_a_dry_push_says_each_file_and_touches_nothing(pair):
    anna, _, bucket = pair
    anna.write(f"{A}/x.txt", b"edited")
    anna.write(f"{A}/new.txt", b"new")
    anna.delete(f"{A}/z.txt")
    before, here, memory = bucket.read(), anna.tree(), anna.state()
    anna.proxy.clear()
    run = expect(anna.push(DRY_RUN="1"), 0)
    for name in ("x.txt", "new.txt", "z.txt"):
        (line,) = [line for line in run.out.splitlines() if line.startswith(f"{A}/{name}: ")]
        assert len(line.rpartition(":")[2]) > 5, "a reason per file"
    assert "sub/y.txt" not in run.out
    assert anna.proxy.count("PUT|POST|DELETE") == 0
    assert (bucket.read(), anna.tree(), anna.state()) == (before, here, memory)
    assert_clean(anna)
    expect(anna.push(), 0)
    assert bucket.data() == here


def test_a_dry_pull_says_each_file_and_touches_nothing(pair):
    anna, ben, bucket = pair
    anna.write(f"{A}/x.txt", b"edited")
    anna.delete(f"{A}/z.txt")
    expect(anna.script("push_entries"), 0)
    ben.write(f"{A}/mine.txt", b"mine")
    before, here, memory = bucket.read(), ben.tree(), ben.state()
    run = expect(ben.pull(DRY_RUN="1"), 0)
    for name, word in (("x.txt", "fetch"), ("z.txt", "trash"), ("mine.txt", "keep")):
        assert any(f"{A}/{name}: " in line and word in line for line in run.out.splitlines()), run
    assert ben.proxy.count("GET", rf"{A}/x\.txt") == 0
    assert (bucket.read(), ben.tree(), ben.state()) == (before, here, memory)
    assert ben.trash() == []
    assert_clean(ben)


def test_dry_runs_of_what_a_person_decides_touch_nothing(torn):
    _, ben, bucket = torn
    before = bucket.read()
    expect(ben.script("unlock_entry", A, CONFIRM="a", DRY_RUN="1"), 0)
    assert bucket.read() == before
    expect(ben.script("unlock_entry", A, CONFIRM="a"), 0)
    before = bucket.read()
    run = expect(ben.script("seal_entries", A, CONFIRM="a", DRY_RUN="1"), 0)
    assert "to be sealed" in run.out and bucket.read() == before, run
    ben.write(f"{A}/own.txt", b"Ben's own")
    expect(ben.script("seal_entries", A, CONFIRM="a"), 0)
    expect(ben.script("reset_entry", A), 0)
    item = expect(ben.script("list_trash"), 0).out.split()[0]
    here = ben.tree()
    run = expect(ben.script("restore_trash", item, DRY_RUN="1"), 0)
    assert f"{A}/own.txt: to be brought back" in run.out and ben.tree() == here, run
