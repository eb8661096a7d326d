"""A push finds renames: what S3 holds under another path is copied there, not sent again."""

from __future__ import annotations

import pytest
from support.oracle import assert_clean, below, expect, put_in_step

A = "processed_datasets/a"
FILES = {f"part/{n}.bin": bytes([n]) * 1000 for n in range(1, 6)}


@pytest.fixture
def pair(clone, bucket):
    anna, ben = clone("anna", bucket), clone("ben", bucket)
    put_in_step(bucket, A, FILES, anna, ben)
    return anna, ben, bucket


def test_a_renamed_folder_is_copied_in_s3_and_is_no_deletion(pair):
    anna, ben, bucket = pair
    (anna.path / A / "part").rename(anna.path / A / "whole")
    anna.write(f"{A}/new.bin", b"new")
    anna.proxy.clear()
    run = expect(anna.push(), 0)  # it would have asked for DELETE=1
    assert "5 copied in S3" in run.out and "1 file sent (3 bytes)" in run.err, run
    moved = {path.replace("part/", "whole/"): body for path, body in FILES.items()}
    assert bucket.data() == below(A, moved | {"new.bin": b"new"}) == anna.tree()
    expect(ben.pull(DELETE="1"), 0)
    assert ben.tree() == anna.tree()
    assert_clean(anna, ben)


def test_what_is_really_gone_still_needs_a_word(pair):
    anna, _, bucket = pair
    anna.delete(*(f"{A}/part/{n}.bin" for n in range(1, 5)))
    anna.write(f"{A}/other.bin", FILES["part/1.bin"])
    run = expect(anna.push(), 3)
    assert "it would delete 3 of 5 files" in run.err, run
    assert bucket.data() == below(A, FILES)


def test_where_a_copy_fails_the_bytes_are_sent(pair):
    anna, _, bucket = pair
    anna.write(f"{A}/twin.bin", FILES["part/1.bin"])
    anna.proxy.when("HEAD", "twin").answer(403, "AccessDenied")
    run = expect(anna.push(), 0)
    assert "copied" not in run.out and bucket.get(f"{A}/twin.bin") == FILES["part/1.bin"], run
