"""Sends the requests of a copy on the server: so many at once, each as long as its bytes take.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from xml.etree import ElementTree

from registry.remote import sigv4
from registry.remote.http import WHOLE_SECONDS, Answer
from registry.remote.s3 import Client, Denied, Object, Overtaken

REQUESTS_AT_ONCE = 16  # each is one that the store works on alone
SLOWEST = 10**7  # bytes a second: the store answers when all is copied
ROUNDS = 3  # how often a copy that failed after a hasty 200 is tried
UNKNOWN = "unknown"  # no ETag is that
_LATE = {"InternalError", "SlowDown", "ServiceUnavailable", "RequestTimeout"}


class Requests:
    """Asks one remote to copy; safe to share between threads. `most`: bytes of one request.

    `origin`: a client of the bucket that is copied from.
    """

    def __init__(self, client: Client, most: int, origin: Client) -> None:
        self.client, self.most, self.origin = client, most, origin
        self._turn = threading.BoundedSemaphore(REQUESTS_AT_ONCE)

    def ask(
        self,
        source: Object,
        method: str,
        key: str,
        query: Mapping[str, str] | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, when it is its turn. Raises Denied also for a no that follows a hasty 200,
        Overtaken where the source is no longer as it was listed.
        """
        wait = WHOLE_SECONDS + min(source.size, self.most) / SLOWEST
        patient = replace(self.client, wait=wait)
        for left in reversed(range(ROUNDS)):
            try:
                with self._turn:
                    answer = patient.request(method, key, query, body, headers)
            except Denied as error:
                if error.status == 412 or error.code == "NoSuchKey":
                    raise _overtaken(source) from None
                raise
            code, text = _late_no(answer)
            if not code:
                return answer
            if code not in _LATE or not left:
                raise Denied(answer.status, code, f"{self.client.remote.url}: {code} {text}")
        raise AssertionError

    def headers(self, source: Object) -> dict[str, str]:
        """Return those that name the source, and the state of it that was listed."""
        path = sigv4.encode(f"{self.origin.remote.bucket}/{source.key}", safe="/")
        version = f"?{sigv4.query_string(source.query)}" if source.version else ""
        return {
            "x-amz-copy-source": path + version,
            "x-amz-copy-source-if-match": f'"{source.etag}"',
        }

    def head(self, source: Object) -> Answer:
        """Return the head of an object that is still as it was listed."""
        with self._turn:
            head = self.origin.head(source.key, source.query)
        if head is None or head.etag != source.etag:
            raise _overtaken(source)
        return head


def tag_of(answer: Answer) -> str:
    """Return the ETag in the document that answers a copy; UNKNOWN where there is none."""
    return _texts(answer).get("ETag", UNKNOWN).strip('"')


def _overtaken(source: Object) -> Overtaken:
    return Overtaken(412, "PreconditionFailed", f"{source.key}: it changed in S3 meanwhile")


def _late_no(answer: Answer) -> tuple[str, str]:
    if b"<Error>" not in answer.body:
        return "", ""
    texts = _texts(answer)
    return texts.get("Code", UNKNOWN), texts.get("Message", "")


def _texts(answer: Answer) -> dict[str, str]:
    """{name: text} of what stands in the document, below its top."""
    try:
        root = ElementTree.fromstring(answer.body.strip())
    except ElementTree.ParseError:
        return {}
    return {child.tag.rpartition("}")[2]: child.text or "" for child in root}
