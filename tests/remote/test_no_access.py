"""Why nobody gets in, and what helps: by what OpenSSL says of a certificate."""

from __future__ import annotations

import re
import time

import pytest

from registry.errors import Unreachable
from registry.remote import no_access, s3
from registry.remote.location import Remote


@pytest.mark.parametrize(
    ("said", "cure"),
    [
        ("unable to get local issuer certificate (_ssl.c:1006)", "export AWS_CA_BUNDLE="),
        ("self-signed certificate in certificate chain (_ssl.c:1006)", "export AWS_CA_BUNDLE="),
        ("certificate has expired (_ssl.c:1006)", "its owner renews it"),
        ("Hostname mismatch, certificate is not valid for 'localhost'.", "correct the endpoint"),
    ],
)
def test_a_certificate_that_does_not_do(said, cure, tmp_path):
    remote = Remote("r", "b", "p", "https://localhost:1", "us-east-1", "", str(tmp_path / "none"))
    error = Unreachable(f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {said}")
    assert cure in no_access.explain(s3.Client(remote), error)


@pytest.mark.parametrize(
    ("said", "cure"),
    [
        ("s3://b/p: 407 ", "a password: http://user:password@proxy.example:3128"),
        ("127.0.0.1:40712 does not answer: Connection refused", ": is it up? NO_PROXY="),
        ("Tunnel connection failed: 407 Proxy Authentication Required", "user:password@"),
        ("s3://b/p does not answer: [Errno 111] Connection refused", "NO_PROXY=store.example"),
    ],
)
def test_a_proxy_that_is_in_the_way_is_named(said, cure, tmp_path, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "")
    address = "http://store.example:9000"
    remote = Remote("r", "b", "p", address, "us-east-1", "", str(tmp_path / "none"))
    told = no_access.explain(s3.Client(remote), Unreachable(said))
    assert "through the proxy proxy.example:3128" in told and cure in told
    monkeypatch.setenv("NO_PROXY", "store.example")
    assert "through the proxy" not in no_access.explain(s3.Client(remote), Unreachable(said))


def test_a_clock_that_is_wrong(rclone_bucket, monkeypatch):
    """The store of this machine looks at it as Amazon's does; its answer tells what time it is."""
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 1200)
    client = s3.Client(rclone_bucket.server.remote("p"))
    with pytest.raises(s3.Denied) as raised:
        client.get("x")
    assert raised.value.code == "RequestTimeTooSkewed" and "`make doctor`" in raised.value.cure
    told = no_access.explain(client, raised.value)
    assert re.search(r"clock is wrong, (20 min|19 min 59 s).* off the store's: set it", told), told
