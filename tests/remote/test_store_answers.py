"""Stores that answer otherwise than Amazon's: doctor ends on each, and a push goes through."""

from __future__ import annotations

import hashlib
import re

import pytest
from support import policy
from support.logging_store import run_store
from support.oracle import below, expect, marker

A = "processed_datasets/a"
KEYS = {"AWS_ACCESS_KEY_ID": "KEY", "AWS_SECRET_ACCESS_KEY": "s", "AWS_MAX_ATTEMPTS": "1"}
SUBRESOURCES = {"versioning", "encryption", "uploads"}


@pytest.fixture
def store():
    with run_store() as running:
        yield running


def point_at(anna, store, **options):
    options |= {"endpointurl": store.endpoint, "verify": "true"}
    lines = "".join(f"    {name} = {value}\n" for name, value in options.items())
    url = "    url = s3://bucket/base/raw_datasets_dvc_cache\n"
    head = "[core]\n    remote = test\n['remote \"test\"']\n"
    anna.write(".dvc/config.local", (head + url + lines).encode())
    (anna.path / "raw_datasets/base.dvc").unlink()
    (anna.path / "raw_datasets/base.card.md").unlink()


def is_unusual(query, headers):
    return SUBRESOURCES & set(query) or {"if-match", "if-none-match"} & set(headers)


def doctors_bad(run):
    return [line for line in run.out.splitlines() if line.startswith("BAD")]


@pytest.mark.parametrize("said", [(501, "NotImplemented"), (400, "InvalidArgument"),
                                  (500, "InternalError"), (405, "MethodNotAllowed")])  # fmt: skip
def test_a_no_to_what_is_unusual(clone, store, said):
    """As stores say who know neither conditions nor sub-resources, and answer some way or other."""
    anna = clone("anna")
    point_at(anna, store)
    store.refuses = lambda method, query, headers: said if is_unusual(query, headers) else None
    run = anna.script("run_doctor", **KEYS)
    assert doctors_bad(run) == [], run
    assert re.search("note +conditional writes: none", run.out), run
    anna.add(A, {"x": b"1"})
    expect(anna.script("push_entries", A, **KEYS), 0)
    assert store.objects[f"bucket/base/{A}/x"] == b"1"


def test_a_policy_that_allows_little(clone, store):
    """Listing below the prefix only, and no write without the encryption that it demands."""
    anna = clone("anna")
    point_at(anna, store, sse="aws:kms", sse_kms_key_id="alias/ours")

    def refuses(method, query, headers):
        if method == "PUT":
            wanted = ("x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id")
            sent = [headers.get(name) for name in wanted]
            return None if sent == ["aws:kms", "alias/ours"] else (403, "AccessDenied")
        is_list = "list-type" in query or SUBRESOURCES & set(query)
        below = query.get("prefix", [""])[0].startswith("base/")
        return (403, "AccessDenied") if is_list and not below else None

    store.refuses = refuses
    run = anna.script("run_doctor", **KEYS)
    assert doctors_bad(run) == [], run
    way = f"way: {store.endpoint}/bucket/, region us-east-1, no proxy, checksums when required"
    assert f"{way}, encryption aws:kms alias/ours" in run.out
    anna.add(A, {"x": b"1"})
    for engine in ("aws", "auto"):
        anna.write(f"{A}/{engine}", engine.encode())
        expect(anna.script("push_entries", A, ENGINE=engine, **KEYS), 0)
    assert store.objects[f"bucket/base/{A}/auto"] == b"auto"


def test_a_missing_right_is_named(clone, store):
    anna = clone("anna")
    point_at(anna, store)
    store.refuses = lambda method, *_: (403, "AccessDenied") if method == "PUT" else None
    run = anna.script("run_doctor", **KEYS)
    assert "cannot put" in run.out and "s3:PutObject on arn:aws:s3:::bucket/base/" in run.out
    assert "BAD   clock" not in run.out


def test_etags_that_are_no_md5(clone, store):
    """They were "changed while being pushed" on the one side and "damaged" on the other."""
    store.tag = lambda body: hashlib.md5(b"salt" + body).hexdigest()
    anna, ben = clone("anna"), clone("ben")
    point_at(anna, store)
    point_at(ben, store)
    anna.add(A, {"x": b"1", "y": b"2"})
    run = expect(anna.script("push_entries", A, **KEYS), 0)
    assert "whose ETag does not tell" in run.said, run
    ben.card(A)
    run = expect(ben.script("pull_entries", A, **KEYS), 0)
    assert ben.tree(A) == anna.tree(A)
    run = expect(ben.script("pull_entries", A, FULL="1", **KEYS), 0)
    assert "conflict" not in run.said


BROKEN_KEYS = {
    "a line break": ("[default]\naws_access_key_id = KEY\naws_secret_access_key = a\n  b\n",
                     "a line break"),
    "a foreign letter": ("[default]\naws_access_key_id = KËY\naws_secret_access_key = a\n",
                         "access key id holds"),
    "no secret": ("[default]\naws_access_key_id = KEY\n", "secret key is missing"),
    "not UTF-8": (b"[default]\naws_access_key_id = K\xff\n", "it is not UTF-8"),
    "no section": ("aws_access_key_id = KEY\n", "credentials:1:"),
    "twice": ("[default]\na = 1\na = 2\n", "credentials:3: it is there twice"),
    "a process that fails": ("[default]\ncredential_process = false\n",
                             "mend credential_process of profile 'default' in "),
    "a process that talks": ("[default]\ncredential_process = echo hello\n", "no credentials"),
    "a role of nobody": ("[default]\nrole_arn = arn:aws:iam::1:role/r\n",
                         "mend role_arn of profile 'default' in "),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN_KEYS)
def test_credentials_that_cannot_be_used(clone, store, case):
    text, said = BROKEN_KEYS[case]
    anna = clone("anna")
    point_at(anna, store)
    (anna.home / ".aws").mkdir()
    file = anna.home / ".aws" / "credentials"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    for words in (["push_entries", "--gated"], ["run_doctor"]):
        run = anna.script(*words)
        assert run.code == 1 and said in run.said, run
        assert "bug" not in run.said and "Traceback" not in run.said, run
    assert not store.objects


PARTS = [bytes([n]) * size for n, size in enumerate((6_000_000, 5 << 20, 7_000_001))]


def upload(bucket, key, parts):
    """An object in parts, each of a size of its own, as some tools make them."""
    client, name = bucket.client, bucket.key(key)
    answer = client.request("POST", name, {"uploads": ""})
    id = re.search(b"<UploadId>(.*)</UploadId>", answer.body)[1].decode()
    rows = ""
    for number, part in enumerate(parts, 1):
        query = {"partNumber": str(number), "uploadId": id}
        tag = client.request("PUT", name, query, part).etag
        rows += f"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"
    body = f"<CompleteMultipartUpload>{rows}</CompleteMultipartUpload>".encode()
    client.request("POST", name, {"uploadId": id}, body)


def test_parts_of_several_sizes(clone, moto_bucket):
    """It was "arrived damaged" for ever, and with the same bytes here a conflict."""
    anna, ben = clone("anna", moto_bucket), clone("ben", moto_bucket)
    upload(moto_bucket, f"{A}/big", PARTS)
    anna.card(A)
    ben.add(A, {"big": b"".join(PARTS)})
    for one in (anna, ben):
        run = expect(one.script("pull_entries", A), 0)
        assert "conflict" not in run.said and "whose ETag" not in run.said, run
        assert one.read(f"{A}/big") == b"".join(PARTS)
    expect(ben.script("verify_entries", A), 0)
    ben.write(f"{A}/big", b"".join(PARTS[::-1]))
    run = ben.script("verify_entries", A)
    assert run.code == 1 and "differs" in run.said, run


@pytest.mark.parametrize("letter", ["\u201b", "\uff0f", "\u2024", "\uff3c", "\u2400"])
def test_letters_that_rclone_keeps_for_itself(clone, rclone_bucket, letter):
    anna, ben = clone("anna", rclone_bucket), clone("ben", rclone_bucket)
    anna.add(A, {f"a{letter}b": b"1", f"{letter}{letter}/c": b"2"})
    expect(anna.script("push_entries", A, ENGINE="auto"), 0)
    ben.card(A)
    expect(ben.script("pull_entries", A, ENGINE="auto"), 0)
    assert ben.tree(A) == anna.tree(A)


LISTS = ("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads")


@pytest.mark.parametrize("demand", ["encryption", "prefix"])
def test_a_demand_of_the_policy_is_met_by_every_request(clone, moto_bucket, demand):
    """Of parts, of copies in S3, of probes; also by aws: what is refused would be seen here."""
    anna, model = clone("anna", moto_bucket), "champion_models/m"
    if demand == "encryption":
        for option, value in (("sse", "aws:kms"), ("sse_kms_key_id", "alias/ours")):
            expect(
                anna.run(".venv/bin/dvc", "remote", "modify", "--local", "test", option, value), 0
            )
        refused = policy.deny(anna.proxy, "s3:PutObject", unless=policy.is_encrypted)
    else:
        refused = policy.deny(anna.proxy, *LISTS, unless=policy.is_below(f"{moto_bucket.base}/"))
    assert doctors_bad(anna.script("run_doctor")) == []
    anna.add(model, {"big": PARTS[0] + PARTS[1], "x": b"1"})
    expect(anna.script("push_entries", model), 0)
    good = marker(moto_bucket, model)["version"]
    anna.write(f"{model}/big", PARTS[2] + PARTS[0])
    expect(anna.script("push_entries", model, ENGINE="aws"), 0)
    expect(anna.script("rollback_entry", model, TO=good), 0)
    whole = {"big": PARTS[0] + PARTS[1], "x": b"1"}
    assert moto_bucket.read(f"{model}/") == below(model, whole)
    expect(anna.script("move_entry", model, "champion_models/n"), 0)
    assert moto_bucket.get("champion_models/n/big") == PARTS[0] + PARTS[1]
    assert refused == []
