"""Copies on the server: of every size and name, several at once, where no condition is heeded."""

from __future__ import annotations

import contextlib
import hashlib
import math
import re

import pytest
from support.fault_proxy import FaultProxy

from registry.remote import s3
from registry.remote.s3 import Denied, Overtaken
from registry.remote.server_copy import Copier

MIB = 2**20
ODD = "sub dir/ü #1+%2B?&=.bin"


@contextlib.contextmanager
def counted(bucket):
    """A client of the bucket behind a proxy that counts."""
    proxy = FaultProxy(bucket.server.endpoint)
    try:
        yield s3.Client(bucket.server.at(proxy.endpoint).remote(bucket.base), patience=10), proxy
    finally:
        proxy.stop()


def listed(bucket, key):
    (row,) = bucket.client.list(bucket.key(key))
    return row


def put_in_parts(bucket, key, body, part, **headers):
    """As any tool uploads a large file; its row."""
    client, key = bucket.client, bucket.key(key)
    answer = client.request("POST", key, {"uploads": ""}, headers=headers)
    (id,) = re.findall(rb"<UploadId>([^<]+)<", answer.body)
    rows = ""
    for n in range(math.ceil(len(body) / part)):
        query = {"partNumber": str(n + 1), "uploadId": id.decode()}
        tag = client.request("PUT", key, query, body[n * part : (n + 1) * part]).etag
        rows += f'<Part><PartNumber>{n + 1}</PartNumber><ETag>"{tag}"</ETag></Part>'
    done = f"<CompleteMultipartUpload>{rows}</CompleteMultipartUpload>".encode()
    client.request("POST", key, {"uploadId": id.decode()}, done)
    (row,) = client.list(key)
    return row


@pytest.mark.both_stores
def test_a_copy_of_any_name_and_size_has_the_bytes(bucket):
    body = bytes(range(256)) * 4096 * 12  # 12 MiB
    with counted(bucket) as (client, proxy):
        for name, content, copier in (
            (ODD, b"small", Copier(client)),
            ("empty", b"", Copier(client)),
            ("large", body, Copier(client, most=5 * MIB)),
        ):
            bucket.put(f"a/{name}", content)
            row = listed(bucket, f"a/{name}")
            tag = copier.copy(row, bucket.key(f"b/{name}"))
            assert bucket.get(f"b/{name}") == content, name
            assert listed(bucket, f"b/{name}").etag == tag, name
        parts = proxy.count("PUT", "partNumber=")
        assert parts == 3 if bucket.server.has_conditional_writes else parts
        assert not proxy.count("GET", "a/")  # no byte came here


def test_an_object_of_several_parts_keeps_its_etag_and_what_it_says_of_itself(moto_bucket):
    body = bytes(range(256)) * 4096 * 11
    said = {"content-type": "text/x-card", "x-amz-meta-from": "anna"}
    row = put_in_parts(moto_bucket, "a/x", body, 5 * MIB, **said)
    assert row.etag.endswith("-3")
    assert Copier(moto_bucket.client).copy(row, moto_bucket.key("b/x")) == row.etag
    assert moto_bucket.get("b/x") == body
    head = moto_bucket.client.head(moto_bucket.key("b/x"))
    assert {name: head.headers[name] for name in said} == said


@pytest.mark.both_stores
@pytest.mark.parametrize("is_large", [False, True], ids=["whole", "in parts"])
def test_what_somebody_changed_since_it_was_listed_is_no_copy(bucket, is_large):
    """Neither store heeds the condition: the ETag of what was copied tells."""
    body = b"old" * (2 * MIB if is_large else 1)
    bucket.put("a/x", body)
    row = listed(bucket, "a/x")
    bucket.put("a/x", b"new" * (2 * MIB if is_large else 1))
    with pytest.raises(Overtaken, match="changed in S3 meanwhile"):
        Copier(bucket.client, most=5 * MIB).copy(row, bucket.key("b/x"))
    bucket.delete("a/x")
    with pytest.raises(Overtaken):
        Copier(bucket.client, most=5 * MIB).copy(row, bucket.key("b/x"))


def test_a_change_between_two_parts_is_seen(moto_bucket):
    bucket = moto_bucket
    row = put_in_parts(bucket, "a/x", b"old!" * 3 * MIB, 5 * MIB)
    with counted(bucket) as (client, proxy):
        proxy.when("PUT", "partNumber=2").call(lambda: bucket.put("a/x", b"new!" * 3 * MIB))
        with pytest.raises(Overtaken):
            Copier(client).copy(row, bucket.key("b/x"))


@pytest.mark.both_stores
def test_a_thousand_copies_send_a_hundredth_of_the_bytes(bucket):
    """And never more than so many requests at once."""
    names = [f"{n:03}" for n in range(150)]
    for name in names:
        bucket.put(f"a/{name}", hashlib.sha512(name.encode()).digest() * 1000)
    rows = list(bucket.client.list(bucket.key("a/")))
    with counted(bucket) as (client, proxy):
        done = dict(Copier(client).copy_all((r, bucket.key(f"b/{r.key[-3:]}")) for r in rows))
        assert proxy.count("PUT", "b/") == proxy.count() == len(names)
    assert all(tag == row.etag for row, tag in done.items())
    assert {r.etag for r in bucket.client.list(bucket.key("b/"))} == {r.etag for r in rows}


def test_a_late_failure_is_tried_again_and_a_late_no_is_a_no(moto_bucket):
    """S3 answers 200 before it has begun."""
    moto_bucket.put("a/x", b"1")
    row, target = listed(moto_bucket, "a/x"), moto_bucket.key("b/x")
    with counted(moto_bucket) as (client, proxy):
        proxy.when("PUT", "b/x", nth=1).answer(200, "SlowDown")
        assert Copier(client).copy(row, target) == row.etag
        proxy.when("PUT", "b/x").answer(200, "InvalidObjectState")
        with pytest.raises(Denied, match="InvalidObjectState"):
            Copier(client).copy(row, target)


def test_an_upload_in_parts_that_fails_leaves_nothing_behind(moto_bucket):
    row = put_in_parts(moto_bucket, "a/x", b"0" * 11 * MIB, 5 * MIB)
    with counted(moto_bucket) as (client, proxy):
        proxy.when("PUT", "partNumber=3").answer(403, "AccessDenied")
        with pytest.raises(Denied):
            Copier(client).copy(row, moto_bucket.key("b/x"))
    answer = moto_bucket.client.request("GET", "", {"uploads": "", "prefix": row.key[:14]})
    assert b"<UploadId>" not in answer.body


def test_the_encryption_that_a_policy_demands_goes_with_each_copy(moto_bucket):
    from dataclasses import replace

    bucket = moto_bucket
    bucket.put("a/x", b"1")
    row = put_in_parts(bucket, "a/y", b"0" * 6 * MIB, 5 * MIB)
    client = s3.Client(replace(bucket.client.remote, sse="AES256"), patience=10)
    for source in (listed(bucket, "a/x"), row):
        target = source.key.replace("/a/", "/b/")
        Copier(client).copy(source, target)
        head = bucket.client.head(target)
        assert head.headers["x-amz-server-side-encryption"] == "AES256", target
