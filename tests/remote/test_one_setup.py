"""One AWS set-up is one identity and one place: each setting, by each tool, seen by the store.

Our client, aws (version 2 too, where it is), DVC, and the command that we print to try by hand.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import subprocess
from pathlib import Path

import pytest
from support.logging_store import ROLE, make_certificates, run_store

TOOLS = Path(__file__).parent.parent / "support" / "each_tool.py"
V2 = os.environ.get("AWS_V2", "/usr/bin/aws")
CONTENT = b"raw data " * 100
KEYS = "".join(
    f"[{name}]\naws_access_key_id = KEY{name.upper()}\naws_secret_access_key = s\n"
    for name in ("default", "other", "third")
)


@pytest.fixture
def store():
    with run_store() as running:
        yield running


class SetUp:
    """A checkout whose person has AWS's files in their home, and DVC's config."""

    def __init__(self, anna, store):
        self.anna, self.store = anna, store
        self.dvc = {"endpointurl": store.endpoint}
        self.env = {"AWS_MAX_ATTEMPTS": "1"}
        self.file(".aws/credentials", KEYS)
        digest = hashlib.md5(CONTENT).hexdigest()
        anna.write(f".dvc/cache/files/md5/{digest[:2]}/{digest[2:]}", CONTENT)
        text = f"outs:\n- md5: {digest}\n  size: {len(CONTENT)}\n  hash: md5\n  path: base\n"
        anna.write("raw_datasets/base.dvc", text.encode())

    def file(self, name, text):
        path = self.anna.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def write(self):
        lines = [f"    {name} = {value}\n" for name, value in self.dvc.items() if value]
        url = "    url = s3://bucket/base/raw_datasets_dvc_cache\n"
        head = "[core]\n    remote = test\n['remote \"test\"']\n"
        self.anna.write(".dvc/config.local", (head + url + "".join(lines)).encode())

    def go(self):
        """Every tool comes once; then somebody types the line that we print to try by hand."""
        self.write()
        run = self.anna.run(".venv/bin/python", str(TOOLS), **self.env)
        assert run.code == 0, run
        line, rest = run.out.splitlines()[0], run.err
        tried = self.anna.run("bash", "-c", line, **self.env)
        if has_version_2():
            tried = self.anna.run("bash", "-c", line.replace(".venv/bin/aws", V2), **self.env)
        self.line, self.said = line, rest + tried.err
        assert not list(self.anna.tmp.iterdir())
        return self

    def who(self):
        """{tool: {what every one of its requests had}}; a tool that did not come is an error."""
        seen = {tool: {s for s in self.store.seen if s.tool == tool} for tool in TOOL_NAMES}
        assert all(seen.values()), (self.said, self.store.seen)
        return seen

    def all_are(self, **expected):
        for tool, seen in self.who().items():
            for name, value in expected.items():
                assert {getattr(s, name) for s in seen} == {value}, (tool, name, self.said)


@functools.cache
def has_version_2():
    with contextlib.suppress(OSError):
        done = subprocess.run([V2, "--version"], capture_output=True, text=True, check=False)
        return done.stdout.startswith("aws-cli/2.")
    return False


TOOL_NAMES = ("ours", "aws", "dvc")


@pytest.fixture
def anna(clone):
    return clone("anna")


@pytest.fixture
def setup(anna, store):
    return SetUp(anna, store)


def env(**variables):
    return lambda setup: setup.env.update(variables)


def dvc(**options):
    return lambda setup: setup.dvc.update(options)


def config(text):
    return lambda setup: setup.file(".aws/config", text.format(endpoint=setup.store.endpoint))


def both(*steps):
    return lambda setup: [step(setup) for step in steps]


def elsewhere(name, text):
    """A file of AWS's in an unusual place, which DVC's config names."""
    return lambda setup: setup.dvc.update({name: setup.file(f"elsewhere/{name}", text)})


NO_ENDPOINT = dvc(endpointurl="")
KEYS_OF_ENV = {"AWS_ACCESS_KEY_ID": "KEYENV", "AWS_SECRET_ACCESS_KEY": "s"}
IDENTITIES = {
    "nothing": (env(), "KEYDEFAULT"),
    "AWS_PROFILE": (env(AWS_PROFILE="other"), "KEYOTHER"),
    "AWS_DEFAULT_PROFILE": (env(AWS_DEFAULT_PROFILE="other"), "KEYOTHER"),
    "both": (env(AWS_DEFAULT_PROFILE="other", AWS_PROFILE="third"), "KEYOTHER"),
    "keys and a profile": (env(AWS_PROFILE="other", **KEYS_OF_ENV), "KEYENV"),
    "keys and DVC's profile": (both(env(**KEYS_OF_ENV), dvc(profile="other")), "KEYOTHER"),
    "two profiles": (both(env(AWS_PROFILE="third"), dvc(profile="other")), "KEYOTHER"),
    "DVC's keys": (
        both(dvc(access_key_id="KEYDVC", secret_access_key='"s,#s"', profile="other"),
             env(AWS_PROFILE="third")), "KEYDVC",
    ),
    "credentialpath": (elsewhere("credentialpath", KEYS.replace("KEY", "FILE")), "FILEDEFAULT"),
    "configpath": (
        both(elsewhere("configpath", "[profile x]\naws_access_key_id = KEYX\n"
                       "aws_secret_access_key = s\n"), dvc(profile="x")), "KEYX",
    ),
    "anonymous": (both(env(**KEYS_OF_ENV), dvc(allow_anonymous_login="true")), ""),
    "what only fsspec reads": (env(FSSPEC_S3_KEY="KEYFS", FSSPEC_S3_SECRET="s"), "KEYDEFAULT"),
    "an old token": (env(AWS_SECURITY_TOKEN="old", **KEYS_OF_ENV), "KEYENV"),
}  # fmt: skip


PLACES = {
    "AWS_ENDPOINT_URL": lambda s: s.env.update(AWS_ENDPOINT_URL=s.store.endpoint),
    "AWS_ENDPOINT_URL_S3": lambda s: s.env.update(
        AWS_ENDPOINT_URL_S3=s.store.endpoint, AWS_ENDPOINT_URL="http://127.0.0.1:9"
    ),
    "endpoint_url": config("[default]\nendpoint_url = {endpoint}\n"),
    "services": config(
        "[default]\nservices = mine\nendpoint_url = http://127.0.0.1:9\n"
        "[services mine]\ns3 =\n  endpoint_url = {endpoint}\n"
    ),
    "a profile with a blank": both(
        env(AWS_PROFILE="my own", **KEYS_OF_ENV),
        config('[profile "my own"]\nendpoint_url = {endpoint}\n'),
    ),
}


def test_dvcs_endpoint_wins(setup):
    env(AWS_ENDPOINT_URL_S3="http://127.0.0.1:9", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="true")(setup)
    config("[default]\nendpoint_url = http://127.0.0.1:9\n")(setup)
    setup.go().all_are(host=f"127.0.0.1:{setup.store.port}")


@pytest.mark.parametrize("where", ["environment", "profile"])
def test_endpoints_that_are_to_be_ignored(setup, store, where):
    NO_ENDPOINT(setup)
    env(HTTPS_PROXY=store.endpoint, AWS_ENDPOINT_URL="http://127.0.0.1:9")(setup)
    if where == "environment":
        env(AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="true")(setup)
    else:
        config("[default]\nignore_configured_endpoint_urls = true\n")(setup)
    env(AWS_REGION="eu-west-1", PATIENCE="2")(setup)
    setup.go()
    assert not store.seen
    assert {host for host, _ in store.connects} == {"bucket.s3.eu-west-1.amazonaws.com:443"}
    assert len(store.connects) >= 4, setup.said


REGIONS = {
    "AWS_REGION": env(AWS_REGION="eu-south-1", AWS_DEFAULT_REGION="eu-west-1"),
    "AWS_DEFAULT_REGION": env(AWS_DEFAULT_REGION="eu-south-1"),
    "DVC's": both(env(AWS_REGION="eu-west-1"), dvc(region="eu-south-1")),
    "config": config("[default]\nregion = eu-south-1\n"),
    "credentials file": lambda s: s.file(".aws/credentials", KEYS.replace(
        "[default]", "[default]\nregion = eu-south-1")),
}  # fmt: skip


# Each place with a region: neither is found by way of the other.
TOGETHER = {
    "AWS_ENDPOINT_URL": "AWS_REGION",
    "AWS_ENDPOINT_URL_S3": "AWS_DEFAULT_REGION",
    "endpoint_url": "credentials file",
    "services": "DVC's",
    "a profile with a blank": "",
    "": "config",  # one config file is of one of them
}


@pytest.mark.parametrize(("place", "region"), TOGETHER.items())
def test_one_place_and_one_region(setup, place, region):
    expected = {"host": f"127.0.0.1:{setup.store.port}"}
    if place:
        NO_ENDPOINT(setup)
        PLACES[place](setup)
    if region:
        REGIONS[region](setup)
        expected["region"] = "eu-south-1"
    setup.go().all_are(**expected)


def test_every_place_and_region_is_tried():
    assert {*TOGETHER, *TOGETHER.values()} - {""} == {*PLACES, *REGIONS}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("ca"), "127.0.0.1", "store.test")


@pytest.fixture
def secure(certificates):
    with run_store(certificate=certificates[1]) as running:
        yield running


AUTHORITIES = {
    "AWS_CA_BUNDLE": lambda s, ca: s.env.update(AWS_CA_BUNDLE=ca, REQUESTS_CA_BUNDLE="/none"),
    "ca_bundle": lambda s, ca: s.file(".aws/config", f"[default]\nca_bundle = {ca}\n"),
    "REQUESTS_CA_BUNDLE": lambda s, ca: s.env.update(REQUESTS_CA_BUNDLE=ca),
    "SSL_CERT_FILE": lambda s, ca: s.env.update(SSL_CERT_FILE=ca),
    "ssl_verify": lambda s, ca: s.dvc.update(ssl_verify=ca),
    "no ssl_verify": lambda s, ca: s.dvc.update(ssl_verify="false"),
}


# Some identities come with an authority, each with another one: neither hides the other.
TRUSTING = {
    "nothing": "ca_bundle",
    "AWS_PROFILE": "AWS_CA_BUNDLE",
    "keys and a profile": "SSL_CERT_FILE",
    "two profiles": "REQUESTS_CA_BUNDLE",
    "DVC's keys": "ssl_verify",
    "credentialpath": "no ssl_verify",
}


@pytest.mark.parametrize("case", IDENTITIES)
def test_one_identity_and_one_authority(anna, store, secure, certificates, case):
    prepare, key = IDENTITIES[case]
    authority = TRUSTING.get(case)
    asked = secure if authority else store
    setup = SetUp(anna, asked)
    if authority:
        AUTHORITIES[authority](setup, str(certificates[0]))
    prepare(setup)
    setup.go().all_are(scheme="https" if authority else "http", access_key=key)
    tokens = {s.headers.get("x-amz-security-token", "") for s in asked.seen}
    assert tokens == {"old" if case == "an old token" else ""}
    # a store that knows no trailing checksum holds the very bytes, and not their framing
    digest = hashlib.md5(CONTENT).hexdigest()
    cache = "bucket/base/raw_datasets_dvc_cache/files/md5"
    assert asked.objects[f"{cache}/{digest[:2]}/{digest[2:]}"] == CONTENT


def test_every_authority_is_tried():
    assert {*TRUSTING.values()} == {*AUTHORITIES}


def test_an_authority_that_nobody_trusts(anna, secure):
    setup = SetUp(anna, secure)
    env(PATIENCE="2")(setup)
    setup.go()
    assert not secure.seen
    assert "certificate" in setup.said


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_one_proxy(anna, store, secure, certificates, scheme):
    target = secure if scheme == "https" else store
    store.tunnel_to = secure.port
    setup = SetUp(anna, target)
    dvc(endpointurl=f"{scheme}://store.test")(setup)
    proxy = f"http://me:se%40cret@127.0.0.1:{store.port}"
    env(**{f"{scheme.upper()}_PROXY": proxy}, AWS_CA_BUNDLE=str(certificates[0]))(setup)
    setup.go().all_are(host="store.test", proxied=scheme == "http")
    said = "Basic bWU6c2VAY3JldA=="
    if scheme == "https":
        assert {word for _, word in store.connects} == {said}
    else:
        assert {s.headers.get("proxy-authorization") for s in store.seen} == {said}


@pytest.mark.parametrize("no_proxy", ["127.0.0.2", "127.0.0.0/8", "example.org, 127.0.0.0/24"])
def test_no_proxy(anna, no_proxy):
    with run_store(address="127.0.0.2") as store:
        setup = SetUp(anna, store)
        env(HTTP_PROXY="http://127.0.0.1:9", NO_PROXY=no_proxy)(setup)
        setup.go().all_are(proxied=False, access_key="KEYDEFAULT")


def test_the_bucket_in_the_hosts_name(setup, store):
    config("[default]\ns3 =\n  addressing_style = virtual\n")(setup)
    dvc(endpointurl="http://store.test")(setup)
    env(HTTP_PROXY=store.endpoint)(setup)
    setup.go().all_are(host="bucket.store.test")


def test_a_credential_process_is_asked_once(setup):
    count = setup.anna.home / "count"
    answer = '{"Version": 1, "AccessKeyId": "KEYPROCESS", "SecretAccessKey": "s"}'
    script = setup.file("keys.sh", f"echo asked >>{count}\necho '{answer}'\n")
    setup.file(".aws/config", f"[profile p]\ncredential_process = sh {script}\n")
    dvc(profile="p")(setup)
    setup.go().all_are(access_key="KEYPROCESS")
    tries = 2 if has_version_2() else 1
    assert len(count.read_text().split()) == 1 + tries  # once by us, and by each try


@pytest.mark.parametrize("place", ["config", "credentials"])
def test_a_role_is_taken_once(setup, store, place):
    role = "role_arn = arn:aws:iam::1:role/r\nsource_profile = other\n"
    if place == "config":
        setup.file(".aws/config", f"[profile r]\n{role}region = eu-west-1\n")
    else:
        setup.file(".aws/credentials", f"{KEYS}[r]\n{role}region = eu-west-1\n")
    env(AWS_ENDPOINT_URL_STS=store.endpoint)(setup)
    dvc(profile="r")(setup)
    setup.go().all_are(access_key=ROLE, region="eu-west-1")
    assert store.roles == 1  # aws's own cache has the session for all that come later


def test_a_role_with_mfa_and_no_terminal(setup, store):
    setup.file(
        ".aws/config",
        "[profile r]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = other\n"
        "mfa_serial = arn:aws:iam::1:mfa/me\n",
    )
    env(AWS_ENDPOINT_URL_STS=store.endpoint, PYTHONPATH=str(setup.anna.path / "scripts"))(setup)
    dvc(profile="r")(setup)
    setup.write()
    run = setup.anna.run("./pull.sh", **setup.env)
    assert run.code == 1 and "MFA" in run.err and "aws sts get-caller-identity" in run.err, run
    assert "bug" not in run.err and not store.roles


TYPIST = """
import os, pty, sys, termios, time
pid, terminal = pty.fork()
if not pid:
    os.execv(sys.argv[1], sys.argv[1:])
said, typed = b"", 0
while True:
    try:
        block = os.read(terminal, 65536)
    except OSError:
        break
    if not block:
        break
    said += block
    if said.count(b"MFA code") > typed:
        typed += 1
        while termios.tcgetattr(terminal)[3] & termios.ECHO:
            time.sleep(0.01)  # asking drops what was typed before
        os.write(terminal, b"123456\\n")
sys.stdout.buffer.write(said)
"""


def test_a_role_with_mfa_asks_a_person_once(setup, store):
    """Whoever types the code at a terminal is asked for no other, by none of the programs."""
    setup.file(
        ".aws/config",
        "[profile r]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = other\n"
        "mfa_serial = arn:aws:iam::1:mfa/me\n",
    )
    dvc(profile="r")(setup)
    setup.write()
    env = {**setup.anna.env, **setup.env, "AWS_ENDPOINT_URL_STS": store.endpoint}
    env["PYTHONPATH"] = str(setup.anna.path / "scripts")
    python = str(setup.anna.path / ".venv" / "bin" / "python")
    done = subprocess.run(
        [python, "-c", TYPIST, python, str(TOOLS)], cwd=setup.anna.path, env=env,
        stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=900,
    )  # fmt: skip
    setup.said = (done.stdout + done.stderr).decode()
    assert setup.said.count("Enter MFA code") == 1, setup.said
    setup.all_are(access_key=ROLE)
    assert (store.roles, store.codes) == (1, ["123456"])
