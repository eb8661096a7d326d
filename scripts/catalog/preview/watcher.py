"""Waits for a child; where the system bounds no memory, as macOS does not, it looks itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

IS_BOUNDED = sys.platform != "darwin"
PAUSE = 0.05  # seconds


def wait(child: int, most: int) -> tuple[int, bool]:
    """Return (its exit status, whether it was ended for holding more than `most` bytes)."""
    if IS_BOUNDED:
        return os.waitpid(child, 0)[1], False
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status, False
        if _memory(child) > most:
            os.kill(child, signal.SIGKILL)
            return os.waitpid(child, 0)[1], True
        time.sleep(PAUSE)


def _memory(child: int) -> int:
    """Return the bytes that it holds; 0 where nobody tells."""
    command = ["ps", "-o", "rss=", "-p", str(child)]
    try:
        said = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=1, check=False
        )
        return int(said.stdout) * 1024
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0
