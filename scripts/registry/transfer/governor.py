"""How many requests go at once, and how many bytes a second: what pays, and what is allowed."""

from __future__ import annotations

import contextlib
import os
import threading
import time

from registry import interrupt

FEWEST, MOST = 64, 256  # connections to begin with, and at most
SPARE_FILES = 100  # open files that are left to everything else
MEMORY = 2**20  # bytes that a connection may take, with its buffers and maybe its thread
WINDOW = 0.1  # seconds that show at least how quick it is with so many connections
GAIN = 1.1  # what twice as many connections must bring, or it stays as it was
REQUEST = 32 * 1024  # bytes: what a request is worth beside what it moves
BUSY = 0.8  # part of the time from which the thread that takes the answers could take no more


class Governor:
    """How many requests go at once: more while more gets through, fewer when the store asks."""

    def __init__(self, most: int) -> None:
        self.limit, self.most = min(FEWEST, most), most
        self._best = 0.0
        self._was_asked = False
        self._begin(time.monotonic())

    def _begin(self, now: float) -> None:
        self._since, self._requests, self._bytes, self._worked = now, 0, 0, 0.0

    def moved(self, count: int) -> None:
        self._bytes += count

    def worked(self, seconds: float) -> None:
        """For so long nobody waited for an answer."""
        self._worked += seconds

    def done(self) -> None:
        """A request has come to its end."""
        self._requests += 1
        if self._requests < 2 * self.limit:
            return
        now = time.monotonic()
        if now - self._since < WINDOW:
            return
        rate = (self._bytes + self._requests * REQUEST) / (now - self._since)
        if rate > self._best * GAIN and self._worked < BUSY * (now - self._since):
            self._best = rate
            self.limit = min(self.limit + 1 if self._was_asked else self.limit * 2, self.most)
        self._begin(now)

    def hesitate(self) -> None:
        """The store is busy: half as many, and then only one more at a time."""
        now = time.monotonic()
        if not self._was_asked or now - self._since > WINDOW:
            self.limit = max(1, self.limit // 2)
            self._was_asked, self._best = True, 0.0
            self._begin(now)


class Pace:
    """Bounds how many bytes pass in a second, over all connections; 0: no bound."""

    def __init__(self, rate: float) -> None:
        self._rate, self._free = rate, 0.0
        self._lock = threading.Lock()

    def take(self, count: int) -> None:
        if not self._rate or count <= 0:
            return
        with self._lock:
            now = time.monotonic()
            self._free = max(self._free, now) + count / self._rate
            wait = self._free - now
        if wait > 0:
            interrupt.asked.wait(wait)


def bound(asked: int) -> int:
    """Return how many connections this machine bears, and the person allows (0: any number)."""
    import resource

    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    bounds = [asked or MOST]
    if files != resource.RLIM_INFINITY:
        bounds.append((files - SPARE_FILES) // 2)
    with contextlib.suppress(ValueError, OSError):  # macOS does not tell
        bounds.append(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // MEMORY)
    return max(1, min(bounds))
