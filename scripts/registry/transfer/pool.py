"""Has the requests of all jobs done by one crowd of threads, as many at once as pays.

Threads, since a small object costs 0.07 ms of Python and the rest is the system's, which runs
beside: 64 threads of one process were as quick as two processes of 32 (3,000 objects, two cores).
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

from registry import interrupt

Task = Callable[[], None]
FEWEST, MOST = 8, 128  # connections to begin with, and at most
SPARE_FILES = 100  # open files that are left to everything else
MEMORY = 2**20  # bytes that a connection may take, with its thread and its buffers
WINDOW = 0.1  # seconds that show at least how quick it is with so many connections
GAIN = 1.1  # what twice as many connections must bring, or it stays as it was
REQUEST = 32 * 1024  # bytes: what a request is worth beside what it moves


class Governor:
    """How many requests go at once: more while more gets through, fewer when the store asks."""

    def __init__(self, most: int) -> None:
        self.limit, self.most = min(FEWEST, most), most
        self._best = 0.0
        self._was_asked = False
        self._begin(time.monotonic())

    def _begin(self, now: float) -> None:
        self._since, self._requests, self._bytes = now, 0, 0

    def moved(self, count: int) -> None:
        self._bytes += count

    def done(self) -> None:
        """A request has come to its end."""
        self._requests += 1
        now = time.monotonic()
        if self._requests < 2 * self.limit or now - self._since < WINDOW:
            return
        rate = (self._bytes + self._requests * REQUEST) / (now - self._since)
        if rate > self._best * GAIN:
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


class _Batch:
    """The tasks of one job, and how far they are."""

    def __init__(self, tasks: Iterator[Task]) -> None:
        self.tasks = tasks
        self.running = 0
        self.is_drained = False
        self.failure: BaseException | None = None
        self.over = threading.Event()


class Pool:
    """The threads. `governor` says how many work at once; each ends when it finds no task."""

    def __init__(self, governor: Governor, pace: Pace) -> None:
        self.governor, self._pace = governor, pace
        self._lock = threading.Lock()
        self._batches: deque[_Batch] = deque()
        self._threads = 0

    def run(self, tasks: Iterator[Task], cut: Callable[[], None]) -> None:
        """Have all done, in no order. After a failure none is begun any more, and it is raised.

        `cut` ends what tasks wait for. Raises KeyboardInterrupt after Ctrl-C, in any thread.
        """
        batch = _Batch(tasks)
        with self._lock:
            self._batches.append(batch)
            self._hire()
        try:
            while not batch.over.wait(0.2):
                if interrupt.asked.is_set():
                    raise KeyboardInterrupt
        except BaseException as error:
            batch.failure = error
            with self._lock:
                self._drain(batch)
            while not batch.over.wait(0.05):
                cut()
        if batch.failure:
            raise batch.failure

    def pass_by(self, count: int) -> None:
        """So many bytes pass; fewer than none: they did so in vain."""
        self.governor.moved(count)
        self._pace.take(count)

    def _hire(self) -> None:
        if self._batches and self._threads < self.governor.limit:
            self._threads += 1
            threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while taken := self._next():
            batch, task = taken
            try:
                task()
            except BaseException as error:
                batch.failure = batch.failure or error
            with self._lock:
                batch.running -= 1
                self.governor.done()
                if batch.failure or batch.is_drained:
                    self._drain(batch)

    def _next(self) -> tuple[_Batch, Task] | None:
        """A task of the batch whose turn it is; None for a thread that is one too many."""
        with self._lock:
            while self._batches and self._threads <= self.governor.limit:
                batch = self._batches.popleft()
                try:
                    task = next(batch.tasks)
                except BaseException as error:
                    batch.failure = None if isinstance(error, StopIteration) else error
                    self._drain(batch)
                    continue
                batch.running += 1
                self._batches.append(batch)
                self._hire()
                return batch, task
            self._threads -= 1
            return None

    def _drain(self, batch: _Batch) -> None:
        """Begin no more of its tasks; it is over when the last one is."""
        batch.is_drained = True
        with contextlib.suppress(ValueError):
            self._batches.remove(batch)
        if not batch.running:
            batch.over.set()


def bound(asked: int) -> int:
    """How many connections this machine bears, and the person allows (0: says nothing of it)."""
    import resource

    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    bounds = [asked or MOST]
    if files != resource.RLIM_INFINITY:
        bounds.append((files - SPARE_FILES) // 2)
    with contextlib.suppress(ValueError, OSError):  # macOS does not tell
        bounds.append(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // MEMORY)
    return max(1, min(bounds))
