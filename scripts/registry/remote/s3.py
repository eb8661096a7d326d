"""Speaks S3: list, get, head, put and delete, signed, kept alive, bounded in time.

By hand, because it is ready before botocore has begun to be imported, and spends a tenth of what
botocore does on each request.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from urllib.parse import unquote_plus
from xml.etree import ElementTree

from registry.errors import Unreachable
from registry.remote import credentials, http, sigv4
from registry.remote.http import (
    ANSWER_SECONDS,
    WHOLE_SECONDS,
    Address,
    Answer,
    Connection,
    Sink,
    Source,
)
from registry.remote.keys import Credentials, Keys
from registry.remote.location import GUESS, Remote

PATIENCE_SECONDS = 40.0  # how long after the last success one request is tried again
FIRST_PAUSE = 0.1
MOST_PARTS = 1000  # an object in more parts is not asked for each of them
PASSING = {408, 429, 500, 502, 503, 504}
_BUSY = {429, 503}
_EXPIRED = {"ExpiredToken", "InvalidToken", "TokenRefreshRequired", "RequestExpired"}
_WRONG = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed"}


class Denied(Unreachable):
    """The store answered, and the answer was no: its status and code say why."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        if code == "AccessDenied":
            self.cure = "`make doctor` tells which rights are missing"
        elif self.is_of_keys:
            self.cure = "`make doctor` tells what is wrong with the keys or the clock"

    @property
    def is_of_keys(self) -> bool:
        """Whether it is the keys, or the clock, that are wrong: of rights that says nothing."""
        return self.code in _EXPIRED | _WRONG


class ServerError(Unreachable):
    """The store answers, but only that something broke (500, 503), for as long as we asked."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Overtaken(Denied):
    """Somebody else wrote the object since it was listed."""


class Silent(Unreachable):
    """No answer came in time, or none but that it should be tried again."""


class Object(NamedTuple):
    """One row of a listing: `etag` without quotes, `modified` as the store writes it (ISO, UTC).

    `version`: the id of one that is not the current one, in a bucket with versioning. `storage`:
    its storage class, if it was told.
    """

    key: str
    size: int
    etag: str
    modified: str = ""
    version: str = ""
    storage: str = ""

    @property
    def query(self) -> dict[str, str]:
        """What a request has to say besides the key to mean this very version."""
        return {"versionId": self.version} if self.version else {}


class Request(NamedTuple):
    """What is asked of a store: the body of a good answer goes to `sink`, if there is one."""

    method: str
    key: str
    query: Mapping[str, str] = {}
    body: bytes | Source = b""
    headers: Mapping[str, str] = {}
    sink: Sink | None = None


def no_store(remote: Remote) -> Unreachable:
    """Return what to say of an answer that no S3 store gives."""
    return Unreachable(
        f"{remote.url}: what answered is no S3 store; is a proxy or the login page of a network in "
        "the way?"
    )


@dataclass
class Client:
    """Talks to one remote; safe to share between threads, as are its connections.

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
    _idle: list[Connection] = field(default_factory=list)
    _busy: set[Connection] = field(default_factory=set)
    _is_cut: bool = False
    _addresses: dict[str, Address] = field(default_factory=dict)
    _last_success: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.region = self.region or self.remote.set_region or GUESS

    @property
    def credentials(self) -> Credentials:
        if self._credentials is None:
            self._credentials = credentials.find(self.remote)
        return self._credentials

    def list(self, prefix: str, page: int = 1000) -> Iterator[Object]:
        """Every object whose key starts with `prefix`, page by page; raises before a half truth."""
        query = {
            "list-type": "2",
            "prefix": prefix,
            "encoding-type": "url",
            "max-keys": str(page),
        }
        while True:
            try:
                rows, following = _page(self.request("GET", "", query).body)
            except (ElementTree.ParseError, KeyError, ValueError):
                raise no_store(self.remote) from None
            yield from rows
            if not following:
                return
            query["continuation-token"] = following

    def get(self, key: str) -> Answer | None:
        """Return the whole object, or None if there is none. For small ones."""
        return self._unless_missing("GET", key)

    def head(self, key: str, query: Mapping[str, str] | None = None) -> Answer | None:
        return self._unless_missing("HEAD", key, query or {})

    def put(self, key: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Write a small object. Raises Denied with status 412 or 409 if a condition is not met."""
        return self.request("PUT", key, body=body, headers=headers or {})

    def delete(self, key: str) -> None:
        self.request("DELETE", key)

    def delete_unchanged(self, key: str, etag: str) -> bool:
        """Delete it while it has this ETag; False where it has another one now, and stays."""
        head = self.head(key)
        if head and head.etag == etag:
            self.delete(key)
        return not head or head.etag == etag

    def part_sizes(self, key: str, etag: str, size: int) -> tuple[int, ...]:
        """The sizes of the parts an object was uploaded in; none where the store tells none."""
        count = int(etag.partition("-")[2] or 0)
        sizes: tuple[int, ...] = ()
        for number in range(1, min(count, MOST_PARTS) + 1):
            head = self.head(key, {"partNumber": str(number)})
            parts = head.headers.get("x-amz-mp-parts-count", str(count)) if head else ""
            if head is None or parts != str(count):
                return ()
            sizes += (int(head.headers.get("content-length", 0)),)
            if sum(sizes) > size or (count > 1 and sizes[0] == size):
                return ()  # it told the size of all
        return sizes if sum(sizes) == size else ()

    def _unless_missing(
        self, method: str, key: str, query: Mapping[str, str] | None = None
    ) -> Answer | None:
        try:
            return self.request(method, key, query or {})
        except Denied as error:
            if error.status == 404 and error.code != "NoSuchBucket":
                return None
            raise

    def request(
        self,
        method: str,
        key: str,
        query: Mapping[str, str] | None = None,
        body: bytes | Source = b"",
        headers: Mapping[str, str] | None = None,
        sink: Sink | None = None,
    ) -> Answer:
        """One request, as `complete` does it."""
        return self.complete(Request(method, key, query or {}, body, headers or {}, sink))

    def complete(self, request: Request, tried: Answer | BaseException | None = None) -> Answer:
        """Return its answer, after as many trials as its failure may pass and patience lasts.

        `tried`: what came of a first one, if there was one. The body of a good answer goes to the
        request's sink. Raises Denied for a no that is final, Silent when no answer came in time.
        """
        pause, began = FIRST_PAUSE, time.monotonic()
        keys = None
        while True:
            status = 0
            try:
                if isinstance(tried, BaseException):
                    raise tried
                if tried is None:
                    keys = self.credentials.keys()
                answer, tried = tried or self._once(request), None
                if answer.status not in PASSING:
                    self._last_success = time.monotonic()
                    break
                status = answer.status
                if status in _BUSY:
                    self.hesitate()
                problem = f"it answers {status} {_error(answer)[0]}".rstrip()
            except (OSError, EOFError) as error:
                problem, tried = str(error) or type(error).__name__, None
            waited = time.monotonic() - max(began, self._last_success)
            if waited + pause > self.patience or self._is_cut:
                text = f"{self.remote.url} does not answer: {problem}"
                raise ServerError(status, text) if status else Silent(text)
            from random import random

            time.sleep(random() * pause)  # at random, or all who were turned away come back at once
            pause = min(pause * 2, 5.0)
        if answer.status < 300:
            return answer
        code, text = _error(self._told(request) if _is_mute(request, answer) else answer)
        if self._moved(answer) or (code in _EXPIRED and self._renew(keys)):
            return self.complete(request)
        asked = self._asked(request) if answer.status == 403 else ""
        raise Denied(
            answer.status, code, f"{self.remote.url}: {code or answer.status} {text}{asked}"
        )

    def _told(self, request: Request) -> Answer:
        """Return what the same request is told as a GET: the answer to a HEAD gives no reason."""
        first = {**request.headers, "range": "bytes=0-0"}
        try:
            return self._once(request._replace(method="GET", headers=first))
        except (OSError, EOFError):
            return Answer(0, {}, b"")

    def _asked(self, request: Request) -> str:
        """Return what was asked for, as a person may have to tell the bucket's owner."""
        method, key, query = request[:3]
        word = "LIST" if "list-type" in query else method
        at = key or query.get("prefix", "?" + "&".join(query))
        old = "an old version of " if "versionId" in query else ""
        return f" ({word} {old}{at.removeprefix(self.remote.key(''))})"

    def _once(self, request: Request) -> Answer:
        while True:
            connection = self._idle_one() or self._new_one()
            was_used = connection.is_used
            try:
                self._ask(request, connection)
                return self.finish(request, connection)
            except (ConnectionError, EOFError):
                if not was_used:  # else it was closed while it was idle: a fresh one tells
                    raise

    def begin(self, request: Request) -> Connection | None:
        """Send it over an open connection, if one is free; `finish` has to follow then."""
        connection = self._idle_one()
        if connection:
            self._ask(request, connection)
        return connection

    def _ask(self, request: Request, connection: Connection) -> None:
        try:
            head = self._head(request, connection)
            if request.sink:
                request.sink.restart()
            connection.ask(head, request.body)
        except BaseException:
            self._drop(connection)
            raise

    def finish(self, request: Request, connection: Connection) -> Answer:
        """Return the answer to what was begun, whatever it says. Raises OSError or EOFError."""
        try:
            answer = connection.answer(request.sink, bare=request.method == "HEAD")
        except BaseException:
            self._drop(connection)
            raise
        self._busy.discard(connection)
        self.date = answer.headers.get("date", "")
        if "list-type" in request.query:
            self.server = answer.headers.get("server", "")
        if connection.is_open:
            self._idle.append(connection)
        return answer

    def _head(self, request: Request, connection: Connection) -> str:
        """The request line and the headers, signed."""
        method, key, query, body, headers, _ = request
        address, keys = connection.address, self.credentials.keys()
        path = address.path + sigv4.encode(key, safe="/")
        if (method == "PUT" and "partNumber" not in query) or "uploads" in query:
            headers = {**self.remote.encryption, **headers}
        headers = {**headers, "host": address.host}
        if keys.access:
            digest = _digest(body, address.is_secure)
            headers = sigv4.sign(
                method, address.host, path, query, headers, digest, keys, self.region
            )
        target = path + ("?" + sigv4.query_string(query) if query else "")
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        if method in ("PUT", "POST"):
            size = len(body) if isinstance(body, bytes) else body.size
            lines += f"content-length: {size}\r\n"
        first = f"{method} {connection.prefix}{target} HTTP/1.1\r\n"
        return f"{first}{lines}user-agent: data-registry\r\n{connection.more}\r\n"

    def _drop(self, connection: Connection) -> None:
        connection.close()
        self._busy.discard(connection)

    def hurried(self, patience: float) -> Client:
        """Return the same over the same connections, with another patience."""
        return replace(self, patience=patience)

    def _address(self) -> Address:
        """Where the bucket is reached: found out once, since each time reads all settings."""
        known = self._addresses.get(self.region)
        if known is None:
            known = self._addresses[self.region] = Address.of(self.remote, self.region)
        return known

    def _idle_one(self) -> Connection | None:
        """An open connection that nobody uses."""
        address = self._address()
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was quicker
                break
            if connection.address is address or connection.address == address:
                return self._taken(connection)
            connection.close()
        return None

    def _new_one(self) -> Connection:
        seconds = min(self._silent, http.CONNECT_SECONDS)
        return self._taken(Connection(self.remote, self._address(), seconds))

    def _taken(self, connection: Connection) -> Connection:
        connection.silent = self._silent
        connection.whole = self.wait or min(WHOLE_SECONDS, self.patience)
        self._busy.add(connection)
        return connection

    @property
    def _silent(self) -> float:
        return self.wait or min(ANSWER_SECONDS, self.patience)

    def cut(self) -> None:
        """End all requests that are under way, and try none again: whoever waits gets an error."""
        self._is_cut = True
        for connection in list(self._busy):
            connection.cut()

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


def _digest(body: bytes | Source, is_secure: bool) -> str:
    """Return what the signature says of the body. Inside TLS nobody can change it on the way."""
    if isinstance(body, bytes):
        return sigv4.payload_hash(body)
    return sigv4.UNSIGNED if is_secure else body.sha256()


def _page(body: bytes) -> tuple[list[Object], str]:
    """The rows of a listing's page, and the token of the page that follows, "" after the last.

    Raises ParseError, KeyError or ValueError for anything that is not a whole page.
    """
    root = ElementTree.fromstring(body)
    space, name, rest = root.tag.rpartition("ListBucketResult")
    more = root.findtext(f"{space}IsTruncated")
    following = root.findtext(f"{space}NextContinuationToken") or ""
    if not name or rest or more not in ("true", "false") or (more == "true" and not following):
        raise ValueError(root.tag)
    decode = unquote_plus if root.findtext(f"{space}EncodingType") == "url" else str
    rows = []
    for row in root.iter(f"{space}Contents"):
        text = {child.tag[len(space) :]: child.text or "" for child in row}
        key, size, etag = text["Key"], int(text["Size"]), text["ETag"]
        if not 0 <= size < 2**63:
            raise ValueError(size)
        storage, modified = text.get("StorageClass", ""), text["LastModified"]
        rows.append(Object(decode(key), size, etag.strip('"'), modified, storage=storage))
    return rows, following if more == "true" else ""


def _is_mute(request: Request, answer: Answer) -> bool:
    return request.method == "HEAD" and answer.status in (400, 403)


def _error(answer: Answer) -> tuple[str, str]:
    """The code and the message of an S3 error document, if the body is one."""
    try:
        root = ElementTree.fromstring(answer.body)
    except ElementTree.ParseError:
        return "", ""
    return root.findtext("Code") or "", root.findtext("Message") or ""
