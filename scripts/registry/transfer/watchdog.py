"""Waits for a program that says nothing of how far it is, such as DVC, and ends it when it hangs.

DVC's own patience with a silent server is minutes, for each file. Linux tells what a process reads,
writes, computes and has queued to be sent; macOS does not, and there it is waited for.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from registry import interrupt
from registry.errors import Stalled

STALL_SECONDS = 40.0  # no sign of progress for so long: it hangs
BUFFERED = 64 * 2**20  # bytes: what all connections together may hold that never went out
NO_EFFORT = 256 * 1024  # bytes: what drawing progress bars and trying again cost in that time
JUST_BEFORE = 1.0  # seconds before a file's failure is said: what is counted then is its own
MOST_AT_ONCE = 100  # files that may fail in one moment
TICK_BYTES = 512  # a hundredth of a second of computing counts as so many bytes


def wait(process: subprocess.Popen[str], name: str) -> tuple[str, str | None]:
    """Return what it printed, and its errors.

    Raises Stalled when it hangs, KeyboardInterrupt after Ctrl-C, in whichever thread this is.
    """
    last, seen = time.monotonic(), 0
    while True:
        if interrupt.asked.is_set():
            raise KeyboardInterrupt
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=0.5)
        effort = _effort(process.pid)
        if effort is None or effort > seen + NO_EFFORT or _is_sending(process.pid):
            last, seen = time.monotonic(), effort or 0
        if time.monotonic() - last > STALL_SECONDS:
            raise Stalled(f"{name}: no progress for {STALL_SECONDS:.0f} s: is the remote up?")


def _effort(pid: int) -> int | None:
    """Bytes that went from or to files, and computing; None where the system does not tell.

    What comes from the network is written to a file soon.
    """
    try:
        moved = Path(f"/proc/{pid}/io").read_text().split()[1:4:2]
        ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return None
    return sum(map(int, moved)) + sum(map(int, ticks)) * TICK_BYTES


def _is_sending(pid: int) -> bool:
    """Whether it has bytes queued on a connection that gets them through: a slow line is no hang.

    Source: https://docs.kernel.org/networking/proc_net_tcp.html
    """
    try:
        own = {os.readlink(handle) for handle in Path(f"/proc/{pid}/fd").iterdir()}
        tables = [Path(f"/proc/{pid}/net/{name}").read_text() for name in ("tcp", "tcp6")]
    except OSError:
        return False
    for row in (line.split() for table in tables for line in table.splitlines()[1:]):
        queued, retried, inode = int(row[4].partition(":")[0], 16), int(row[6], 16), row[9]
        if queued and not retried and f"socket:[{inode}]" in own:
            return True
    return False


@dataclass(frozen=True)
class Sign:
    """What a piece of its talk tells."""

    moved: int | None = None  # bytes so far; None: nothing said
    further: int = 0  # bytes by which files got further than they ever were
    done: bool = False  # a file has arrived
    failed: bool = False


class Pulse:
    """When it last gave a sign of life: a file that arrived, or bytes.

    Bytes on their way out prove little: they wait in buffers, a next file's follow each one's that
    failed, and aws counts the failed ones' too, just before it says so. So once a file has failed
    they must be more than buffers hold.
    """

    def __init__(self) -> None:
        self._signs = [time.monotonic()]
        self._gained = 0
        self._troubled = False

    def silence(self) -> float:
        """Seconds since then."""
        return time.monotonic() - self._signs[-1]

    def feel(self, sign: Sign) -> None:
        now = time.monotonic()
        self._gained += sign.further
        if sign.done:
            self._signs = [now]
            self._gained, self._troubled = 0, False
        elif self._gained > (BUFFERED if self._troubled else 0):
            self._signs = [*self._signs[-MOST_AT_ONCE:], now]
            self._gained = 0
        if sign.failed:
            self._take_back(now)

    def _take_back(self, now: float) -> None:
        """The last bytes before a file failed were its own, and so are all of that moment: several
        fail at once."""
        sure = [when for when in self._signs[:-1] if now - when > JUST_BEFORE]
        self._signs, self._troubled = (sure or self._signs[:1])[-1:], True
