"""Moves bytes between a stage and S3: chooses the engine, and falls back on the usual one.

`aws s3 sync` moves them. It spends 2.5 ms of CPU on each file, though, where rclone spends 0.4, so
ENGINE=auto hands plans of many files to rclone. Whichever moved them, the same is verified after.
"""

from __future__ import annotations

import re
from pathlib import Path

from registry.errors import RegistryError
from registry.parallel import HANDS
from registry.remote import children
from registry.remote.s3 import Object
from registry.remote.session import Session
from registry.transfer import aws, batch, rclone
from registry.transfer.job import Cargo
from registry.transfer.process import NotStarted, Progress

MORE_HANDS = 8  # where most of them wait for one rclone


__all__ = ["Cargo", "Progress", "copy", "download", "upload"]

# Above so many files rclone is quicker by more than a second: aws needs 0.5 s of CPU to start and
# 2.5 ms a file, rclone 0.1 s and 0.4 ms (10,000 files of 4 to 8 KB in 20 entries, two cores).
THRESHOLD = 250
START = 200  # a start of aws costs as much as so many files: each further entry of a run is one
QUOTED = re.compile("[\u201b\u2024\uff01-\uff5e\u2400-\u2426]")
# What one request copies before a client loses patience; aws copies larger objects in parts.
COPY_BYTES = 2**30
_fetching, _sending = batch.Convoy(rclone.download), batch.Convoy(rclone.upload)


def download(session: Session, cargo: Cargo, progress: Progress) -> None:
    """Fetch what the cargo's stage lacks of it."""
    if _may_carry(cargo) and is_for_rclone(session, len(cargo.paths), cargo.plans):
        try:
            return _fetching.carry(session, cargo, progress)
        except NotStarted as error:
            session.say_once(f"{error}: aws moves the files instead")
    aws.download(session, cargo, progress)


def upload(session: Session, cargo: Cargo, progress: Progress) -> None:
    """Send the cargo's files."""
    if _may_carry(cargo) and is_for_rclone(session, len(cargo.paths), cargo.plans):
        try:
            return _sending.carry(session, cargo, progress)
        except NotStarted as error:
            session.say_once(f"{error}: aws moves the files instead")
    aws.upload(session, cargo, progress)


def _may_carry(cargo: Cargo) -> bool:
    """Whether rclone takes each name as it is: some letters stand for others in its own names."""
    return not any(QUOTED.search(path) for path in cargo.paths)


def fetch_one(session: Session, key: str, target: Path) -> None:
    """Fetch one object to a path of its own."""
    words = ["cp", f"s3://{session.remote.bucket}/{key}", str(target)]
    aws.run(session, words, 0, lambda _: None)


def send_one(session: Session, source: Path, key: str) -> None:
    """Send one file to a key of its own."""
    words = ["cp", str(source), f"s3://{session.remote.bucket}/{key}"]
    words += children.encryption(session.remote)
    aws.run(session, words, 0, lambda _: None)


def copy(session: Session, row: Object, target: str) -> None:
    """Copy an object of any size within the bucket, on the server."""
    if row.size <= COPY_BYTES:
        session.client.copy(row.key, target)
        return
    bucket = f"s3://{session.remote.bucket}/"
    try:
        words = ["cp", bucket + row.key, bucket + target, *children.encryption(session.remote)]
        aws.run(session, words, 0, lambda _: None)
    except RegistryError:  # the embedded store copies whole objects only, of any size
        session.client.copy(row.key, target)


def is_for_rclone(session: Session, files: int, plans: int = 1) -> bool:
    """Whether rclone moves so many files of one of the `plans` entries that move any."""
    engine, weight = session.options.engine, files + START * (plans - 1)
    return files > 0 and (engine == "rclone" or (engine == "auto" and weight > THRESHOLD))


def movers(session: Session) -> int:
    """How many entries move their files at once."""
    return HANDS if session.options.engine == "aws" else MORE_HANDS
