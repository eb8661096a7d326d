"""Doctor sees raw versions that nobody can pull, and explains what killed runs left."""

from __future__ import annotations

import pytest
from support.oracle import expect
from support.plain_dvc import dvc

RAW, A = "raw_datasets/r", "processed_datasets/a"
STORED = "raw_datasets_dvc_cache"


def lines(person, subject):
    out = person.script("run_doctor").out
    return [line for line in out.replace("\n      ->", " ->").splitlines() if subject in line]


@pytest.fixture
def pushed(anna):
    for entry in ("raw_datasets/base.dvc", "raw_datasets/base.card.md"):
        anna.delete(entry)
    anna.add(RAW, {"x.txt": b"first", "y.txt": b"second"})
    dvc(anna, "add", RAW)
    expect(anna.script("push_entries"), 0)
    return anna


def test_raw_objects_that_cannot_be_had(pushed, bucket):
    assert lines(pushed, "raw objects") == ["ok    raw objects: 1 version can be read"]
    (key,) = [key for key in bucket.keys(STORED) if key.endswith(".dir")]
    body = bucket.get(key)
    bucket.put(key, b"[]")
    (line,) = lines(pushed, "raw objects")
    assert f"BAD   raw objects: {RAW}: the list of its files is damaged in S3" in line
    bucket.delete(key)
    (line,) = lines(pushed, "raw objects")
    assert "S3 lacks its version" in line and f"`make push DATASET={RAW}`" in line
    expect(pushed.make("push", f"DATASET={RAW}"), 0)
    assert bucket.get(key) == body
    pushed.proxy.when("GET", r"\.dir").answer(403, "InvalidObjectState")
    (line,) = lines(pushed, "raw objects")
    assert line.startswith("BAD") and "S3 does not give" in line, line
    assert "make push" not in line, line
    pushed.proxy.clear()
    pushed.proxy.when("GET", r"\.dir").answer(403, "AccessDenied")
    (line,) = lines(pushed, "raw objects")
    assert "allow s3:GetObject on arn:" in line and "make push" not in line, line


def test_a_file_that_is_here_counts_as_here(pushed):
    pushed.card("raw_datasets/x.csv")
    pushed.write("raw_datasets/x.csv", b"1,2")
    dvc(pushed, "add", "raw_datasets/x.csv")
    assert "0 bytes of the registry not here" in lines(pushed, "disk:")[0]
