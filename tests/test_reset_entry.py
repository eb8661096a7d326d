"""`make reset`: back to what the registry holds, the good copy first, nothing lost on the way."""

from __future__ import annotations

import pytest
from support.oracle import assert_clean, below, expect

A, M, T = "processed_datasets/a ü", "champion_models/m", "training_results/t"
RAW = "raw_datasets/r"
FILES = {"x y.txt": b"one", "sub/ü.txt": b"two", "gone.txt": b"three"}


@pytest.fixture
def bucket(rclone_bucket):
    """One store is enough for what is asked here."""
    return rclone_bucket


@pytest.fixture
def pushed(anna, bucket):
    for entry in (A, M, T):
        anna.add(entry, FILES)
    expect(anna.script("push_entries"), 0)
    return anna


def spoil(here, entry):
    here.write(f"{entry}/x y.txt", b"spoilt")
    here.write(f"{entry}/sub/extra.txt", b"extra")
    here.delete(f"{entry}/gone.txt")


def test_each_mirrored_section_goes_back_to_what_s3_holds(pushed, bucket):
    before = bucket.read()
    for entry in (A, M, T):
        spoil(pushed, entry)
        spoilt = pushed.tree()
        dry = expect(pushed.make("reset", f"DATASET={entry}", "DRY_RUN=1"), 0)
        assert pushed.tree() == spoilt
        run = expect(pushed.make("reset", f"DATASET={entry}"), 0)
        for text in (dry.out, run.out):
            assert f"{entry}/x y.txt: to be replaced" in text, run
            assert f"{entry}/sub/extra.txt: to be taken away" in text, run
    assert pushed.tree() == {k: v for e in (A, M, T) for k, v in below(e, FILES).items()}
    assert sorted(pushed.trash()) == [b"extra"] * 3 + [b"spoilt"] * 3
    assert bucket.read() == before
    assert_clean(pushed)


def test_the_tab_key_writes_a_slash_behind_an_entry(pushed):
    spoil(pushed, M)
    expect(pushed.make("reset", f"DATASET={M}/"), 0)
    assert pushed.tree(M) == below(M, FILES)


def test_a_reset_of_what_is_right_does_nothing(pushed):
    before = pushed.tree()
    run = expect(pushed.make("reset", f"DATASET={A}"), 0)
    assert run.out == "" and "trash" not in run.err, run
    assert pushed.tree() == before and pushed.trash() == []


def test_a_deleted_entry_comes_back(pushed):
    pushed.delete(M)
    expect(pushed.make("reset", f"DATASET={M}"), 0)
    assert pushed.tree(M) == below(M, FILES)


MISTAKES = [
    "", " ", "../x", "/etc", "champion_models", "champion_models/", "champion_models/m.card.md",
    "m t", "champion_models/m/sub", "nosuch", "experiments/e", "a ü; true",
]  # fmt: skip


def test_what_is_not_one_entry_touches_nothing(pushed):
    pushed.card("experiments/e")
    for entry in (A, M, T, "experiments/e"):
        pushed.write(f"{entry}/x y.txt", b"mine")
    before = pushed.tree()
    for word in MISTAKES:
        run = expect(pushed.make("reset", f"DATASET={word}"), 2)
        assert run.err.startswith("reset: ") and run.out == "", run
    assert pushed.tree() == before and pushed.trash() == []


def test_no_network_no_loss(pushed):
    spoil(pushed, A)
    before = pushed.tree()
    pushed.proxy.when("GET").drop_before()
    run = expect(pushed.make("reset", f"DATASET={A}"), 2)
    assert "nothing was touched" in run.err, run
    assert pushed.tree() == before and pushed.trash() == []
    assert_clean(pushed)


def test_a_damaged_copy_is_not_put_in_place(pushed):
    spoil(pushed, A)
    before = pushed.tree()
    pushed.proxy.when("GET", r"/x y\.txt").flip()
    expect(pushed.make("reset", f"DATASET={A}"), 2)
    assert pushed.tree() == before and pushed.trash() == []
    assert_clean(pushed)


def test_an_entry_that_s3_does_not_hold_stays(pushed):
    pushed.add("processed_datasets/new", {"x": b"1"})
    before = pushed.tree()
    run = expect(pushed.make("reset", "DATASET=new"), 2)
    assert "S3 holds nothing" in run.err and "nothing touched" in run.err, run
    assert pushed.tree() == before


def test_a_raw_dataset_goes_back_to_its_version(anna, bucket):
    """Also when the cache lacks it, and with no loss when it cannot be fetched."""
    anna.add(RAW, FILES)
    anna.make("add", f"DATASET={RAW}")
    expect(anna.make("push"), 0)
    spoil(anna, RAW)
    run = expect(anna.make("reset", f"DATASET={RAW}"), 0)
    assert f"{RAW}/x y.txt: to be replaced" in run.out, run
    assert anna.tree() == below(RAW, FILES)
    assert sorted(anna.trash()) == [b"extra", b"spoilt"]

    spoil(anna, RAW)
    spoilt = anna.tree()
    anna.delete(".dvc/cache")
    anna.proxy.when("GET", "raw_datasets_dvc_cache/files").answer(403)
    anna.proxy.when("HEAD", "raw_datasets_dvc_cache/files").answer(403)
    expect(anna.make("reset", f"DATASET={RAW}"), 2)
    assert anna.tree() == spoilt
    anna.proxy.clear()
    expect(anna.make("reset", f"DATASET={RAW}"), 0)
    assert anna.tree() == below(RAW, FILES)
    broken = anna.tmp / "broken"
    (broken / "dvc").mkdir(parents=True)
    (broken / "dvc" / "__init__.py").write_text("raise SystemExit(1)\n")
    run = expect(anna.script("reset_entry", RAW, PYTHONPATH=str(broken)), 0)
    assert "0 files brought back" in run.err, "DVC was started, for nothing"
    anna.add("raw_datasets/new", {"x": b"1"})
    run = expect(anna.make("reset", "DATASET=new"), 2)
    assert "nothing touched" in run.err and anna.read("raw_datasets/new/x") == b"1", run
