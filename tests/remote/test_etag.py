"""ETags: which say that bytes are these, which that they are not, and which say nothing."""

from __future__ import annotations

import hashlib
import random

import pytest

from registry.remote import etag

MIB = 1 << 20
SIZE = 20 * MIB + 7


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("etag") / "file"
    path.write_bytes(random.Random(1).randbytes(SIZE))
    return path


def tag(content, sizes):
    digests, at = [], 0
    for size in sizes:
        digests.append(hashlib.md5(content[at : at + size]).digest())
        at += size
    return f"{hashlib.md5(b''.join(digests)).hexdigest()}-{len(digests)}"


def even(part):
    return [part] * (SIZE // part) + [SIZE % part]


@pytest.mark.parametrize("mib", [5, 6, 7, 8, 9, 11, 16, 19])
def test_whole_mib(file, mib):
    said = tag(file.read_bytes(), even(mib * MIB))
    assert etag.matches(file, SIZE, said) is True
    assert etag.matches(file, SIZE, said.upper()) is True


@pytest.mark.parametrize("sizes", [even(7_000_000), [5 * MIB, 9 * MIB, 6 * MIB + 7]])
def test_parts_that_nobody_guesses(file, sizes):
    said = tag(file.read_bytes(), sizes)
    assert etag.matches(file, SIZE, said) is None
    assert etag.matches_parts(file, sizes, said.upper())
    assert not etag.matches_parts(file, sizes[::-1], said)
    assert not etag.matches_parts(file, sizes[:-1], said)


def test_a_plain_one(file):
    said = hashlib.md5(file.read_bytes()).hexdigest()
    assert etag.matches(file, SIZE, said.upper()) is True
    assert etag.matches(file, SIZE, hashlib.md5(b"").hexdigest()) is False


@pytest.mark.parametrize("said", ["", "abc", "x" * 32 + "-n", "0" * 40, "0" * 32 + "-0"])
def test_what_is_none(file, said):
    assert etag.matches(file, SIZE, said) is None
