"""Moves bytes between a stage and S3, by the engine that the person chose.

ENGINE=auto sends requests of its own, which cost 0.2 ms of CPU a file and 0.1 s a gigabyte,
verification included; `aws s3 sync` costs 2.5 ms a file and 0.4 s a start, and all is read again.
Whichever moved them, what it did not verify on the way is verified after.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from registry.parallel import HANDS
from registry.remote import children, etag
from registry.remote.session import Session
from registry.transfer import aws, direct
from registry.transfer.direct import doubled
from registry.transfer.job import Content, Job, Progress

__all__ = ["Content", "Job", "Progress", "doubled", "download", "upload"]


class Engine(Protocol):
    """What moves a job's files; raises RegistryError when it does not move all of them."""

    def download(self, session: Session, job: Job, progress: Progress) -> None: ...

    def upload(self, session: Session, job: Job, progress: Progress) -> None: ...


MORE_HANDS = 8  # entries worked on at once where they share their connections


def download(session: Session, job: Job, progress: Progress) -> None:
    """Fetch what the job's stage lacks of it."""
    _chosen(session).download(session, job, progress)


def upload(session: Session, job: Job, progress: Progress) -> None:
    """Send the job's files."""
    _chosen(session).upload(session, job, progress)


def carrier(session: Session) -> str:
    """Who would carry the files, and why."""
    if session.options.engine == "aws":
        return "`aws s3 sync` would carry the files: ENGINE=aws"
    return "requests of our own would carry the files, checked while they pass: ENGINE=auto"


def _chosen(session: Session) -> Engine:
    """Raises UsageError where AWS names no program, whoever is to move the bytes."""
    aws.program()
    return aws if session.options.engine == "aws" else direct


def send(session: Session, folder: Path, paths: list[str], prefix: str) -> None:
    """Send these files of a folder, with nobody to tell of each: whoever asks looks afterwards."""
    if session.options.engine == "aws":
        for path in paths:
            send_one(session, folder / path, prefix + path)
    elif paths:
        sizes = {path: (folder / path).stat().st_size for path in paths}
        tags = {path: etag.expected(folder / path, size) for path, size in sizes.items()}
        job = Job(folder, paths, prefix, 0, lambda path: Content(sizes[path], tags[path]))
        direct.upload(session, job, lambda size: None)


def fetch_one(session: Session, key: str, target: Path) -> None:
    """Fetch one object to a path of its own."""
    words = ["cp", f"s3://{session.remote.bucket}/{key}", str(target)]
    aws.run(session, words, 0, lambda _: None)


def send_one(session: Session, source: Path, key: str) -> None:
    """Send one file to a key of its own."""
    words = ["cp", str(source), f"s3://{session.remote.bucket}/{key}"]
    words += children.encryption(session.remote)
    aws.run(session, words, 0, lambda _: None)


def movers(session: Session) -> int:
    """Return how many entries move their files at once."""
    return HANDS if session.options.engine == "aws" else MORE_HANDS
