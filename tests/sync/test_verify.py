"""Verify names every difference between an entry and S3, on either side."""

from __future__ import annotations

import os

from support.oracle import expect

A = "processed_datasets/a"
FILES = {"x.txt": b"one", "sub/y.txt": b"two", "z.txt": b"three"}


def test_verify_names_every_difference_both_ways(pair):
    anna, _, bucket = pair
    expect(anna.script("verify_entries"), 0)
    file = anna.path / A / "x.txt"
    times = file.stat()
    with open(file, "r+b") as spoiled:
        spoiled.write(b"On")  # as a failing disk does: same size
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    anna.write(f"{A}/extra.txt", b"extra")
    anna.delete(f"{A}/z.txt")
    before, here = bucket.read(), anna.tree()
    run = expect(anna.script("verify_entries", A), 1)
    told = sorted(line.partition(": ")[::2] for line in run.out.splitlines())
    assert [path for path, _ in told] == [f"{A}/extra.txt", f"{A}/x.txt", f"{A}/z.txt"]
    assert ["extra" in told[0][1], "differs" in told[1][1], "missing" in told[2][1]] == [True] * 3
    assert (bucket.read(), anna.tree()) == (before, here)


def test_verify_reads_raw_datasets_too(clone, rclone_bucket):
    anna = clone("anna", rclone_bucket)
    anna.add("raw_datasets/r", {"x.txt": b"raw bytes", "y.txt": b"more"})
    expect(anna.script("add_entry", "raw_datasets/r"), 0)
    expect(anna.push(), 0)
    expect(anna.script("verify_entries", "raw_datasets/r"), 0)
    (anna.path / "raw_datasets/r/x.txt").chmod(0o644)
    (anna.path / "raw_datasets/r/x.txt").unlink()
    anna.write("raw_datasets/r/x.txt", b"RAW bytes")
    run = expect(anna.script("verify_entries", "raw_datasets/r"), 1)
    assert "raw_datasets/r/x.txt" in run.out


def test_verify_names_what_cannot_be_stored_on_either_side(pair, moto_server):
    anna, _, _ = pair
    (anna.path / A / "out").symlink_to("/etc/hostname")
    run = expect(anna.script("verify_entries", A), 1)
    assert f"{A}/out: a link out of the entry" in run.out, run
    (anna.path / A / "out").unlink()
    bucket = moto_server.new_bucket()
    anna.point_at(bucket)
    for name, body in FILES.items():
        bucket.put(f"{A}/{name}", body)
    expect(anna.script("verify_entries", A), 0)
    bucket.put(f"{A}/../evil", b"1")
    run = expect(anna.script("verify_entries", A), 1)
    assert "evil" in run.out and "walks out" in run.out, run
