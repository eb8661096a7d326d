"""Both aws commands move the bytes: version 1 of this set-up, and version 2 named by AWS=…"""

from __future__ import annotations

import os
import subprocess

import pytest
from support.oracle import assert_clean, below, expect

A = "processed_datasets/a ü"
FILES = {"x y.txt": b"one", "sub/ü #%.txt": b"two", "empty": b"", "big": os.urandom(9 << 20)}
V2 = "/usr/bin/aws"


def version(aws: str) -> str:
    try:
        return subprocess.run([aws, "--version"], capture_output=True, text=True).stdout
    except OSError:
        return ""


@pytest.fixture(params=["1", "2"])
def aws(request, clone):
    """What has aws move the bytes: AWS is not set for the pinned version 1."""
    if request.param == "1":
        assert version(clone("any").path / ".venv" / "bin" / "aws").startswith("aws-cli/1.")
        return {"ENGINE": "aws"}
    if not version(V2).startswith("aws-cli/2."):
        pytest.skip(f"{V2} is not version 2: apt install awscli")
    return {"AWS": V2, "ENGINE": "aws"}


def test_there_and_back(anna, ben, bucket, aws):
    anna.add(A, FILES)
    expect(anna.push(**aws), 0)
    assert bucket.data() == below(A, FILES)
    ben.card(A)
    expect(ben.pull(**aws), 0)
    assert ben.tree() == anna.tree()
    ben.write(f"{A}/x y.txt", b"ONE")
    ben.delete(f"{A}/empty")
    expect(ben.push(**aws), 0)
    expect(anna.pull(**aws), 0)
    changed = {k: v for k, v in FILES.items() if k != "empty"} | {"x y.txt": b"ONE"}
    assert anna.tree() == bucket.data() == below(A, changed)
    assert_clean(anna, ben)


def test_the_usual_engine_needs_no_aws(anna, ben, bucket):
    """What AWS names does nothing but fail: it is not asked, for objects of parts neither."""
    anna.add(A, FILES)
    expect(anna.push(AWS="/bin/false"), 0)
    ben.card(A)
    expect(ben.pull(AWS="/bin/false"), 0)
    assert ben.tree() == anna.tree() == bucket.data()


@pytest.mark.parametrize("named", ["/nowhere/aws", "aws; touch pwned", "$(touch pwned)"])
def test_an_aws_that_is_none(clone, rclone_bucket, named):
    anna = clone("anna", rclone_bucket)
    anna.add(A, {"x": b"1"})
    run = expect(anna.make("push", f"AWS={named}"), 2)
    assert named in run.err and "AWS" in run.err, run
    assert rclone_bucket.data() == {}
    assert not list(anna.path.glob("pwned"))
    assert_clean(anna)
    expect(anna.push(), 0)
    assert rclone_bucket.data() == anna.tree()
