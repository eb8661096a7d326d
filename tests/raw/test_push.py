"""Raw datasets: a push that ends well means that S3 holds every byte of the version."""

from __future__ import annotations

import os

import pytest
from support.oracle import assert_clean, expect

RAW = "raw_datasets/r"
CACHE = "raw_datasets_dvc_cache/files/md5"


@pytest.fixture
def added(anna):
    """Anna's new version, in DVC's cache here and nowhere else."""
    anna.add(RAW, {"x.txt": b"first", "y.txt": b"second"})
    expect(anna.script("add_entry", RAW), 0)
    return anna


def stored(bucket):
    """What S3 holds of all versions' files."""
    return {body for key, body in bucket.read(CACHE).items() if not key.endswith(".dir")}


def lose(added, bucket, content):
    """S3 loses an object: an expiry rule, or somebody's hand."""
    bucket.delete(*(key for key in bucket.keys(CACHE) if bucket.get(key) == content))


@pytest.mark.parametrize("command", ["pull", "reset"])
def test_a_version_that_only_dvcs_cache_holds_is_not_taken_for_pushed(added, bucket, command):
    """DVC finds all it needs in the cache, and says nothing of S3."""
    run = expect(added.make(command, f"DATASET={RAW}"), 0)
    assert command == "reset" or f"or holds it damaged: `make push DATASET={RAW}`" in run.err, run
    assert stored(bucket) == set()
    expect(added.push(), 0)
    assert stored(bucket) == {b"first", b"second"}
    assert "nothing to do" in expect(added.push(), 0).err
    assert_clean(added)


def test_what_verify_finds_missing_in_s3_is_sent_by_the_push_it_names(added, bucket):
    expect(added.push(), 0)
    lose(added, bucket, b"second")
    assert "nothing to do" in expect(added.push(), 0).err  # known to be there, and not asked
    run = expect(added.script("verify_entries", RAW), 1)
    assert f"{RAW}/y.txt: not in S3: `make push DATASET={RAW}` sends it" in run.out, run
    expect(added.push(), 0)
    assert stored(bucket) == {b"first", b"second"}
    expect(added.script("verify_entries", RAW), 0)
    assert_clean(added)


@pytest.mark.parametrize("where", ["here", "cached"])
def test_a_full_push_finds_what_s3_lost(added, bucket, where):
    """DVC would look for the list of files alone."""
    expect(added.push(), 0)
    lose(added, bucket, b"second")
    if where == "cached":
        added.delete(RAW)
    expect(added.push(FULL="1"), 0)
    assert stored(bucket) == {b"first", b"second"}


def test_what_dvcs_cache_lacks_is_not_said_to_be_in_s3(added, bucket):
    (cached,) = [
        f for f in added.path.glob(".dvc/cache/files/md5/*/*") if f.read_bytes() == b"first"
    ]
    os.chmod(cached, 0o644)
    cached.unlink()
    added.delete(RAW)
    run = expect(added.push(RAW), 1)
    assert "S3" in run.err and "make add" in run.err and "S3 holds" not in run.out, run
    expect(added.push(RAW), 1)
    assert_clean(added)


@pytest.mark.parametrize("spoil", ["ignore", "pipe", "link"])
def test_a_dataset_that_dvc_ends_at_stops_no_other(added, bucket, spoil):
    """DVC looks at all of them at one start, and fails at a file in one, or waits for it."""
    bad = added.path / RAW / {"ignore": ".dvcignore"}.get(spoil, "odd")
    added.add("raw_datasets/q", {"z.txt": b"third"})
    expect(added.script("add_entry", "raw_datasets/q"), 0)
    added.write(f"{RAW}/x.txt", b"edited")
    if spoil == "ignore":
        bad.write_text("*.tmp\n")
    else:
        os.mkfifo(bad) if spoil == "pipe" else bad.symlink_to("nowhere")
    run = expect(added.push(), 3)
    assert f"{RAW}: refused: it cannot be stored as it is:\n  {bad.name}: " in run.said, run
    assert b"third" in stored(bucket)
    expect(added.pull(), 3)
    bad.unlink()
    assert f"`make add DATASET={RAW}`" in expect(added.push(), 3).said


def test_raw_datasets_go_beside_the_others_and_stop_nobody(added, bucket):
    added.add("processed_datasets/p", {"w.bin": b"weights"})
    added.add("raw_datasets/gone", {"z.txt": b"third"})
    expect(added.script("add_entry", "raw_datasets/gone"), 0)
    (added.path / "raw_datasets/gone/z.txt").write_bytes(b"edited, and not added")
    run = expect(added.push(), 3)
    assert bucket.read("processed_datasets/p") == {"processed_datasets/p/w.bin": b"weights"}, run
    assert stored(bucket) == {b"first", b"second"}
    assert f"{RAW}: S3 holds the version of r.dvc" in run.out, run
    assert run.out.index(RAW) < run.out.index("processed_datasets/p: 1 file sent"), run
    assert "raw_datasets/gone" in run.err, run
    assert_clean(added)
