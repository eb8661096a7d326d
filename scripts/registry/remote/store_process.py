"""Starts and stops the server of the embedded store: its process, its port, its lock.

Whoever holds the lock on `.store/running` is the server: a lock cannot go stale as a pid can.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

from registry.errors import RegistryError

HOST = "127.0.0.1"
START_SECONDS = 15.0


class StoreProcess:
    """The server that serves one `.store/` folder, and keeps what it must remember there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def endpoint(self) -> str:
        """Where it listens, or will when it is started again: clones that joined it rely on it."""
        return f"http://{HOST}:{self._read('port') or 0}"

    def is_up(self) -> bool:
        """Return whether it runs, and from here: a clone that moved has left its server behind."""
        return bool(self.pid()) and self._read("place") == str(self.folder)

    def pid(self) -> int:
        """Return the running server's process id; 0 when none runs."""
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

    def choose_port(self) -> str:
        """Keep the port of last time; take another only if somebody else sits on it, and say so."""
        old = int(self._read("port") or 0)
        if old and _is_free(old):
            return ""
        (self.folder / "port").write_text(f"{_free_port()}\n")
        if not old:
            return ""
        return f"store: port {old} is taken by another program; now at {self.endpoint}"

    def start(self, environment: Mapping[str, str], answers: Callable[[], bool]) -> None:
        """Start it, and wait until it answers. Raises RegistryError when it does not come up."""
        with open(self.folder / "log", "w") as log, self._running_lock() as lock:
            (self.folder / "pid").unlink(missing_ok=True)  # or a stop would kill a stranger
            process = subprocess.Popen(
                [_rclone(), "serve", "s3", "STORE:", "--addr", f"{HOST}:{self._read('port')}"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[lock.fileno()],  # the lock is held for as long as the server lives
                start_new_session=True,  # Ctrl-C on a pull must not stop it
                cwd=self.folder,
            )
            (self.folder / "pid").write_text(f"{process.pid}\n")
            (self.folder / "place").write_text(f"{self.folder}\n")
        if not _until(lambda: process.poll() is not None or answers(), START_SECONDS):
            self.stop()
        if process.poll() is not None:
            raise RegistryError(f"the embedded store did not start: {self._read('log')[-500:]}")

    @contextlib.contextmanager
    def _running_lock(self) -> Iterator[IO[str]]:
        with open(self.folder / "running", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield lock

    def _read(self, name: str) -> str:
        try:
            return (self.folder / name).read_text().strip()
        except FileNotFoundError:
            return ""


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
