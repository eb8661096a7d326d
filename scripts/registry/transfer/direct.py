"""Moves bytes by requests of our own over kept-alive connections, checked while they pass.

What comes is written once and not read again: its MD5 is taken on the way. What goes is sent with
its MD5, and the ETag that the store answers is compared.
"""

from __future__ import annotations

import threading
from binascii import b2a_base64
from collections.abc import Iterator
from functools import partial

from registry.remote import etag
from registry.remote.capabilities import UNMET
from registry.remote.http import PIECE
from registry.remote.s3 import Denied
from registry.remote.session import Session
from registry.transfer import parts
from registry.transfer.files import Changed, Landing, Parting
from registry.transfer.job import Content, Job, Progress
from registry.transfer.pool import Governor, Pace, Pool, Task, bound
from registry.transfer.run import Run

ATTEMPTS = 2  # for an object whose bytes come damaged
# Bytes from which an object comes in several requests: if its ETag is of its parts, and if its MD5
# needs all of it in a row, so that it has to be read again.
IN_PARTS, IN_SPITE_OF_MD5 = 2 * etag.PART, 16 * etag.PART
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
        if content.size < (IN_PARTS if "-" in content.etag else IN_SPITE_OF_MD5):
            yield partial(_fetch, run, path, content)
        else:
            yield from parts.Download(run, path, content).tasks()


def _fetch(run: Run, path: str, content: Content) -> None:
    target = run.place(path)
    for _ in range(ATTEMPTS):
        landing = Landing(target, run.count)
        try:
            answer = run.get(path, content, landing)
            stat = landing.finish(answer.headers.get("last-modified", ""))
        finally:
            landing.close()
        if content.is_of([landing.digest]) and content.size in (-1, landing.size):
            return run.arrived(path, stat)
        if answer.hides_bytes or "-" in content.etag:
            return  # its ETag does not tell on the way: it is looked at afterwards


def _uploads(run: Run, begun: list[parts.Upload]) -> Iterator[Task]:
    for path in run.job.paths:
        content = run.job.content(path)
        if content.size < etag.PART:
            yield partial(_send, run, path, content)
        else:
            begun.append(parts.Upload(run, path, content))
            yield from begun[-1].tasks()


def _send(run: Run, path: str, content: Content) -> None:
    """Nobody is told of a file that changes meanwhile: whoever asked for it looks, and asks again.

    The store refuses it too: it is sent with the MD5 that it had.
    """
    digest = content.md5 or content.etag
    headers = run.condition(path) | {
        "content-md5": b2a_base64(bytes.fromhex(digest), newline=False).decode()
    }
    source = Parting(run.at(path), run.count, 0, content.size)
    try:
        body = b"".join(source) if content.size <= PIECE else source
        answer = run.put(path, body, headers)
    except Changed:
        return
    except Denied as error:
        if error.code != "BadDigest" and not (error.status in UNMET and run.holds(path, digest)):
            raise
    else:
        if answer.etag == digest:
            run.arrived(path)
