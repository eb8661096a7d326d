"""Follows one job that the direct engine does: its requests, and how far it is."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

from registry.errors import Stalled
from registry.remote.capabilities import UNMET
from registry.remote.http import Answer, Sink, Source
from registry.remote.s3 import Denied, Overtaken, ServerError, Silent
from registry.remote.session import Session
from registry.transfer.job import Content, Job, Progress
from registry.transfer.pool import Pool, Task


class Run:
    """A job, its session, and the pool that does its tasks."""

    def __init__(self, session: Session, job: Job, progress: Progress, pool: Pool) -> None:
        self.job, self.client, self.pool = job, session.client, pool
        self._folder = os.path.join(job.folder, "")
        self._progress, self._moved = progress, 0
        self._lock = threading.Lock()
        self._made: set[str] = set()

    def do(self, tasks: Iterator[Task]) -> None:
        self.client.hesitate = self.pool.governor.hesitate
        try:
            self.pool.run(tasks, self.client.cut)
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
        """Where a file is to be written; there is a folder for it then."""
        target = self._folder + path
        parent = os.path.dirname(target)
        if parent not in self._made:
            os.makedirs(parent, exist_ok=True)
            self._made.add(parent)
        return target

    def get(self, path: str, content: Content, sink: Sink, span: str = "") -> Answer:
        """Fetch the object that was listed, or one part of it, and no other that came after."""
        headers = {"if-match": f'"{content.etag}"'} if content.etag else {}
        if span:
            headers["range"] = f"bytes={span}"
        return self.ask("GET", path, {}, b"", headers, sink)

    def condition(self, path: str) -> dict[str, str]:
        """What keeps an upload from overwriting what nobody here has seen."""
        if not self.job.over:
            return {}
        tag = self.job.over(path)
        return {"if-match": f'"{tag}"'} if tag else {"if-none-match": "*"}

    def holds(self, path: str, tag: str) -> bool:
        """Whether the object is that already: sent before, when the answer was lost."""
        head = self.client.head(self.job.prefix + path)
        return head is not None and head.etag == tag

    def put(self, path: str, body: bytes | Source, headers: dict[str, str]) -> Answer:
        return self.ask("PUT", path, {}, body, {**headers, **media_type(path)})

    def ask(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        body: bytes | Source = b"",
        headers: dict[str, str] | None = None,
        sink: Sink | None = None,
    ) -> Answer:
        """One request. Raises Denied, naming the file, for a no that is final."""
        try:
            return self.client.request(method, self.job.prefix + path, query, body, headers, sink)
        except Denied as error:
            kind = Overtaken if error.status in UNMET else Denied
            raise kind(error.status, error.code, f"{path}: {_reason(error)}") from None


def _reason(error: Denied) -> str:
    if error.status in UNMET:
        return "it changed in S3 meanwhile: run again"
    return str(error)


def media_type(path: str) -> dict[str, str]:
    """What kind of file its name says that it is: browsers and other tools ask for that."""
    import mimetypes  # which reads the system's list of them

    guess = mimetypes.guess_type(path)[0]
    return {"content-type": guess} if guess else {}
