"""The engine for plans of many small files: `rclone copy`.

It decides nothing: it moves what a list names. Whether the bytes arrived is seen afterwards, in our
own listing and on our own disk, so its own checks are left out.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from registry import workspace
from registry.errors import RegistryError
from registry.remote import children, etag
from registry.remote.session import Session
from registry.transfer import process, rclone_log, watchdog
from registry.transfer.job import Cargo
from registry.transfer.process import NotStarted, Progress
from registry.transfer.rclone_log import Complaint, Reader

TRANSFERS = 64  # at a 40 ms round trip 64 took 7 s where 16 took 13 s; no slower on loopback
SECONDS = 12  # a silent server gets for each of three tries
SEVERAL_STREAMS = 256 * 2**20  # bytes: what rclone fetches in several streams, if it knows the size
UNUSABLE = {2, 126, 127}  # exit codes of a program that did not understand us, or did not run
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

SILENT = 10.0  # seconds without a sign of life that an error has to tell of


class Failed(RegistryError):
    """rclone ended with an error; other files than those it complains of may have been sent.

    `silence`: seconds in which the server had given no sign of life.
    """

    def __init__(self, code: int, complaints: list[Complaint], silence: float = 0) -> None:
        words = rclone_log.last_words(complaints, code)
        if silence > SILENT:
            words = f"no progress for {silence:.0f} s; is the remote up? {words}"
        super().__init__(f"rclone copy: {words}")
        self.silence = silence
        self.files = [file for file, _ in complaints if file]

    def is_of(self, cargo: Cargo) -> bool:
        """Whether it concerns this part of a joint cargo; what names no file concerns all."""
        return not self.files or any(file.startswith(cargo.name) for file in self.files)


def download(session: Session, cargo: Cargo, progress: Progress) -> None:
    """Fetch the cargo's paths and nothing else.

    Times become the objects' own, or a plain `aws s3 sync` would move everything again.
    """
    words = [_there(session, cargo), str(cargo.folder), _LISTED, "--inplace"]
    if cargo.largest < SEVERAL_STREAMS:
        words.append("--s3-no-head-object")  # what is small needs no size in advance
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
    patience = watchdog.STALL_SECONDS + keys / 1000
    with tempfile.TemporaryFile(dir=session.root / workspace.ROOM) as names:  # a crash leaves none
        names.writelines(path.encode() + b"\n" for path in paths)
        names.seek(0)
        env, reader = _environment(session), Reader()
        end = process.run(command, env, patience, reader, progress, names)
    complaints = reader.complaints()
    if end.code in UNUSABLE or end.code < 0:
        raise NotStarted(f"rclone: {rclone_log.last_words(complaints, end.code)}")
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
    remote, keys = session.remote, session.client.credentials.keys()
    child = children.environment(remote, session.client.credentials, session.client.region)
    own = {
        "RCLONE_CONFIG": "",
        "RCLONE_S3_PROVIDER": "Other" if remote.address else "AWS",
        "RCLONE_S3_ACCESS_KEY_ID": keys.access,
        "RCLONE_S3_SECRET_ACCESS_KEY": keys.secret,
        "RCLONE_S3_SESSION_TOKEN": keys.token,
        "RCLONE_S3_ENDPOINT": remote.address,
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
        "RCLONE_CA_CERT": child.get("AWS_CA_BUNDLE", ""),
        "RCLONE_NO_CHECK_CERTIFICATE": "" if remote.verifies else "true",
        "RCLONE_S3_FORCE_PATH_STYLE": str(not remote.is_virtual).lower(),
        "RCLONE_S3_SERVER_SIDE_ENCRYPTION": remote.sse,
        "RCLONE_S3_SSE_KMS_KEY_ID": remote.sse_kms_key_id,
    }
    kept = {n: v for n, v in child.items() if not n.startswith("RCLONE_")}
    return {**kept, **{name: value for name, value in own.items() if value or name[7:] == "CONFIG"}}
