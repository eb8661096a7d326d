"""Has requests answered: signed, tried again as long as it may help, in bounded time.

By hand, because it is ready before botocore has begun to be imported, and spends a tenth of what
botocore does on each request.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from registry.remote import credentials, http
from registry.remote.address import Address
from registry.remote.answer import Answer
from registry.remote.connections import Connections
from registry.remote.errors import EXPIRED, Denied, ServerError, Silent
from registry.remote.http import ANSWER_SECONDS, WHOLE_SECONDS, Connection
from registry.remote.keys import Credentials, Keys
from registry.remote.location import GUESS, Remote
from registry.remote.request import Request, signed_head

PATIENCE_SECONDS = 40.0  # how long after the last success one request is tried again
FIRST_PAUSE = 0.1
PASSING = {408, 429, 500, 502, 503, 504}
_BUSY = {429, 503}


@dataclass
class Exchange:
    """With one remote; safe to share between threads, as are its connections.

    `hesitate` is called when the store asks for fewer requests. `wait`: the seconds that an answer
    may take where that is more than usual.
    """

    remote: Remote
    patience: float = PATIENCE_SECONDS
    region: str = ""
    hesitate: Callable[[], None] = lambda: None
    server: str = ""  # what it calls itself where it lists: some have a name for each request
    date: str = ""  # of its last answer, by its own clock
    wait: float = 0.0
    _credentials: Credentials | None = None
    _connections: Connections = field(default_factory=Connections)
    _is_cut: bool = False
    _last_success: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.region = self.region or self.remote.set_region or GUESS

    @property
    def credentials(self) -> Credentials:
        if self._credentials is None:
            self._credentials = credentials.find(self.remote)
        return self._credentials

    def complete(self, request: Request, tried: Answer | BaseException | None = None) -> Answer:
        """Return its answer, after as many trials as its failure may pass and patience lasts.

        `tried`: what came of a first one, if there was one. The body of a good answer goes to the
        request's sink. Raises Denied for a no that is final, Silent when no answer came in time.
        """
        keys = None if tried else self.credentials.keys()
        answer = self._answered(request, tried)
        if answer.status < 300:
            return answer
        code, text = (self._told(request) if _is_mute(request, answer) else answer).reason
        if self._moved(answer) or (code in EXPIRED and self._renew(keys)):
            return self.complete(request)
        asked = f" ({request.in_words(self.remote)})" if answer.status == 403 else ""
        raise Denied(
            answer.status, code, f"{self.remote.url}: {code or answer.status} {text}{asked}"
        )

    def _answered(self, request: Request, tried: Answer | BaseException | None) -> Answer:
        """Return the first answer that another trial would not change."""
        pause, began = FIRST_PAUSE, time.monotonic()
        while True:
            status = 0
            try:
                if isinstance(tried, BaseException):
                    raise tried
                answer, tried = tried or self._once(request), None
                if answer.status not in PASSING:
                    self._last_success = time.monotonic()
                    return answer
                status = answer.status
                if status in _BUSY:
                    self.hesitate()
                problem = f"it answers {status} {answer.reason[0]}".rstrip()
            except (OSError, EOFError) as error:
                problem, tried = str(error) or type(error).__name__, None
            waited = time.monotonic() - max(began, self._last_success)
            if waited + pause > self.patience or self._is_cut:
                text = f"{self.remote.url} does not answer: {problem}"
                raise ServerError(status, text) if status else Silent(text)
            from random import random

            time.sleep(random() * pause)  # at random, or all who were turned away come back at once
            pause = min(pause * 2, 5.0)

    def _told(self, request: Request) -> Answer:
        """Return what the same request is told as a GET: the answer to a HEAD gives no reason."""
        first = {**request.headers, "range": "bytes=0-0"}
        try:
            return self._once(request._replace(method="GET", headers=first))
        except (OSError, EOFError):
            return Answer(0, {}, b"")

    def _once(self, request: Request) -> Answer:
        while True:
            connection = self._idle() or self._opened()
            was_used = connection.is_used
            try:
                self._ask(request, connection)
                return self.finish(request, connection)
            except (ConnectionError, EOFError):
                if not was_used:  # else it was closed while it was idle: a fresh one tells
                    raise

    def begin(self, request: Request) -> Connection | None:
        """Send it over an open connection, if one is free; `finish` has to follow then."""
        connection = self._idle()
        if connection:
            self._ask(request, connection)
        return connection

    def _ask(self, request: Request, connection: Connection) -> None:
        try:
            keys = self.credentials.keys()
            head = signed_head(request, connection, self.remote, keys, self.region)
            if request.sink:
                request.sink.restart()
            connection.ask(head, request.body)
        except BaseException:
            self._connections.drop(connection)
            raise

    def finish(self, request: Request, connection: Connection) -> Answer:
        """Return the answer to what was begun, whatever it says. Raises OSError or EOFError."""
        try:
            answer = connection.answer(request.sink, bare=request.method == "HEAD")
        except BaseException:
            self._connections.drop(connection)
            raise
        self._connections.give_back(connection)
        self.date = answer.headers.get("date", "")
        if "list-type" in request.query:
            self.server = answer.headers.get("server", "")
        return answer

    def _idle(self) -> Connection | None:
        connection = self._connections.idle(self._address)
        return connection and self._taken(connection)

    def _opened(self) -> Connection:
        seconds = min(self._silent, http.CONNECT_SECONDS)
        return self._taken(self._connections.new(self.remote, self._address, seconds))

    def _taken(self, connection: Connection) -> Connection:
        connection.silent = self._silent
        connection.whole = self.wait or min(WHOLE_SECONDS, self.patience)
        return connection

    @property
    def _address(self) -> Address:
        return self._connections.address(self.remote, self.region)

    @property
    def _silent(self) -> float:
        return self.wait or min(ANSWER_SECONDS, self.patience)

    def cut(self) -> None:
        """End all requests that are under way, and try none again: whoever waits gets an error."""
        self._is_cut = True
        self._connections.cut()

    def _moved(self, answer: Answer) -> bool:
        """Return whether the bucket said that it lives in another region; then that one is used."""
        region = answer.headers.get("x-amz-bucket-region", "")
        if answer.status not in (301, 307, 400) or not region or region == self.region:
            return False
        self.region = region
        return True

    def _renew(self, keys: Keys | None) -> bool:
        """Look for the credentials again; whether others may be there by now than these."""
        self._credentials = credentials.find(replace(self.remote))  # which reads its files anew
        return self._credentials.keys() != keys


def _is_mute(request: Request, answer: Answer) -> bool:
    return request.method == "HEAD" and answer.status in (400, 403)
