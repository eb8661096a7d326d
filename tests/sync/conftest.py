"""Fixtures of the tests of sync."""

from __future__ import annotations

import pytest
from support.oracle import marker, put_in_step

A = "processed_datasets/a"
FILES = {"x.txt": b"one", "sub/y.txt": b"two", "z.txt": b"three"}


@pytest.fixture
def pair(clone, moto_bucket):
    anna, ben = clone("anna", moto_bucket), clone("ben", moto_bucket)
    put_in_step(moto_bucket, A, FILES, anna, ben)
    return anna, ben, moto_bucket


@pytest.fixture
def torn(pair):
    """Anna's push died after its first file."""
    anna, ben, bucket = pair
    anna.write(f"{A}/x.txt", b"Anna's x")
    anna.write(f"{A}/z.txt", b"Anna's longer z")
    anna.proxy.when("PUT", rf"{A}/\w\.txt", nth=2).call(lambda: anna.running.kill())
    anna.push()
    anna.proxy.clear()
    assert marker(bucket, A)["state"] == "pushing"
    return anna, ben, bucket
