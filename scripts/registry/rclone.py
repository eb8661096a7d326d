"""The engine for plans of many small files: `rclone copy` over the same stage.

It decides nothing: it fetches what a stage lacks that holds all but the wanted files, or sends what
a list names. Whether the bytes arrived is seen afterwards, in our own listing and on our own disk,
so its own checks are left out.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from registry import child, credentials, etag, rooms
from registry.cargo import Cargo
from registry.child import NotStarted, Progress, Sign
from registry.errors import RegistryError
from registry.session import Session

TRANSFERS = 64  # at a 40 ms round trip 64 took 7 s where 16 took 13 s; no slower on loopback
SECONDS = 12  # a silent server gets for each of three tries
UNUSABLE = {2, 126, 127}  # exit codes of a program that did not understand us, or did not run
_Complaint = tuple[str, str]  # the file that it is of, or "", and what rclone said
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
    """rclone ended with an error; other files than those it complains of may have been sent.

    `silence`: seconds in which the server had given no sign of life.
    """

    def __init__(self, code: int, complaints: list[_Complaint], silence: float = 0) -> None:
        super().__init__(f"rclone copy: {_last_words(complaints, code)}")
        self.silence = silence
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


def fetch(session: Session, cargo: Cargo, progress: Progress) -> None:
    """Fetch the cargo's paths and nothing else, at the price of a HEAD for each."""
    words = [_there(session, cargo), str(cargo.folder), _LISTED, "--inplace"]
    _copy(session, [*words, "--use-server-modtime"], cargo.keys, progress, cargo.paths)


def upload(session: Session, cargo: Cargo, progress: Progress) -> None:
    """Send the cargo's paths from where they are: making a link to each costs more than this."""
    words = [str(cargo.folder), _there(session, cargo), _LISTED, "--copy-links"]
    words += ["--no-check-dest", "--s3-no-head"]
    _copy(session, words, cargo.keys, progress, cargo.paths)


def _copy(
    session: Session,
    words: list[str],
    keys: int,
    progress: Progress,
    paths: Iterable[str] = (),
) -> None:
    """Raises NotStarted where there is no rclone that runs, Failed or Stalled when it fails.

    `paths`: what it reads from its standard input, one a line.
    """
    command = [program(), "copy", *words, *_COMMON]
    patience = child.STALL_SECONDS + keys / 1000
    with tempfile.TemporaryFile(dir=session.root / rooms.ROOM) as names:  # a crash leaves none
        names.writelines(path.encode() + b"\n" for path in paths)
        names.seek(0)
        end = child.run(
            session, command, _environment(session), patience, _Reader(), progress, names
        )
    complaints = _complaints(end.errors)
    if end.code in UNUSABLE or end.code < 0:
        raise NotStarted(f"rclone: {_last_words(complaints, end.code)}")
    if end.code:
        raise Failed(end.code, complaints, end.silence)


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
        "RCLONE_TIMEOUT": f"{SECONDS}s",
        "RCLONE_CONTIMEOUT": "5s",
        "RCLONE_LOW_LEVEL_RETRIES": "3",
        "RCLONE_RETRIES": "1",
        "RCLONE_CA_CERT": os.environ.get("AWS_CA_BUNDLE", ""),
    }
    kept = {n: v for n, v in credentials.environment(there).items() if not n.startswith("RCLONE_")}
    return {**kept, **{name: value for name, value in own.items() if value or name[7:] == "CONFIG"}}


class _Reader:
    """Reads rclone's JSON log. Its count of bytes takes in those that it sends a second time."""

    def __init__(self) -> None:
        self._rest = b""
        self._answers = 0
        self._reached: dict[str, int] = {}  # of the files that are under way: most bytes so far

    def __call__(self, block: bytes) -> Sign:
        *lines, self._rest = (self._rest + block).split(b"\n")
        entries = [entry for line in lines if (entry := _parse(line))]
        failed = any(entry.get("level") == "error" for entry in entries)
        told = [entry["stats"] for entry in entries if "stats" in entry]
        return self._state(told[-1], failed) if told else Sign(failed=failed)

    def _state(self, stats: dict[str, Any], failed: bool) -> Sign:
        before = self._reached
        under_way = {file["name"]: file.get("bytes", 0) for file in stats.get("transferring", [])}
        further = sum(max(n - before.get(name, 0), 0) for name, n in under_way.items())
        self._reached = {name: max(n, before.get(name, 0)) for name, n in under_way.items()}
        answers = sum(stats.get(name, 0) for name in ("listed", "checks", "transfers"))
        done, self._answers = answers > self._answers, answers
        return Sign(stats.get("bytes"), further, done, failed)


def _complaints(errors: bytes) -> list[_Complaint]:
    """The errors in rclone's JSON log, and lines that are none of it."""
    told = []
    for line in errors.splitlines():
        entry = _parse(line)
        if entry is None:
            told.append(("", line.decode("utf-8", "replace").strip()))
        elif entry.get("level") in ("error", "critical"):
            told.append((entry.get("object", ""), entry["msg"].strip()))
    return told


def _parse(line: bytes) -> dict[str, Any] | None:
    """A line of the JSON log; None for any other."""
    try:
        entry = json.loads(line.decode("utf-8", "replace"))
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def _last_words(complaints: list[_Complaint], code: int) -> str:
    told = [" ".join(filter(None, words)) for words in complaints]
    return " | ".join(told[-3:]) or f"it ended with code {code}"
