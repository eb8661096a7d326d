"""Moves bytes by requests of our own over kept-alive connections, checked while they pass.

What comes is written once and not read again: its MD5 is taken on the way. What goes is sent with
its MD5, and the ETag that the store answers is compared.
"""

from __future__ import annotations

import contextlib
import threading
from binascii import b2a_base64
from collections.abc import Iterator

from registry.remote import etag
from registry.remote.capabilities import UNMET
from registry.remote.http import Source
from registry.remote.s3 import Denied
from registry.remote.session import Session
from registry.transfer import parts
from registry.transfer.files import Changed, Landing, Parting
from registry.transfer.governor import Governor, Pace, bound
from registry.transfer.job import Content, Job, Progress
from registry.transfer.order import Order, Outcome
from registry.transfer.pool import Pool, Task
from registry.transfer.run import Run, as_listed, media_type

ATTEMPTS = 2  # for an object whose bytes come damaged
# Bytes from which an object comes in several requests: if its ETag is of its parts, and if its MD5
# needs all of it in a row, so that it has to be read again.
IN_PARTS, IN_SPITE_OF_MD5 = 2 * etag.PART, 16 * etag.PART
SMALL = 256 * 1024  # bytes up to which a file is nothing that a thread has to wait for
_making = threading.Lock()
_pools: list[Pool] = []  # the one of this command, once it is needed


def download(session: Session, job: Job, progress: Progress) -> None:
    """Fetch the job's paths. Raises RegistryError; what came until then stays."""
    run = Run(session, job, progress, _pool(session))
    run.do(_downloads(run))


def upload(session: Session, job: Job, progress: Progress) -> None:
    """Send the job's paths from where they are. Raises RegistryError."""
    run, begun = Run(session, job, progress, _pool(session)), list[parts.Upload]()
    try:
        run.do(_uploads(run, begun))
    finally:
        for one in begun:
            one.give_up(session.hasty().client)


def _pool(session: Session) -> Pool:
    with _making:
        if not _pools:
            options = session.options
            _pools.append(Pool(Governor(bound(options.connections)), Pace(options.limit)))
        return _pools[0]


def _downloads(run: Run) -> Iterator[Task]:
    for path in run.job.paths:
        content = run.job.content(path)
        if content.size <= SMALL:
            yield _Fetch(run, path, content)
        elif content.size < (IN_PARTS if "-" in content.etag else IN_SPITE_OF_MD5):
            yield _Fetch(run, path, content).carry_out
        else:
            yield from parts.Download(run, path, content).tasks()


class _Fetch(Order):
    """Brings an object to its place."""

    def __init__(self, run: Run, path: str, content: Content) -> None:
        self.run, self.content = run, content
        self.landing = Landing(run.place(path), run.count)
        super().__init__(run, path, "GET", headers=as_listed(content.etag), sink=self.landing)

    def settle(self, tried: Outcome) -> None:
        for _ in range(ATTEMPTS):
            landing, content = self.landing, self.content
            try:
                answer = self.answer(tried)
                stat = landing.finish(answer.headers.get("last-modified", ""))
            finally:
                landing.close()
            if content.is_of([landing.digest]) and content.size in (-1, landing.size):
                return self.run.arrived(self.path, stat)
            if answer.hides_bytes or "-" in content.etag:
                return  # its ETag does not tell on the way: it is looked at afterwards
            tried = None


def _uploads(run: Run, begun: list[parts.Upload]) -> Iterator[Task]:
    """Nobody is told of a file that changes meanwhile: whoever asked for it looks, and asks again.

    The store refuses it too: it is sent with the MD5 that it had.
    """
    for path in run.job.paths:
        content = run.job.content(path)
        if content.size >= etag.PART:
            begun.append(parts.Upload(run, path, content))
            yield from begun[-1].tasks()
            continue
        source = Parting(run.at(path), run.count, 0, content.size)
        if content.size > SMALL:
            yield _Send(run, path, content, source).carry_out
            continue
        with contextlib.suppress(Changed):
            yield _Send(run, path, content, source.whole())


class _Send(Order):
    """Sends a file, and knows from the answer that its bytes came."""

    def __init__(self, run: Run, path: str, content: Content, body: bytes | Source) -> None:
        self.run, self.body, self.digest = run, body, content.md5 or content.etag
        md5 = b2a_base64(bytes.fromhex(self.digest), newline=False).decode()
        headers = {**run.condition(path), "content-md5": md5, **media_type(path)}
        super().__init__(run, path, "PUT", body=body, headers=headers)

    def settle(self, tried: Outcome) -> None:
        try:
            tag = self.answer(tried).etag
        except Changed:
            return
        except Denied as error:
            is_there = error.status in UNMET and self.run.holds(self.path, self.digest)
            if error.code != "BadDigest" and not is_there:
                raise
        else:
            if isinstance(self.body, bytes):
                self.run.count(len(self.body))
            if tag == self.digest:
                self.run.arrived(self.path)
