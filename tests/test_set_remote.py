"""`make remote`, and each way in which a registry cannot be reached: told well, and in time."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from support.oracle import assert_in_time, below, expect
from support.servers import Bucket, Server

from registry.remote import config_file, dvc_config, location

A = "processed_datasets/a"


@pytest.fixture
def bucket(moto_bucket):
    """The stricter store: it knows buckets and regions."""
    return moto_bucket


def local(here, **options):
    """Change what this machine's config says of the remote; the way in is no longer a proxy."""
    config_file.update(here.path / ".dvc" / "config.local", {'remote "test"': options})


@pytest.fixture
def working(anna):
    """A checkout with work of its own, that reaches its registry."""
    anna.add(A, {"x": b"1"})
    expect(anna.script("push_entries"), 0)
    anna.write(f"{A}/x", b"not pushed")
    return anna


@pytest.fixture
def dead_port():
    with socket.socket() as closed:  # bound and not listening: a refused connection
        closed.bind(("127.0.0.1", 0))
        yield closed.getsockname()[1]


def wrong_keys(here, server, port):
    here.proxy.when("GET").answer(403, "InvalidAccessKeyId")
    return "does not know these keys"


def wrong_secret(here, server, port):
    here.proxy.when("GET").answer(403, "SignatureDoesNotMatch")
    return "secret key is wrong"


def no_permission(here, server, port):
    here.proxy.when("GET").answer(403, "AccessDenied")
    return "allow s3:ListBucket on arn:aws:s3:::"


def expired(here, server, port):
    here.proxy.when("GET").answer(403, "ExpiredToken")
    return "have expired"


def no_bucket(here, server, port):
    local(here, url=f"s3://no-such-bucket/{location.DVC_FOLDER}")
    return "no such bucket"


def wrong_region(here, server, port):
    here.proxy.when("GET").answer(400, "AuthorizationHeaderMalformed")
    return "REGION="


def server_down(here, server, port):
    local(here, endpointurl=f"http://127.0.0.1:{port}")
    return "refused"


def no_answer(here, server, port):
    here.proxy.when("GET").hang()
    return "does not answer"


def always_busy(here, server, port):
    here.proxy.when("GET").answer(503)
    return "503"


def no_such_host(here, server, port):
    local(here, endpointurl="http://no-such-host.invalid:9000")
    return "does not answer"


def no_such_profile(here, server, port):
    local(here, profile="nobody")
    return "aws configure --profile nobody"


def no_such_profile_with_a_blank(here, server, port):
    local(here, profile="my team")
    return "aws configure --profile 'my team'"


def no_credentials_file(here, server, port):
    local(here, credentialpath="/nowhere/credentials")
    return "aws configure"


def not_s3(here, server, port):
    here.proxy.when("GET").replace(lambda body: b"<html>Please log in to this network</html>")
    return "in the way?"


WAYS = [
    wrong_keys, wrong_secret, no_permission, expired, no_bucket, wrong_region, server_down,
    no_answer, always_busy, no_such_host, no_such_profile, no_such_profile_with_a_blank,
    no_credentials_file, not_s3,
]  # fmt: skip


def test_the_aws_command_of_a_message_is_one_that_is_here(working, bucket, dead_port):
    """It said `aws configure`, and only .venv has that; its version 1 has no `aws sso login`."""
    no_such_profile_with_a_blank(working, bucket.server, dead_port)
    said = working.push().err
    typed = re.search(r"run `([^`]* configure [^`]*)`", said)[1]
    assert "sso login --profile 'my team'` (by version 2 of aws)" in said
    local(working, credentialpath=str(working.path / "keys"))
    env = {"AWS_SHARED_CREDENTIALS_FILE": str(working.path / "keys")}
    expect(working.run("bash", "-c", f"printf 'AK\\nSK\\n\\n\\n' | {typed}", **env), 0)
    said = working.push(**env).err
    assert "credentials: none" not in said, said


@pytest.mark.parametrize("way", WAYS)
def test_a_registry_out_of_reach(working, bucket, way, dead_port):
    before, stored = working.tree(), bucket.read()
    healthy = expect(working.push(DRY_RUN="1"), 0)
    says = way(working, bucket.server, dead_port)
    run = expect(working.push(), 1)
    assert_in_time(run.seconds, 10 + 3, healthy)
    assert says in run.err and "nothing was touched" in run.err, run
    settings = dvc_config.load(working.path)
    assert re.search(rf"remote: {re.escape(settings.url)}.*{re.escape(settings.endpoint)}", run.err)
    assert re.search(r"credentials: \S+", run.err), run
    assert re.search(r"try: .*aws s3 ls \S+/ --endpoint-url \S+", run.err), run
    assert f"aws s3 ls {settings.url}/ --endpoint-url {settings.endpoint}" in run.err, run
    assert working.tree() == before and bucket.read() == stored
    pulled = expect(working.pull(), 1) if way is wrong_keys else run
    assert says in pulled.err and working.tree() == before


def test_what_it_says_to_try_can_be_pasted(working):
    working.proxy.when("GET").answer(403, "AccessDenied")
    line = re.search(r"(?m)^  try: (.*)", expect(working.push(), 1).err)[1]
    working.proxy.clear()
    run = expect(working.run("bash", "-c", f". .venv/bin/activate; {line}"), 0)
    assert run.out.split() == ["PRE", ".registry/", "PRE", "processed_datasets/"], run


def test_wrong_keys_for_real(clone, rclone_bucket):
    """The embedded store checks signatures; moto's server does not."""
    anna = clone("anna", rclone_bucket)
    anna.add(A, {"x": b"1"})
    text = Path(rclone_bucket.server.credentials_file).read_text()
    keys = anna.write("../keys", re.sub(r"(secret_access_key = )\w{4}", r"\1abcd", text).encode())
    local(anna, credentialpath=str(keys))
    run = expect(anna.run("./push.sh"), 1)
    assert "nothing was touched" in run.err and f"'{rclone_bucket.server.profile}'" in run.err, run
    assert rclone_bucket.keys() == []


def test_set_show_and_set_again(clone, bucket):
    """One place holds it, and DVC uses the same."""
    anna = clone("anna")
    server = bucket.server
    names = {"ENDPOINT": server.endpoint, "PROFILE": "test", "REGION": "eu-west-1"}
    words = [f"{name}={value}" for name, value in names.items()]
    keys = {"AWS_SHARED_CREDENTIALS_FILE": server.credentials_file}
    run = expect(anna.make("remote", f"URL={bucket.url}/", *words, **keys), 0)
    assert "commit .dvc/config" in run.err, run
    assert anna.git("status", "--porcelain").split() == ["M", ".dvc/config"]
    shown = expect(anna.make("remote", **keys), 0).out
    for value in (bucket.url, *names.values()):
        assert value in shown, shown
    told = expect(anna.run(".venv/bin/dvc", "remote", "list"), 0).out
    assert f"{bucket.url}/{location.DVC_FOLDER}" in told
    assert "verify = true" in (anna.path / ".dvc" / "config").read_text()
    anna.add(A, {"x": b"1"})
    expect(anna.push(**keys), 0)
    assert bucket.data() == below(A, {"x": b"1"})

    local_file = anna.path / ".dvc" / "config.local"
    words = ["LOCAL=1", f"CREDENTIALS={server.credentials_file}", *words]
    other = server.new_bucket()
    expect(anna.make("remote", f"URL={other.url}", *words), 0)
    assert other.url in expect(anna.make("remote"), 0).out
    assert other.url in local_file.read_text()
    expect(anna.make("remote", f"URL={bucket.url}", *words[2:], **keys), 0)
    assert bucket.url in expect(anna.make("remote", **keys), 0).out


def test_settings_that_cannot_be(clone, bucket):
    anna = clone("anna")
    before = (anna.path / ".dvc" / "config").read_bytes()
    for words in (
        ["URL=bucket/prefix"], ["URL=https://bucket/prefix"], ["URL=s3://"], ["URL=s3://B_/x"],
        ["URL=s3://bucket/a//b"], ["URL=s3://bucket/../x"], ["URL=s3://bucket/a b"],
        ["URL=s3://bucket/x\n[core]"], ["ENDPOINT=http://127.0.0.1:1"],
        ["URL=s3://bucket/x", "ENDPOINT=ftp://x"], ["URL=s3://bucket/x", "ENDPOINT=http://k:s@x"],
        ["URL=s3://bucket/x", "PROFILE=a b"], ["URL=s3://bucket/x", "REGION=$(touch pwned)"],
        ["URL=s3://bucket/x", "ENDPOINT=http://x\n[core]"],
        ["URL=s3://bucket/x", "ENDPOINT=http://x\nurl = s3://other"],
        ["URL=s3://bucket/x", "ENDPOINT=http://x:99999"], ["URL=s3://bucket/x", "ENDPOINT=http://"],
        ["URL=s3://bucket/x", "CREDENTIALS=/nowhere", "LOCAL=1"],
        ["URL=s3://bucket/x", "CREDENTIALS=/etc/passwd"],
    ):  # fmt: skip
        run = expect(anna.make("remote", *words), 2)
        assert run.err.startswith("remote: ") and run.out == "", run
    assert (anna.path / ".dvc" / "config").read_bytes() == before
    assert not (anna.path / ".dvc" / "config.local").exists()


@pytest.mark.parametrize("how", ["environment", "default profile", "AWS_PROFILE", "process"])
def test_credentials_as_the_aws_command_finds_them(clone, rclone_bucket, how):
    server: Server = rclone_bucket.server
    anna = clone("anna", rclone_bucket)
    local(anna, profile="", credentialpath="")
    access, secret = re.findall(r" = (\w+)", Path(server.credentials_file).read_text())
    env = {}
    lines = f"aws_access_key_id = {access}\naws_secret_access_key = {secret}\n"
    if how == "environment":
        env = {"AWS_ACCESS_KEY_ID": access, "AWS_SECRET_ACCESS_KEY": secret}
    elif how == "process":
        text = f'{{"Version": 1, "AccessKeyId": "{access}", "SecretAccessKey": "{secret}"}}'
        (anna.home / "give.json").write_text(text)
        lines = f"credential_process = cat {anna.home}/give.json\n"
        env = {"AWS_PROFILE": "me"}
    profile = "default" if how == "default profile" else "me"
    if how == "AWS_PROFILE":
        env = {"AWS_PROFILE": "me"}
    if how != "environment":
        file = "config" if how == "process" else "credentials"
        head = f"[profile {profile}]" if how == "process" else f"[{profile}]"
        (anna.home / ".aws").mkdir()
        (anna.home / ".aws" / file).write_text(f"{head}\n{lines}")
    anna.add(A, {"x": b"1"})
    expect(anna.push(**env), 0)
    assert Bucket.data(rclone_bucket) == below(A, {"x": b"1"})
