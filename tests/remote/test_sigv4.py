"""Our signatures are botocore's: the same Authorization header for thousands of random requests."""

from __future__ import annotations

import random
import string
import time
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from registry.remote import sigv4
from registry.remote.keys import Keys

REQUESTS = 3000
LETTERS = (
    string.ascii_letters + string.digits + "-_.~ +%&=?#:@!$'()*,;[]\"<>|\\^`{}/\tüß€漢😀\u0301"
)
METHODS = ("GET", "PUT", "HEAD", "DELETE", "POST")
HEADERS = ("x-amz-copy-source", "if-match", "if-none-match", "content-type", "x-amz-meta-note",
           "x-amz-server-side-encryption")  # fmt: skip


def text(chance, most=12, letters=LETTERS):
    return "".join(chance.choice(letters) for _ in range(chance.randrange(most)))


@pytest.mark.parametrize("seed", range(3))
def test_they_are_botocores(seed, monkeypatch):
    chance = random.Random(seed)
    moment = time.gmtime(1_780_000_000 + seed * 86_399)
    monkeypatch.setattr(time, "gmtime", lambda *_: moment)
    for _ in range(REQUESTS // 3):
        method = chance.choice(METHODS)
        host = chance.choice(["127.0.0.1:9000", "b.s3.eu-west-1.amazonaws.com", "store.test:443"])
        path = "/bucket/" + sigv4.encode(text(chance, 30), safe="/")
        query = {text(chance) or "k": text(chance) for _ in range(chance.randrange(4))}
        plain = string.ascii_letters + "  /=%"
        headers = {n: text(chance, 20, plain) for n in chance.sample(HEADERS, chance.randrange(4))}
        body = chance.randbytes(chance.randrange(50))
        token = text(chance, 30, string.ascii_letters + "/+=")
        keys = Keys(text(chance, 20, string.ascii_letters) or "k", text(chance, 40) or "s", token)
        region = chance.choice(["us-east-1", "eu-west-1", "cn-north-1"])
        ours = sigv4.sign(method, host, path, query, headers, body, keys, region)
        assert ours["authorization"] == theirs(method, host, path, query, ours, body, keys, region)


def theirs(method, host, path, query, signed, body, keys, region):
    """What botocore says, given the very headers that we sent."""
    target = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in query.items())
    request = AWSRequest(method, f"http://{host}{path}" + (f"?{target}" if target else ""))
    request.data = body
    for name, value in signed.items():
        if name not in ("authorization", "host", "x-amz-date", "x-amz-security-token"):
            request.headers[name] = value
    request.headers["host"] = host
    request.context["timestamp"] = signed["x-amz-date"]
    signer = S3SigV4Auth(Credentials(keys.access, keys.secret, keys.token or None), "s3", region)
    request.context["payload_signing_enabled"] = True
    if keys.token:
        request.headers["X-Amz-Security-Token"] = keys.token
    request.headers["X-Amz-Date"] = signed["x-amz-date"]
    canonical = signer.canonical_request(request)
    signature = signer.signature(signer.string_to_sign(request, canonical), request)
    names = signer.signed_headers(signer.headers_to_sign(request))
    return (
        f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
