"""Shows one live line of progress on a terminal, a plain line now and then in a log."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections import deque

from registry.humanize import human_bytes, human_seconds, plural

LIVE_SECONDS = 0.1
LOG_SECONDS = 10.0
RECENT_SECONDS = 10.0  # what the time that is left is judged by


class Meter:
    """Counts what several threads move. `verb` is what happens to the bytes: "fetched"."""

    def __init__(self, verb: str, files: int, size: int) -> None:
        self.verb, self.files, self.size = verb, files, size
        self.began = self._drawn = time.monotonic()
        self._lately = deque([(self.began, 0)])  # (when, bytes by then), of the last seconds
        self._moved: dict[str, int] = {}
        self._files = 0
        self._lock = threading.Lock()
        self._live = sys.stderr.isatty()

    def __enter__(self) -> Meter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def expect(self, files: int, size: int) -> None:
        """So much more is to be moved than was known before."""
        with self._lock:
            self.files, self.size = self.files + files, self.size + size

    def moved(self, who: str, count: int) -> None:
        """`who` has moved `count` bytes so far."""
        with self._lock:
            self._moved[who] = count
            self._draw()

    def finished(self, files: int) -> None:
        with self._lock:
            self._files += files
            self._draw()

    def close(self) -> None:
        """Take the live line away, to make room for what is said next."""
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    @property
    def took(self) -> str:
        """How long it has been, for a summary: "in 12 s"."""
        return f"in {human_seconds(time.monotonic() - self.began)}"

    @property
    def rate(self) -> str:
        """How quick it was, for a summary: " (3.2 MiB/s, 120 files/s)"; "" if nothing moved."""
        seconds, done = max(time.monotonic() - self.began, 0.001), sum(self._moved.values())
        if not self._files:
            return ""
        files = f"{self._files / seconds:,.0f}" if self._files > seconds else "under 1"
        return f" ({human_bytes(done / seconds)}/s, {files} files/s)"

    def _draw(self) -> None:
        now = time.monotonic()
        if now - self._drawn < (LIVE_SECONDS if self._live else LOG_SECONDS):
            return
        self._drawn = now
        text = self._text(now)
        if self._live:
            width = (shutil.get_terminal_size().columns or 80) - 1
            print(f"\r\x1b[K{text[:width]}", end="", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)

    def _speed(self, now: float, done: int) -> float:
        """Bytes a second, over the last seconds."""
        self._lately.append((now, done))
        while now - self._lately[0][0] > RECENT_SECONDS and len(self._lately) > 2:
            self._lately.popleft()
        since, before = self._lately[0]
        return max(0, done - before) / max(now - since, 0.001)

    def _text(self, now: float) -> str:
        done = min(sum(self._moved.values()), self.size)
        speed = self._speed(now, done)
        left = f", {human_seconds((self.size - done) / speed)} left" if speed else ""
        files = plural(self.files, "file")
        if self._files:  # they are counted by whole entries: at first there is nothing to count
            files = f"{self._files:,} of {files}"
        bytes_ = f"{human_bytes(done)} of {human_bytes(self.size)}"
        return f"{self.verb} {bytes_}, {files}, {human_bytes(speed)}/s{left}"
