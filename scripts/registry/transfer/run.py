"""Follows one job that the direct engine does: its requests, and how far it is."""

from __future__ import annotations

import os
import threading
from binascii import b2a_base64
from collections.abc import Callable, Iterator
from functools import lru_cache

from registry.errors import Stalled
from registry.remote.s3 import ServerError, Silent
from registry.remote.session import Session
from registry.transfer.job import Job, Progress
from registry.transfer.pool import Pool, Task


class Run:
    """A job, its session, and the pool that does its tasks."""

    def __init__(self, session: Session, job: Job, progress: Progress, pool: Pool) -> None:
        self.job, self.client, self.pool = job, session.client, pool
        self._folder = os.path.join(job.folder, "")
        self._progress, self._moved = progress, 0
        self._lock = threading.Lock()
        self._made: set[str] = set()

    def do(self, tasks: Iterator[Task], also_cut: Callable[[], None]) -> None:
        def cut() -> None:
            self.client.cut()
            also_cut()

        self.client.hesitate = self.pool.governor.hesitate
        try:
            self.pool.run(tasks, cut, self.job.first)
        except (ServerError, Silent) as error:
            raise Stalled(f"no progress: {error}") from None

    def count(self, size: int) -> None:
        """So many more bytes have passed; fewer than none: they have to pass again."""
        self.pool.pass_by(size)
        with self._lock:
            self._moved += size
            self._progress(self._moved)

    def arrived(self, path: str, stat: os.stat_result | None = None) -> None:
        with self._lock:
            self.job.arrived(path, stat)

    def at(self, path: str) -> str:
        return self._folder + path

    def place(self, path: str) -> str:
        """Return where a file is to be written; there is a folder for it then."""
        target = self._folder + path
        parent = os.path.dirname(target)
        if parent not in self._made:
            os.makedirs(parent, exist_ok=True)
            self._made.add(parent)
        return target

    def condition(self, path: str) -> dict[str, str]:
        """Return what keeps an upload from overwriting what nobody here has seen."""
        if not self.job.over:
            return {}
        tag = self.job.over(path)
        return {"if-match": f'"{tag}"'} if tag else {"if-none-match": "*"}

    def holds(self, path: str, tag: str) -> bool:
        """Return whether the object is that already: sent before, when the answer was lost."""
        head = self.client.head(self.job.prefix + path)
        return head is not None and head.etag == tag


def as_listed(tag: str) -> dict[str, str]:
    """Return what brings the object that was listed, and no other that came after."""
    return {"if-match": f'"{tag}"'} if tag else {}


def with_md5(digest: bytes) -> dict[str, str]:
    """The MD5 of what is sent, if it is known: the store takes no other bytes then."""
    return {"content-md5": b2a_base64(digest, newline=False).decode()} if digest else {}


def media_type(path: str) -> dict[str, str]:
    """Return what kind of file its name says that it is: browsers and other tools ask for that."""
    guess = _guess(path.rpartition("/")[2].lstrip(".").partition(".")[2])
    return {"content-type": guess} if guess else {}


@lru_cache(maxsize=256)
def _guess(suffixes: str) -> str | None:
    import mimetypes  # which reads the system's list of them

    return mimetypes.guess_type(f"x.{suffixes}")[0]
