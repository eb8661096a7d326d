"""Tells whether a local file holds the bytes of an ETag that S3 lists.

A plain ETag is the MD5 of the bytes. `<hex>-N` is the MD5 of the N parts' MD5s, with parts of
8 MiB in aws's default, doubled until there are at most 10,000. With SSE-KMS or SSE-C an ETag says
nothing about the bytes.
Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Iterable
from io import FileIO
from typing import Protocol

from registry import interrupt

MIB = 1024 * 1024
PART = 8 * MIB
MOST_PARTS = 10_000
READ = 64 * 1024  # bytes at a time: more than that is new memory for each small file
WHOLE_MIB = 16  # so many other whole MiB that would fit are tried: each reads the file once
# Part sizes that other tools and settings use, in MiB: boto3, rclone, s5cmd, the console.
USUAL_MIB = (5, 8, 10, 15, 16, 17, 20, 25, 32, 50, 64, 100, 128, 256, 512, 1024)


class Also(Protocol):
    """Another hash of hashlib's, which takes the same bytes in passing."""

    def update(self, block: bytes, /) -> None: ...


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def part_size(size: int) -> int:
    """Return the part size aws uploads a file of `size` bytes with."""
    part = PART
    while math.ceil(size / part) > MOST_PARTS:
        part *= 2
    return part


def expected(path: str | os.PathLike[str], size: int, also: Also | None = None) -> str:
    """Return the ETag that `aws s3 sync` will give this file.

    Raises OSError if it cannot be read.
    """
    return compute(path, part_size(size) if size >= PART else 0, also)


def compute(path: str | os.PathLike[str], part: int = 0, also: Also | None = None) -> str:
    """Return the ETag of the file's bytes uploaded in parts of `part` bytes, or whole with 0."""
    if part:
        return joined(part_digests(path, part, also))
    with open(path, "rb", buffering=0) as file:
        return _md5(file, None, also)[0]


def part_digests(path: str | os.PathLike[str], part: int, also: Also | None = None) -> list[bytes]:
    """Return the MD5 of each part of the file."""
    digests = []
    with open(path, "rb", buffering=0) as file:
        while True:
            digest, count = _md5(file, part, also)
            if count:
                digests.append(bytes.fromhex(digest))
            if count < part:
                return digests


def joined(digests: list[bytes]) -> str:
    """Return the ETag of an object in parts that have these MD5s."""
    return f"{md5(b''.join(digests))}-{len(digests)}"


def cut(size: int, tag: str) -> int:
    """The likeliest size of an object's parts: as its ETag has it, or as aws would have it."""
    count = tag.partition("-")[2]
    fitting = _part_sizes(size, int(count)) if count.isdigit() else []
    return (fitting or [part_size(size)])[0]


def matches(
    path: str | os.PathLike[str], size: int, etag: str, also: Also | None = None
) -> bool | None:
    """Return whether the file's bytes are those of the ETag; None if an ETag like this cannot tell.

    One of an upload in parts tells nothing when no part size that people use fits: they may have
    been of another size, or of several.
    """
    digest, _, count = etag.lower().partition("-")
    if len(digest) != 32 or (count and not count.isdigit()):
        return None
    if not count:
        return compute(path, 0, also) == digest
    for part in _part_sizes(size, int(count)):
        if compute(path, part, also) == etag.lower():
            return True
        also = None  # it has had all the bytes
    return None


def matches_parts(path: str | os.PathLike[str], sizes: Iterable[int], etag: str) -> bool:
    """Return whether the file's bytes are those of the ETag, sent in parts of just these sizes."""
    with open(path, "rb", buffering=0) as file:
        digests = [bytes.fromhex(_md5(file, size)[0]) for size in sizes]
        is_whole = not file.read(1)
    return is_whole and f"{md5(b''.join(digests))}-{len(digests)}" == etag.lower()


def _part_sizes(size: int, count: int) -> list[int]:
    """Part sizes that cut `size` bytes into `count` parts, the likeliest first."""
    usual = [part_size(size), *(mib * MIB for mib in USUAL_MIB), *(PART << n for n in range(10))]
    most = size // (count - 1) if count > 1 else size
    least = -(-size // count) if count else 0
    whole = range(-(-least // MIB), min(most // MIB, least // MIB + WHOLE_MIB) + 1)
    fitting = (p for p in (*usual, *(mib * MIB for mib in whole)) if p)
    return [p for p in dict.fromkeys(fitting) if max(1, math.ceil(size / p)) == count]


def _md5(file: FileIO, most: int | None, also: Also | None = None) -> tuple[str, int]:
    """(MD5, bytes read) of the next `most` bytes, or of all the rest."""
    digest = hashlib.md5(usedforsecurity=False)
    count = 0
    while most is None or count < most:
        if interrupt.asked.is_set():  # a file of hundreds of gigabytes takes minutes
            raise KeyboardInterrupt
        block = file.read(READ if most is None else min(READ, most - count))
        if not block:
            break
        digest.update(block)
        if also:
            also.update(block)
        count += len(block)
    return digest.hexdigest(), count
