"""A running command and all that it started, and what became of it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

# How long anything may take before it counts as hanging. Far more than the slowest machine needs:
# what takes how long is no business of a test, but for those that compare with a healthy run.
SECONDS = 900.0
PR_CAPBSET_DROP = 24
IS_LINUX = os.path.isdir("/proc/self")

# Commands heed Ctrl-C as from a shell at a terminal, also where the tests run in the background:
# what is ignored here would be ignored by all that is started. (A preexec_fn would do it too, for
# ten times the cost of a start.)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass
class Run:
    """A finished command: exit code, what it said, and what it left running."""

    command: list[str]
    code: int
    out: str
    err: str
    seconds: float
    left_running: list[str]

    @property
    def said(self) -> str:
        return self.out + self.err

    def __str__(self) -> str:
        """Everything, as a failed assertion should show it."""
        head = f"{' '.join(self.command)}: exit {self.code} after {self.seconds:.1f} s"
        return f"{head}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"

    __repr__ = __str__


class Process:
    """A running command and all that it started, known by a tag in their environment."""

    def __init__(
        self, command: list[str], cwd: Path, env: Mapping[str, str], is_plain_user: bool = False
    ) -> None:
        self.command = command
        self.tag = f"TEST_RUN={secrets.token_hex(8)}"
        self.began = time.monotonic()
        self._older = set(_processes())
        self._is_over = False
        self._out = tempfile.TemporaryFile()  # noqa: SIM115  # read when the command has ended
        self._err = tempfile.TemporaryFile()  # noqa: SIM115
        name, _, value = self.tag.partition("=")
        self.popen = subprocess.Popen(
            command, cwd=cwd, env={**env, name: value}, stdin=subprocess.DEVNULL,
            stdout=self._out, stderr=self._err, start_new_session=True,
            preexec_fn=_give_up_rights if is_plain_user else None,
        )  # fmt: skip

    def interrupt(self) -> None:
        """Ctrl-C, as a terminal sends it: to the whole group."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """Everything of this run dies at this moment, as in a power cut."""
        if self._is_over:
            return
        self._signal(signal.SIGKILL)
        for pid in self._pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def said_so_far(self) -> str:
        """What it told the person up to now."""
        return os.pread(self._err.fileno(), 2**20, 0).decode(errors="replace")

    def wait(self, timeout: float = SECONDS) -> Run:
        """The end of it. Raises TimeoutExpired, after killing it, when that does not come."""
        _wait_for_end(self.popen.pid, timeout)
        try:
            code = self.popen.wait(0 if IS_LINUX else timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            self.popen.wait()
            raise AssertionError(f"no end after {timeout} s: {self._run(-1, [])}") from None
        seconds = time.monotonic() - self.began
        left = self._left_running()
        if left:
            self.kill()
        self._is_over = True
        return self._run(code, left, seconds)

    def _run(self, code: int, left: list[str], seconds: float = 0) -> Run:
        texts = []
        for file in (self._out, self._err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
        return Run(self.command, code, texts[0], texts[1], seconds, left)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, number)

    def wait_for_pids(self, count: int) -> list[int]:
        """The live processes of this run, as soon as there are so many (2 minutes at most)."""
        end = time.monotonic() + 120
        while len(pids := self._pids()) < count and time.monotonic() < end:
            time.sleep(0.02)
        return pids

    def _left_running(self) -> list[str]:
        """Command lines of what still runs; those that are just ending get a moment."""
        end = time.monotonic() + 60
        while (pids := self._pids()) and time.monotonic() < end:
            time.sleep(0.02)
        return [_command_line(pid) for pid in pids]

    def _pids(self) -> list[int]:
        """Live processes with our tag; where there is no /proc, those of our group."""
        if not IS_LINUX:
            ps = subprocess.run(
                ["pgrep", "-g", str(self.popen.pid)], capture_output=True, text=True, check=False
            )
            return [int(pid) for pid in ps.stdout.split()]
        pids = []
        for name in _processes():
            if name in self._older:
                continue
            with contextlib.suppress(OSError), open(f"/proc/{name}/environ", "rb") as file:
                if self.tag.encode() in file.read().split(b"\0"):
                    pids.append(int(name))
        return pids


def wait_for_all(*processes: Process) -> list[Run]:
    """The end of each, looked at when it comes: one after the other, a quick one would seem to have
    taken as long as a slow one before it."""
    with ThreadPoolExecutor(len(processes)) as pool:
        return list(pool.map(Process.wait, processes))


def _wait_for_end(pid: int, timeout: float) -> None:
    """Popen's own way looks every 50 ms, and a test runs dozens of commands."""
    if IS_LINUX:
        ended = os.pidfd_open(pid)
        try:
            select.select([ended], [], [], timeout)
        finally:
            os.close(ended)


def _processes() -> list[str]:
    """The ids of all processes, where the system tells them."""
    return [name for name in os.listdir("/proc") if name.isdigit()] if IS_LINUX else []


def _give_up_rights() -> None:
    """Without the rights that let root read and write everything (capabilities(7))."""
    if os.geteuid() == 0:
        prctl = ctypes.CDLL(None).prctl
        for right in range(64):
            prctl(PR_CAPBSET_DROP, right, 0, 0, 0)


def _command_line(pid: int) -> str:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read().replace(b"\0", b" ").decode(errors="replace")
    return str(pid)
