"""The engine for plans of many small files: `rclone copy` over the same stage.

It decides nothing: it fetches what a stage lacks that holds all but the wanted files, or sends what
a list names. Whether the bytes arrived is seen afterwards, in our own listing and on our own disk,
so its own checks are left out.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from registry import child, credentials, etag, rooms
from registry.cargo import Cargo
from registry.child import NotStarted, Progress, Sign
from registry.errors import RegistryError
from registry.session import Session

TRANSFERS = 64  # at a 40 ms round trip 64 took 7 s where 16 took 13 s; no slower on loopback
SECONDS = 12  # a silent server gets for each of three tries
UNUSABLE = {2, 126, 127}  # exit codes of a program that did not understand us, or did not run
_Complaint = tuple[str, str]  # the file that it is of, or "", and what rclone said
_BYTES = re.compile(rb'"bytes":(\d+)')
_LISTED = "--files-from-raw=-"
_COMMON = [
    "--ignore-checksum",
    "--no-update-dir-modtime",
    "--use-json-log",
    "--stats=500ms",
    "--stats-log-level=NOTICE",
    "--buffer-size=1Mi",
    f"--transfers={TRANSFERS}",
    f"--checkers={TRANSFERS}",
]


class Failed(RegistryError):
    """rclone ended with an error; other files than those it complains of may have been sent."""

    def __init__(self, code: int, complaints: list[_Complaint]) -> None:
        super().__init__(f"rclone copy: {_last_words(complaints, code)}")
        self.files = [file for file, _ in complaints if file]

    def is_of(self, cargo: Cargo) -> bool:
        """Whether it concerns this part of a joint cargo; what names no file concerns all."""
        return not self.files or any(file.startswith(cargo.name) for file in self.files)


def download(session: Session, cargo: Cargo, progress: Progress) -> None:
    """Fetch what the stage lacks of the objects below the prefix; same size counts as there.

    Times become the objects' own, or a plain `aws s3 sync` would move everything again.
    """
    if cargo.by_name:
        return fetch(session, cargo, progress)
    words = [_there(session, cargo), str(cargo.folder), "--size-only", "--use-server-modtime"]
    _copy(session, [*words, "--inplace", "--fast-list"], cargo.keys, progress)


def fetch(session: Session, cargo: Cargo, progress: Progress, seconds: int = SECONDS) -> None:
    """Fetch the cargo's paths and nothing else, at the price of a HEAD for each."""
    words = [_there(session, cargo), str(cargo.folder), _LISTED, "--inplace"]
    _copy(session, [*words, "--use-server-modtime"], cargo.keys, progress, seconds, cargo.paths)


def upload(session: Session, cargo: Cargo, progress: Progress, seconds: int = SECONDS) -> None:
    """Send the cargo's paths from where they are: making a link to each costs more than this."""
    words = [str(cargo.folder), _there(session, cargo), _LISTED, "--copy-links"]
    words += ["--no-check-dest", "--s3-no-head"]
    _copy(session, words, cargo.keys, progress, seconds, cargo.paths)


def _copy(
    session: Session,
    words: list[str],
    keys: int,
    progress: Progress,
    seconds: int = SECONDS,
    paths: Iterable[str] = (),
) -> None:
    """Raises NotStarted where there is no rclone that runs, RegistryError when it fails.

    `paths`: what it reads from its standard input, one a line.
    """
    command = [program(), "copy", *words, *_COMMON]
    patience = child.STALL_SECONDS + keys / 1000
    env = {**_environment(session), "RCLONE_TIMEOUT": f"{seconds}s"}
    with tempfile.TemporaryFile(dir=session.root / rooms.ROOM) as names:  # a crash leaves none
        names.writelines(path.encode() + b"\n" for path in paths)
        names.seek(0)
        code, errors = child.run(session, command, env, patience, _Reader(), progress, names)
    complaints = _complaints(errors)
    if code in UNUSABLE or code < 0:
        raise NotStarted(f"rclone: {_last_words(complaints, code)}")
    if code:
        raise Failed(code, complaints)


def _there(session: Session, cargo: Cargo) -> str:
    return f":s3:{session.remote.bucket}/{cargo.prefix}"


def program() -> str:
    """The pinned rclone of this set-up."""
    return str(Path(sys.executable).parent / "rclone")


def _environment(session: Session) -> dict[str, str]:
    """rclone's settings; keys too, so that none is ever on a command line or in a file.

    Keys that do not last, as SSO's, are those of this moment.
    """
    there, keys = session.remote, session.client.credentials.keys()
    own = {
        "RCLONE_CONFIG": "",
        "RCLONE_S3_PROVIDER": "Other" if there.address else "AWS",
        "RCLONE_S3_ACCESS_KEY_ID": keys.access,
        "RCLONE_S3_SECRET_ACCESS_KEY": keys.secret,
        "RCLONE_S3_SESSION_TOKEN": keys.token,
        "RCLONE_S3_ENDPOINT": there.address,
        "RCLONE_S3_REGION": session.client.region,
        "RCLONE_S3_LIST_VERSION": "2",
        "RCLONE_S3_NO_CHECK_BUCKET": "true",
        "RCLONE_S3_UPLOAD_CUTOFF": f"{etag.PART}B",
        "RCLONE_S3_CHUNK_SIZE": f"{etag.PART}B",
        "RCLONE_S3_ENCODING": "None",  # names travel as they are
        "RCLONE_LOCAL_ENCODING": "None",
        "RCLONE_CONTIMEOUT": "5s",
        "RCLONE_LOW_LEVEL_RETRIES": "3",
        "RCLONE_RETRIES": "1",
        "RCLONE_CA_CERT": os.environ.get("AWS_CA_BUNDLE", ""),
    }
    kept = {n: v for n, v in credentials.environment(there).items() if not n.startswith("RCLONE_")}
    return {**kept, **{name: value for name, value in own.items() if value or name[7:] == "CONFIG"}}


class _Reader:
    """Reads rclone's JSON log: a change in the count of bytes is the sign of life."""

    def __init__(self) -> None:
        self.last = -1

    def __call__(self, block: bytes) -> Sign:
        counts = [int(found) for found in _BYTES.findall(block)]
        moved = max(counts, default=None)
        alive, self.last = moved is not None and moved > self.last, max(self.last, moved or 0)
        return Sign(moved, alive)


def _complaints(errors: bytes) -> list[_Complaint]:
    """The errors in rclone's JSON log, and lines that are none of it."""
    told = []
    for line in errors.decode("utf-8", "replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            told.append(("", line.strip()))
            continue
        if entry.get("level") in ("error", "critical"):
            told.append((entry.get("object", ""), entry["msg"].strip()))
    return told


def _last_words(complaints: list[_Complaint], code: int) -> str:
    told = [" ".join(filter(None, words)) for words in complaints]
    return " | ".join(told[-3:]) or f"it ended with code {code}"
