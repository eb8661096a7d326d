"""Shows one live line of progress on a terminal, a plain line now and then in a log."""

from __future__ import annotations

import shutil
import sys
import threading
import time

from registry.humanize import human_bytes, human_seconds, plural

LIVE_SECONDS = 0.1
LOG_SECONDS = 10.0


class Meter:
    """Counts what several threads move. `verb` is what happens to the bytes: "fetched"."""

    def __init__(self, verb: str, files: int, size: int) -> None:
        self.verb, self.files, self.size = verb, files, size
        self.began = self._drawn = time.monotonic()
        self._moved: dict[str, int] = {}
        self._files = 0
        self._lock = threading.Lock()
        self._live = sys.stderr.isatty()

    def __enter__(self) -> Meter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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

    def _text(self, now: float) -> str:
        done = min(sum(self._moved.values()), self.size)
        speed = done / max(now - self.began, 0.001)
        left = f", {human_seconds((self.size - done) / speed)} left" if speed else ""
        files = plural(self.files, "file")
        if self._files:  # they are counted by whole entries: at first there is nothing to count
            files = f"{self._files:,} of {files}"
        bytes_ = f"{human_bytes(done)} of {human_bytes(self.size)}"
        return f"{self.verb} {bytes_}, {files}, {human_bytes(speed)}/s{left}"
