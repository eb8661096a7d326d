"""Moves bytes by `aws s3 sync`, with ENGINE=aws."""

from __future__ import annotations

import os
import re
import shutil
import sys

from registry.errors import RegistryError, UsageError
from registry.remote import children
from registry.remote.session import Session
from registry.transfer import process, watchdog
from registry.transfer.job import Job, Progress
from registry.transfer.watchdog import Sign

CONNECT_SECONDS = 5
READ_SECONDS = 12
ATTEMPTS = 3
_UNITS = {"Bytes": 1, "Byte": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_DONE = re.compile(rb"Completed ([\d.]+) (\w+)/")


def download(session: Session, job: Job, progress: Progress) -> None:
    """Fetch what the stage lacks of the objects below the prefix; same size counts as there.

    Without being forced, aws skips what was in an archive even once it is restored.
    """
    words = ["sync", "--size-only", "--force-glacier-transfer"]
    words += [_url(session, job), str(job.folder)]
    if job.fill:
        job.fill()
    else:
        words += ["--exclude=*", *(f"--include={_literally(path)}" for path in job.paths)]
    run(session, words, job.keys, progress)


def upload(session: Session, job: Job, progress: Progress) -> None:
    """Send what a stage with exactly the job's paths holds."""
    assert job.stage
    words = ["sync", str(job.stage()), _url(session, job), *children.encryption(session.remote)]
    run(session, words, job.keys, progress)


def run(session: Session, words: list[str], keys: int, progress: Progress) -> None:
    """Run an `aws s3` command. `keys`: how many objects it has to list before it begins.

    Raises RegistryError with aws's own words when it fails or hangs, KeyboardInterrupt when the
    session is stopping.
    """
    patience = watchdog.STALL_SECONDS + keys / 1000  # a page of a thousand keys may take a second
    command = [*program(), "s3", *words, *_options(session)]
    end = process.run(command, _environment(session), patience, _Reader(), progress)
    if end.code:
        raise RegistryError(f"aws s3 {words[0]}: {_last_words(end.errors, end.code)}")


def program() -> list[str]:
    """Return the aws command: AWS=/path/to/aws, or the pinned one of this set-up.

    Raises UsageError when AWS names no program.
    """
    named = os.environ.get("AWS")
    if named and not shutil.which(named):
        raise UsageError(f"AWS={named!r} is no program: name one, or leave it out")
    return [named] if named else [sys.executable, "-m", "awscli"]


def _url(session: Session, job: Job) -> str:
    return f"s3://{session.remote.bucket}/{job.prefix}"


def _literally(path: str) -> str:
    """A pattern that only this path fits."""
    return re.sub(r"([*?[])", r"[\1]", path)


def _options(session: Session) -> list[str]:
    options = ["--cli-connect-timeout", str(CONNECT_SECONDS), "--cli-read-timeout"]
    options += [str(READ_SECONDS), *children.options(session.remote, session.client.region)]
    return options


def _environment(session: Session) -> dict[str, str]:
    client = session.client
    env = children.environment(session.remote, client.credentials, client.region)
    env.setdefault("AWS_RETRY_MODE", "standard")
    env.setdefault("AWS_MAX_ATTEMPTS", str(ATTEMPTS))
    return env


class _Reader:
    """Reads what aws says of each file, and of how far it is."""

    def __init__(self) -> None:
        self._most = 0

    def __call__(self, block: bytes) -> Sign:
        moved = max((_bytes(*done) for done in _DONE.findall(block)), default=0)
        further, self._most = max(moved - self._most, 0), max(moved, self._most)
        return Sign(moved, further, done=b"load: " in block, failed=b"load failed: " in block)


def _bytes(number: bytes, unit: bytes) -> int:
    return int(float(number) * _UNITS.get(unit.decode(), 1))


def _last_words(errors: bytes, code: int) -> str:
    lines = [line.strip() for line in errors.decode("utf-8", "replace").splitlines()]
    told = [line for line in lines if line and not line.startswith("Completed")]
    return " | ".join(told[-3:]) or f"it ended with code {code}"
