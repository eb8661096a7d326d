"""Moves bytes between a stage and S3: chooses the engine, and falls back on the usual one.

`aws s3 sync` moves them. It spends 2.5 ms of CPU on each file, though, where rclone spends 0.4, so
ENGINE=auto hands plans of many files to rclone. Whichever moved them, the same is verified after.
"""

from __future__ import annotations

from pathlib import Path

from registry import aws, rclone
from registry.child import NotStarted, Progress
from registry.errors import RegistryError
from registry.s3 import Object
from registry.session import Session

__all__ = ["Progress", "copy", "download", "upload"]

# Above so many files in one plan rclone is quicker by more than a second: aws needs 0.5 s to start
# and 2.5 ms a file, rclone 0.1 s and 0.4 ms (10,000 files of 4 to 8 KB in 20 entries, two cores).
THRESHOLD = 250
# What one request copies before a client loses patience; aws copies larger objects in parts.
COPY_BYTES = 2**30


def download(
    session: Session, prefix: str, stage: Path, keys: int, files: int, progress: Progress
) -> None:
    """Fetch what `stage` lacks of the `keys` objects below `prefix`, `files` of them."""
    if _is_for_rclone(session, files):
        try:
            return rclone.download(session, prefix, stage, keys, progress)
        except NotStarted as error:
            session.say_once(f"{error}: aws moves the files instead")
    aws.download(session, prefix, stage, keys, progress)


def upload(
    session: Session, stage: Path, prefix: str, keys: int, files: int, progress: Progress
) -> None:
    """Send the `files` files in `stage` to below `prefix`, where `keys` objects are."""
    if _is_for_rclone(session, files):
        try:
            return rclone.upload(session, stage, prefix, keys, progress)
        except NotStarted as error:
            session.say_once(f"{error}: aws moves the files instead")
    aws.upload(session, stage, prefix, keys, progress)


def fetch_one(session: Session, key: str, target: Path) -> None:
    """Fetch one object to a path of its own."""
    words = ["cp", f"s3://{session.remote.bucket}/{key}", str(target)]
    aws.run(session, words, 0, lambda _: None)


def send_one(session: Session, source: Path, key: str) -> None:
    """Send one file to a key of its own."""
    words = ["cp", str(source), f"s3://{session.remote.bucket}/{key}"]
    aws.run(session, words, 0, lambda _: None)


def copy(session: Session, row: Object, target: str) -> None:
    """Copy an object of any size within the bucket, on the server."""
    if row.size <= COPY_BYTES:
        session.client.copy(row.key, target)
        return
    bucket = f"s3://{session.remote.bucket}/"
    try:
        aws.run(session, ["cp", bucket + row.key, bucket + target], 0, lambda _: None)
    except RegistryError:  # the embedded store copies whole objects only, of any size
        session.client.copy(row.key, target)


def _is_for_rclone(session: Session, files: int) -> bool:
    engine = session.options.engine
    return engine == "rclone" or (engine == "auto" and files > THRESHOLD)
