"""Brings or sends an object by one request, and tells by its MD5 whether its bytes came."""

from __future__ import annotations

from registry.remote.capabilities import UNMET
from registry.remote.http import Source
from registry.remote.s3 import Denied
from registry.transfer.files import Changed, Landing
from registry.transfer.job import Content
from registry.transfer.order import Order, Outcome
from registry.transfer.run import Run, as_listed, media_type, with_md5

ATTEMPTS = 2  # for an object whose bytes come damaged


class Fetch(Order):
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


class Send(Order):
    """Sends a file, and knows from the answer that its bytes came."""

    def __init__(self, run: Run, path: str, content: Content, body: bytes | Source) -> None:
        self.run, self.body, self.digest = run, body, content.md5 or content.etag
        md5 = with_md5(bytes.fromhex(self.digest))
        headers = {**run.condition(path), **md5, **media_type(path)}
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
