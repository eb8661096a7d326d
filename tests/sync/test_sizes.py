"""From nothing to very much: empty files, many files, files in parts. SWEEP=full makes it big."""

from __future__ import annotations

import os
import shutil

import pytest
from support.oracle import assert_clean, below, expect, marker

from registry.remote import etag

A = "processed_datasets/a"
FULL = os.environ.get("SWEEP") == "full"
MIB = 1024 * 1024


@pytest.mark.both_stores
def test_empty_files_travel_and_empty_folders_are_named(anna, ben, bucket):
    files = {"empty": b"", "sub/also empty": b"", "full": b"x"}
    anna.add(A, files)
    (anna.path / A / "hollow" / "inner").mkdir(parents=True)
    run = expect(anna.push(), 0)
    assert "hollow/inner" in run.said and "empty folder" in run.said
    ben.card(A)
    expect(ben.script("pull_entries", A), 0)
    assert ben.tree() == bucket.data() == below(A, files)
    anna.write(f"{A}/full", b"")
    ben.write(f"{A}/empty", b"no more")
    expect(anna.push(), 0)
    expect(ben.pull(), 0)
    expect(ben.push(), 0)
    assert bucket.data() == ben.tree()
    assert (ben.read(f"{A}/full"), ben.read(f"{A}/empty")) == (b"", b"no more")
    assert_clean(anna, ben)


def test_many_small_files(clone, rclone_bucket):
    count = 5000 if FULL else 400
    anna, ben = clone("anna", rclone_bucket), clone("ben", rclone_bucket)
    anna.add(A, {f"{n % 20}/{n}.txt": f"file {n}".encode() * 9 for n in range(count)})
    expect(anna.script("push_entries"), 0)
    assert marker(rclone_bucket, A)["files"] == count
    ben.card(A)
    expect(ben.script("pull_entries", A), 0)
    assert ben.tree() == anna.tree()
    for n in range(0, count, 3):
        ben.write(f"{A}/{n % 20}/{n}.txt", b"changed")
    ben.proxy.clear()
    expect(ben.push(), 0)
    sent = ben.proxy.count("PUT", r"\.txt(\?|$)")
    assert sent == len(range(0, count, 3)), "only what changed is sent"
    expect(anna.pull(), 0)
    assert anna.tree() == ben.tree()
    assert_clean(anna, ben)


@pytest.mark.parametrize("size", [8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 17 * MIB])
def test_files_in_parts_are_verified_by_the_etag_of_their_parts(clone, moto_bucket, size):
    anna, ben = clone("anna", moto_bucket), clone("ben", moto_bucket)
    anna.add(A, {"big": os.urandom(size)})
    expect(anna.script("push_entries"), 0)
    (row,) = moto_bucket.client.list(moto_bucket.key(A))
    assert row.etag == etag.expected(anna.path / A / "big", size)
    assert ("-" in row.etag) == (size >= 8 * MIB)
    ben.card(A)
    expect(ben.script("pull_entries", A), 0)
    assert ben.read(f"{A}/big") == anna.read(f"{A}/big")
    expect(ben.script("verify_entries", A), 0)


@pytest.mark.parametrize(
    ("size", "part"),
    [
        (0, 8),
        (8 * MIB * 10_000, 8),
        (8 * MIB * 10_000 + 1, 16),
        (16 * MIB * 10_000 + 1, 32),
        (5 * 2**40, 1024),
    ],
)
def test_parts_are_doubled_until_there_are_ten_thousand(size, part):
    """As s3transfer's ChunksizeAdjuster does it."""
    from s3transfer.utils import ChunksizeAdjuster

    assert etag.part_size(size) == part * MIB
    assert -(-size // etag.part_size(size)) <= 10_000
    if size:
        assert etag.part_size(size) == ChunksizeAdjuster().adjust_chunksize(8 * MIB, size)


def test_a_disk_without_room_is_seen_before_anything_is_fetched(clone, moto_bucket):
    anna, ben = clone("anna", moto_bucket), clone("ben", moto_bucket)
    anna.add(A, {"x.txt": b"x"})
    expect(anna.script("push_entries"), 0)
    ben.card(A)
    expect(ben.script("pull_entries", A), 0)
    anna.write(f"{A}/x.txt", b"news")
    expect(anna.script("push_entries"), 0)
    huge = shutil.disk_usage(ben.path).free + 2**30
    # The listing says that x.txt is larger than the disk.
    ben.proxy.when("GET", r"list-type=2.*prefix=[^&]*/a/").replace(
        lambda body: body.replace(b"<Size>4</Size>", b"<Size>%d</Size>" % huge)
    )
    run = expect(ben.pull(), 3)
    assert "no room on the disk" in run.said
    assert ben.tree() == {f"{A}/x.txt": b"x"}
    ben.proxy.clear()
    expect(ben.pull(), 0)
    assert ben.tree() == anna.tree()
    assert_clean(ben)


@pytest.mark.skipif(not FULL, reason="takes minutes: SWEEP=full")
def test_a_file_of_more_than_five_gigabytes(clone, rclone_bucket, tmp_path):
    size = 5 * 2**30 + 12_345
    if shutil.disk_usage(tmp_path).free < 4 * size:
        pytest.skip("the disk has no room for it")
    anna, ben = clone("anna", rclone_bucket), clone("ben", rclone_bucket)
    anna.add(A, {})
    with open(anna.path / A / "sparse", "wb") as file:
        file.truncate(size)
        file.seek(size // 2)
        file.write(b"middle")
    expect(anna.run("./push.sh"), 0)
    ben.card(A)
    expect(ben.run("./pull.sh"), 0)
    with open(ben.path / A / "sparse", "rb") as file:
        file.seek(size // 2)
        assert file.read(6) == b"middle"
        assert file.seek(0, os.SEEK_END) == size
    expect(ben.run(".venv/bin/python", "scripts/verify_entries.py", A), 0)
    expect(anna.script("remove_entry", A, CONFIRM="a"), 0)
    assert rclone_bucket.data() == {}
