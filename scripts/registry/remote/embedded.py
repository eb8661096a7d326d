"""Runs the embedded store, an S3 server on this machine for a clone without a bucket.

`rclone serve s3` on `.store/data`, on loopback only. Everything it needs is in `.store/`, which
Git ignores: the data, the keys (made at first start, mode 600), the port, the log. Whoever holds
the lock on `.store/running` is the server: a lock cannot go stale as a pid can.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from registry import files
from registry.entries import ROOT
from registry.errors import RegistryError
from registry.remote import dvc_config, location, s3

BUCKET = "registry"
PROFILE = location.EMBEDDED
HOST = "127.0.0.1"
START_SECONDS = 15.0


@dataclass(frozen=True)
class Store:
    """The store of one clone, in `folder`; `samples` is what a new one is filled from."""

    root: Path = ROOT

    @property
    def folder(self) -> Path:
        return self.root / ".store"

    @property
    def credentials(self) -> Path:
        return self.folder / "credentials"

    @property
    def endpoint(self) -> str:
        """Where it listens, or will when it is started again: clones that joined it rely on it."""
        return f"http://{HOST}:{self._read('port') or 0}"

    def as_remote(self) -> location.Remote:
        return location.Remote(
            location.EMBEDDED, BUCKET, "", self.endpoint, "", PROFILE, str(self.credentials)
        )

    def ensure(self) -> str:
        """Start it unless it runs; returns what there is to say about that, often nothing.

        However many commands ask at once, one of them starts it. Raises RegistryError when it
        does not come up.
        """
        self.folder.mkdir(exist_ok=True)
        files.keep_to_oneself(self.folder)
        with open(self.folder / "starting", "w") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            if self.is_up() and self._answers():
                self._tell_dvc()
                return ""
            self.stop()
            self._fill()
            self._make_keys()
            said = self._choose_port()
            self._start()
            self._tell_dvc()
            return said

    def is_up(self) -> bool:
        """Whether it runs, and from here: a clone that was moved has left its server behind."""
        return bool(self.pid()) and self._read("place") == str(self.folder)

    def pid(self) -> int:
        """The running server's process id; 0 when none runs."""
        with contextlib.suppress(FileNotFoundError), open(self.folder / "running") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(self._read("pid") or 0)
        return 0

    def stop(self) -> bool:
        """Stop the server, if one runs; whether there was one."""
        pid = self.pid()
        if not pid:
            return False
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)
            if _until(lambda: not self.pid(), 5):
                break
        return True

    def _read(self, name: str) -> str:
        try:
            return (self.folder / name).read_text().strip()
        except FileNotFoundError:
            return ""

    def _answers(self) -> bool:
        try:
            s3.Client(self.as_remote(), patience=1).request("GET", "", {"max-keys": "1"})
        except RegistryError:
            return False
        return True

    def _fill(self) -> None:
        """A new store gets the samples, all of them or, after a crash, none yet."""
        target = self.folder / "data" / BUCKET
        if target.exists():
            return
        half = self.folder / "data.half"
        shutil.rmtree(half, ignore_errors=True)
        samples = self.root / "examples" / "store"
        if samples.is_dir():
            shutil.copytree(samples, half)
        else:
            half.mkdir()
        target.parent.mkdir(exist_ok=True)
        half.rename(target)

    def _make_keys(self) -> None:
        if self.credentials.exists():
            return
        text = (
            f"[{PROFILE}]\n"
            f"aws_access_key_id = {secrets.token_hex(10).upper()}\n"
            f"aws_secret_access_key = {secrets.token_hex(20)}\n"
        )
        new = self.folder / "credentials.new"
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(text)
        new.rename(self.credentials)

    def _choose_port(self) -> str:
        """Keep the port of last time; take another only if somebody else sits on it, and say so."""
        old = int(self._read("port") or 0)
        if old and _is_free(old):
            return ""
        (self.folder / "port").write_text(f"{_free_port()}\n")
        if not old:
            return ""
        return f"store: port {old} is taken by another program; now at {self.endpoint}"

    def _start(self) -> None:
        with open(self.folder / "log", "w") as log, self._running_lock() as lock:
            (self.folder / "pid").unlink(missing_ok=True)  # or a stop would kill a stranger
            process = subprocess.Popen(
                [_rclone(), "serve", "s3", "STORE:", "--addr", f"{HOST}:{self._read('port')}"],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[lock.fileno()],  # the lock is held for as long as the server lives
                start_new_session=True,  # Ctrl-C on a pull must not stop it
                cwd=self.folder,
            )
            (self.folder / "pid").write_text(f"{process.pid}\n")
            (self.folder / "place").write_text(f"{self.folder}\n")
        if not _until(lambda: process.poll() is not None or self._answers(), START_SECONDS):
            self.stop()
        if process.poll() is not None:
            raise RegistryError(f"the embedded store did not start: {self._read('log')[-500:]}")

    @contextlib.contextmanager
    def _running_lock(self) -> Iterator[IO[str]]:
        with open(self.folder / "running", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield lock

    def _environment(self) -> dict[str, str]:
        """rclone's settings: by environment, so that no key is ever on a command line.

        The hasher overlay remembers each object's MD5; without it every listing would read
        every byte again.
        """
        lines = self.credentials.read_text().splitlines()[1:]
        access, secret = (line.partition(" = ")[2] for line in lines)
        own = {
            "RCLONE_CONFIG": str(self.folder / "rclone.conf"),
            "RCLONE_CACHE_DIR": str(self.folder / "cache"),
            "RCLONE_AUTH_KEY": f'"{access},{secret}"',
            "RCLONE_CONFIG_STORE_TYPE": "hasher",
            "RCLONE_CONFIG_STORE_REMOTE": str(self.folder / "data"),
            "RCLONE_CONFIG_STORE_HASHES": "md5",
            "RCLONE_CONFIG_STORE_MAX_AGE": "off",
        }
        (self.folder / "rclone.conf").touch()
        kept = {k: v for k, v in os.environ.items() if not k.startswith("RCLONE_")}
        return {**kept, **own}

    def _tell_dvc(self) -> None:
        """Note in `.dvc/config.local`, where Git does not look, how to reach it from here."""
        path = self.root / ".dvc" / "config.local"
        options = {
            "url": f"s3://{BUCKET}/{location.DVC_FOLDER}",
            "endpointurl": self.endpoint,
            # relative to the file: no folder's name can break it, and a clone may be moved
            "credentialpath": os.path.relpath(self.credentials, path.parent),
            "profile": PROFILE,
        }
        dvc_config.update(path, {f'remote "{location.EMBEDDED}"': options})


def _rclone() -> str:
    """The pinned rclone of this set-up; its `serve s3` changes from version to version."""
    return str(Path(sys.executable).parent / "rclone")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again until it is true or the time is up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.03)
    return False
