"""Moves bytes by requests of our own over kept-alive connections, checked while they pass.

What comes is written once and not read again: its MD5 is taken on the way. What goes is sent with
its MD5, and the ETag that the store answers is compared.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from registry.remote import etag
from registry.remote.session import Session
from registry.transfer import parts, shares, twin
from registry.transfer.files import Changed, Parting
from registry.transfer.governor import Governor, Pace, bound
from registry.transfer.job import Job, Progress
from registry.transfer.pool import Pool, Task
from registry.transfer.run import Run
from registry.transfer.small import Fetch, Send
from registry.transfer.twin import Twin

# Bytes from which an object comes in several requests: if its ETag is of its parts, and if its MD5
# needs all of it in a row, so that it has to be read again.
IN_PARTS, IN_SPITE_OF_MD5 = 2 * etag.PART, 16 * etag.PART
SMALL = 256 * 1024  # bytes up to which a file is nothing that a thread has to wait for
_making = threading.Lock()
_pools: list[Pool] = []  # the one of this command, once it is needed
_twins: list[Twin] = []  # and its twin, while it has one


def download(session: Session, job: Job, progress: Progress) -> None:
    """Fetch the job's paths. Raises RegistryError; what came until then stays."""
    run = Run(session, job, progress, _pool(session))
    run.do(shares.of(run, "download", _downloads, _twin()), _cut)


def upload(session: Session, job: Job, progress: Progress) -> None:
    """Send the job's paths from where they are. Raises RegistryError."""
    run, begun = Run(session, job, progress, _pool(session)), list[parts.Upload]()
    try:
        tasks = partial(_uploads, begun=begun)
        run.do(shares.of(run, "upload", tasks, _twin()), _cut)
    finally:
        for one in begun:
            one.give_up(session.hasty().client)


def _pool(session: Session) -> Pool:
    with _making:
        if not _pools:
            options = session.options
            _pools.append(Pool(Governor(bound(options.connections)), Pace(options.limit)))
        return _pools[0]


@contextlib.contextmanager
def doubled(session: Session, files: int) -> Iterator[None]:
    """Share the files with a second process meanwhile, if so many pay for one.

    It takes half of the connections. While there is another thread there is none.
    """
    options, most = session.options, bound(session.options.connections)
    is_asked = most > 1 and not options.limit and options.engine != "aws"
    if is_asked and shares.are_worth_it(files) and twin.can_be():
        _pools.clear()
        own = options._replace(connections=most // 2)
        with contextlib.suppress(OSError):
            _twins.append(
                Twin(replace(session, options=own), {"download": download, "upload": upload})
            )
            _pools.append(Pool(Governor(most - most // 2), Pace(0)))
    try:
        yield
    finally:
        while _twins:
            _twins.pop().end()
            _pools.clear()


def _twin() -> Twin | None:
    return _twins[0] if _twins else None


def _cut() -> None:
    for one in _twins:
        one.cut()


def _downloads(run: Run, paths: list[str]) -> Iterator[Task]:
    for path in paths:
        content = run.job.content(path)
        if content.size <= SMALL:
            yield Fetch(run, path, content)
        elif content.size < (IN_PARTS if "-" in content.etag else IN_SPITE_OF_MD5):
            yield Fetch(run, path, content).carry_out
        else:
            yield from parts.Download(run, path, content).tasks()


def _uploads(run: Run, paths: list[str], begun: list[parts.Upload]) -> Iterator[Task]:
    """Nobody is told of a file that changes meanwhile: whoever asked for it looks, and asks again.

    The store refuses it too: it is sent with the MD5 that it had.
    """
    for path in paths:
        content = run.job.content(path)
        if content.size >= etag.PART:
            begun.append(parts.Upload(run, path, content))
            yield from begun[-1].tasks()
            continue
        source = Parting(run.at(path), run.count, 0, content.size)
        if content.size > SMALL:
            yield Send(run, path, content, source).carry_out
            continue
        with contextlib.suppress(Changed):
            yield Send(run, path, content, source.whole())
