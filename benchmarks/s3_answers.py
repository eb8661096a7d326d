"""What the benchmark's server answers: the part of S3's language that the measured tools speak."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from email.utils import formatdate
from functools import lru_cache
from hashlib import md5
from pathlib import Path
from urllib.parse import quote, unquote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import workloads
from objects import Store, Stored

Answer = tuple[str, dict[str, str], bytes]
OK, EMPTY = "200 OK", "204 No Content"
XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


def answer(
    store: Store, method: str, key: str, query: dict[str, str], headers: dict[str, str], body: bytes
) -> Answer:
    if not key:
        return _bucket(store, method, query, body)
    if method in ("GET", "HEAD"):
        return _read(store, key, headers)
    if method == "DELETE":
        store.abort(query["uploadId"]) if "uploadId" in query else store.delete(key)
        return EMPTY, {}, b""
    meta = tuple((n, v) for n, v in headers.items() if n.startswith("x-amz-meta-"))
    if method == "POST":
        return _multipart(store, key, query, meta)
    return _write(store, key, query, headers, body, meta)


def bench(store: Store, counts: Counter[str], verb: str, query: dict[str, str]) -> Answer:
    """The benchmark's own questions."""
    answer: object = {}
    if verb == "counts":
        answer = {**counts, "cpu": sum(os.times()[:2])}
    elif verb == "drop":
        store.drop(query["prefix"])
    elif verb == "digests":
        answer = store.digests(query["prefix"])
    elif verb == "fill":
        _fill(store, **query)
    elif verb == "load":
        folder = Path(query["folder"])
        for path in (path for path in folder.rglob("*") if path.is_file()):
            store.put(query["prefix"] + path.relative_to(folder).as_posix(), path.read_bytes())
    return OK, {"Content-Type": "application/json"}, json.dumps(answer).encode()


def _fill(store: Store, prefix: str, entries: str, files: str, when: str) -> None:
    """Entries x files objects of the very bytes that workloads.many has, as of `when`."""
    made: dict[bytes, Stored] = {}  # a million keys, a thousand different objects
    for path, body in workloads.many(int(entries), int(files)):
        if body not in made:
            made[body] = Stored(body, md5(body).hexdigest(), float(when))
        store.place(prefix + path, made[body])


def _bucket(store: Store, method: str, query: dict[str, str], body: bytes) -> Answer:
    if method == "POST" and "delete" in query:
        keys = [e.text or "" for e in ElementTree.fromstring(body).iter() if e.tag.endswith("Key")]
        for key in keys:
            store.delete(key)
        return _xml(f"<DeleteResult {XMLNS}></DeleteResult>")
    if method != "GET":
        return OK, {}, b""
    if "location" in query:
        return _xml(f"<LocationConstraint {XMLNS}></LocationConstraint>")
    if "versioning" in query:
        return _xml(f"<VersioningConfiguration {XMLNS}></VersioningConfiguration>")
    return _listing(store, query)


def _listing(store: Store, query: dict[str, str]) -> Answer:
    after = query.get("continuation-token") or query.get("marker") or query.get("start-after", "")
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    page = store.page(prefix, after, delimiter, min(1000, int(query.get("max-keys", 1000))))
    name = quote if query.get("encoding-type") == "url" else escape
    rows = [_row(name(key), store.objects[key]) for key in page.keys]
    rows += [f"<CommonPrefixes><Prefix>{name(p)}</Prefix></CommonPrefixes>" for p in page.prefixes]
    more = "true" if page.after else "false"
    if page.after:
        tag = "NextContinuationToken" if query.get("list-type") == "2" else "NextMarker"
        rows.append(f"<{tag}>{escape(page.after)}</{tag}>")
    coding = "<EncodingType>url</EncodingType>" if name is quote else ""
    return _xml(
        f"<ListBucketResult {XMLNS}><Name>bench</Name><Prefix>{name(prefix)}</Prefix>"
        f"<KeyCount>{len(page.keys) + len(page.prefixes)}</KeyCount><MaxKeys>1000</MaxKeys>"
        f"{coding}<IsTruncated>{more}</IsTruncated>{''.join(rows)}</ListBucketResult>"
    )


def _row(key: str, stored: Stored) -> str:
    return (
        f"<Contents><Key>{key}</Key><LastModified>{_time(int(stored.when))}</LastModified>"
        f'<ETag>"{stored.etag}"</ETag><Size>{len(stored.body)}</Size>'
        "<StorageClass>STANDARD</StorageClass></Contents>"
    )


@lru_cache(maxsize=1 << 14)
def _time(when: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(when))


def _read(store: Store, key: str, headers: dict[str, str]) -> Answer:
    stored = store.objects.get(key)
    if stored is None:
        return _error("404 Not Found", "NoSuchKey")
    body, status, extra = stored.body, OK, _headers(stored)
    if headers.get("range", "").startswith("bytes="):
        first, _, last = headers["range"][6:].partition("-")
        start, end = int(first), min(int(last or len(body)), len(body) - 1)
        extra["Content-Range"] = f"bytes {start}-{end}/{len(body)}"
        status, body = "206 Partial Content", body[start : end + 1]
    extra["Content-Length"] = str(len(body))
    return status, extra, body


def _write(
    store: Store, key: str, query: dict[str, str], headers: dict[str, str], body: bytes, meta: tuple
) -> Answer:
    source = unquote(headers.get("x-amz-copy-source", "")).lstrip("/").partition("/")[2]
    if source and source not in store.objects:
        return _error("404 Not Found", "NoSuchKey")
    if source:
        body = store.objects[source].body
        first, _, last = headers.get("x-amz-copy-source-range", "")[6:].partition("-")
        body = body[int(first) : int(last) + 1] if first else body
    stored = store.objects.get(key)
    if headers.get("if-none-match") == "*" and stored:
        return _error("412 Precondition Failed", "PreconditionFailed")
    wanted = headers.get("if-match", "").strip('"')
    if wanted and (stored is None or stored.etag != wanted):
        return _error("412 Precondition Failed", "PreconditionFailed")
    if "uploadId" in query:
        etag = store.part(query["uploadId"], int(query["partNumber"]), body)
    else:
        etag = store.put(key, body, meta=meta).etag
    if source:
        kind = "CopyPartResult" if "uploadId" in query else "CopyObjectResult"
        return _xml(f'<{kind} {XMLNS}><ETag>"{etag}"</ETag></{kind}>')
    return OK, {"ETag": f'"{etag}"'}, b""


def _multipart(store: Store, key: str, query: dict[str, str], meta: tuple) -> Answer:
    if "uploads" in query:
        inside = (
            f"<Bucket>bench</Bucket><Key>{escape(key)}</Key><UploadId>{store.begin()}</UploadId>"
        )
        return _xml(
            f"<InitiateMultipartUploadResult {XMLNS}>{inside}</InitiateMultipartUploadResult>"
        )
    stored = store.complete(query["uploadId"], key, meta)
    inside = f'<Key>{escape(key)}</Key><ETag>"{stored.etag}"</ETag>'
    return _xml(f"<CompleteMultipartUploadResult {XMLNS}>{inside}</CompleteMultipartUploadResult>")


def _headers(stored: Stored) -> dict[str, str]:
    return {
        "ETag": f'"{stored.etag}"',
        "Last-Modified": formatdate(stored.when, usegmt=True),
        "Content-Type": "binary/octet-stream",
        "Accept-Ranges": "bytes",
        **dict(stored.meta),
    }


def _xml(text: str) -> Answer:
    return OK, {"Content-Type": "application/xml"}, f'<?xml version="1.0"?>{text}'.encode()


def _error(status: str, code: str) -> Answer:
    return (
        status,
        {"Content-Type": "application/xml"},
        f"<Error><Code>{code}</Code></Error>".encode(),
    )
