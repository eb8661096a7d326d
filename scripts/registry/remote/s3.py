"""Speaks S3: list, get, head, put, delete and copy, signed, kept alive, bounded in time.

It carries listings, markers and single deletes. The bytes of entries travel by `aws s3 sync`.
On http.client, because it is ready in a quarter of the time that botocore takes to import.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote_plus
from xml.etree import ElementTree

from registry.errors import Unreachable
from registry.remote import credentials, sigv4
from registry.remote.http import Address, Answer, Connections
from registry.remote.keys import Credentials
from registry.remote.location import GUESS, Remote

PATIENCE_SECONDS = 40.0  # how long after the last success one request is tried again
FIRST_PAUSE = 0.1
MOST_PARTS = 1000  # an object in more parts is not asked for each of them
PASSING = {408, 429, 500, 502, 503, 504}


class Denied(Unreachable):
    """The store answered, and the answer was no: its status and code say why."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code


class ServerError(Unreachable):
    """The store answers, but only that something broke (500, 503), for as long as we asked."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Object(NamedTuple):
    """One row of a listing: `etag` without quotes, `modified` as the store writes it (ISO, UTC)."""

    key: str
    size: int
    etag: str
    modified: str = ""


@dataclass
class Client:
    """Talks to one remote; safe to share between threads, each keeps a connection of its own."""

    remote: Remote
    patience: float = PATIENCE_SECONDS
    region: str = ""
    _credentials: Credentials | None = None
    _last_success: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.region = self.region or self.remote.set_region or GUESS
        self._connections = Connections(self.remote, self.patience)

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
                raise Unreachable(
                    f"{self.remote.url}: what answered is no S3 store; is a proxy or the login "
                    "page of a network in the way?"
                ) from None
            yield from rows
            if not following:
                return
            query["continuation-token"] = following

    def get(self, key: str) -> Answer | None:
        """The whole object, or None if there is none. For small ones."""
        return self._unless_missing("GET", key)

    def head(self, key: str, query: Mapping[str, str] | None = None) -> Answer | None:
        return self._unless_missing("HEAD", key, query or {})

    def put(self, key: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Write a small object. Raises Denied with status 412 or 409 if a condition is not met."""
        return self.request("PUT", key, body=body, headers=headers or {})

    def delete(self, key: str) -> None:
        self.request("DELETE", key)

    def copy(self, source: str, target: str) -> Answer:
        """Copy within the bucket, on the server; up to 5 GB.

        Raises Denied also for an error that comes after a hasty 200.
        Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
        """
        path = sigv4.encode(f"{self.remote.bucket}/{source}", safe="/")
        answer = self.request("PUT", target, headers={"x-amz-copy-source": path})
        code, text = _error(answer)
        if code:
            raise Denied(answer.status, code, f"{self.remote.url}: {code} {text}")
        return answer

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
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, tried again while its failure may pass and patience lasts.

        Raises Denied for a no that is final, Unreachable when no answer came in time.
        """
        pause, began = FIRST_PAUSE, time.monotonic()
        while True:
            status = 0
            try:
                answer = self._once(method, key, query or {}, body, headers or {})
                if answer.status not in PASSING:
                    self._last_success = time.monotonic()
                    break
                status = answer.status
                problem = f"it answers {status} {_error(answer)[0]}".rstrip()
            except (OSError, http.client.HTTPException) as error:
                self._connections.drop()
                problem = str(error) or type(error).__name__
            waited = time.monotonic() - max(began, self._last_success)
            if waited + pause > self.patience:
                text = f"{self.remote.url} does not answer: {problem}"
                raise ServerError(status, text) if status else Unreachable(text)
            time.sleep(pause)
            pause = min(pause * 2, 5.0)
        if answer.status < 300:
            return answer
        if self._moved(answer):
            return self.request(method, key, query, body, headers)
        code, text = _error(answer)
        raise Denied(answer.status, code, f"{self.remote.url}: {code or answer.status} {text}")

    def _once(
        self,
        method: str,
        key: str,
        query: Mapping[str, str],
        body: bytes,
        headers: Mapping[str, str],
    ) -> Answer:
        address = Address.of(self.remote, self.region)
        path, keys = address.path + sigv4.encode(key, safe="/"), self.credentials.keys()
        if method == "PUT":
            headers = {**self.remote.encryption, **headers}
        if keys.access:
            headers = sigv4.sign(
                method, address.host, path, query, headers, body, keys, self.region
            )
        target = path + ("?" + sigv4.query_string(query) if query else "")
        return self._connections.ask(address, method, target, body, headers)

    def _moved(self, answer: Answer) -> bool:
        """Whether the bucket said that it lives in another region; then that one is used."""
        region = answer.headers.get("x-amz-bucket-region", "")
        if answer.status not in (301, 307, 400) or not region or region == self.region:
            return False
        self.region = region
        self._connections.drop()
        return True


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
        rows.append(Object(decode(key), size, etag.strip('"'), text["LastModified"]))
    return rows, following if more == "true" else ""


def _error(answer: Answer) -> tuple[str, str]:
    """The code and the message of an S3 error document, if the body is one."""
    try:
        root = ElementTree.fromstring(answer.body)
    except ElementTree.ParseError:
        return "", ""
    return root.findtext("Code") or "", root.findtext("Message") or ""
