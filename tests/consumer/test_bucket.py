"""The consumer module over the registry's own S3, and in a checkout: mirrored and raw entries."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from support.consumer import App, content_list, no_network, sha256, tree, version_of

from registry.entries import Entry
from registry.index.journal import Journal

X, RAW = "champion_models/x", "raw_datasets/logs"
FILES = {"a.txt": b"one", "sub/ü +%.bin": b"two" * 1000, "e": b""}
NEWER = {"a.txt": b"another", "renamed": FILES["sub/ü +%.bin"], "e": b""}
CACHE = "raw_datasets_dvc_cache"


def md5(body):
    return hashlib.md5(body).hexdigest()


def push(bucket, id, files, **more):
    """What a push leaves in S3: the files, the content list, and the marker."""
    for key in bucket.keys(f"{id}/"):
        bucket.delete(key)
    for name, body in files.items():
        bucket.put(f"{id}/{name}", body)
    version = version_of(files)
    bucket.put(f".registry/versions/{id}/{version}", content_list(files).encode())
    marker = {"state": "done", "version": version, "files": len(files), "bytes": 3003,
              "who": "Anna", "commit": "c0ffee"}  # fmt: skip
    bucket.put(f".registry/{id}.json", json.dumps({**marker, **more}).encode())
    return version


def push_raw(bucket, files, old_place=False):
    """What `dvc push` leaves there; DVC's hash of the folder."""
    stem = f"{CACHE}/" if old_place else f"{CACHE}/files/md5/"
    rows = [{"md5": md5(files[name]), "relpath": name} for name in sorted(files)]
    folder = json.dumps(rows).encode()
    for body in files.values():
        bucket.put(f"{stem}{md5(body)[:2]}/{md5(body)[2:]}", body)
    bucket.put(f"{stem}{md5(folder)[:2]}/{md5(folder)[2:]}.dir", folder)
    return md5(folder) + ".dir"


@pytest.fixture
def app(tmp_path, bucket, monkeypatch):
    """An app with keys in a file, as people have them."""
    server = bucket.server
    app = App(tmp_path / "app", BUCKET=f"{server.endpoint}/{server.bucket}", PREFIX=bucket.base,
              REGION="us-east-1", PROFILE=server.profile)  # fmt: skip
    app.env["AWS_SHARED_CREDENTIALS_FILE"] = server.credentials_file
    return app.entered(monkeypatch)


def test_a_colleague_with_keys_has_the_same(app, bucket, monkeypatch):
    version = push(bucket, X, FILES)
    assert app.run("pin", X)[1] == f"{X} {version[:12]}\n"
    client = app.load()
    assert tree(client.path(X)) == FILES
    no_network(monkeypatch)
    assert tree(app.load().path(X)) == FILES


def test_a_pin_holds_as_long_as_s3_has_its_bytes_under_whatever_name(app, bucket):
    old = push(bucket, X, FILES)
    kept = {name: body for name, body in FILES.items() if name != "a.txt"}
    subset = push(bucket, X, kept)
    new = push(bucket, X, NEWER)
    client = app.load()
    assert tree(client.path(X, version=subset[:12])) == kept
    bucket.put(f".registry_trash/kept/{X}/{sha256(b'one')}", b"one")
    assert tree(client.path(X, version=old)) == FILES
    app.cache.rename(app.cache.with_name("away"))
    bucket.delete(f".registry_trash/kept/{X}/{sha256(b'one')}")
    with pytest.raises(
        client.NotFound, match=f"{old[:12]} of {X}; the newest version is {new[:12]}"
    ):
        client.path(X, version=old)
    with pytest.raises(client.NotFound, match="has no version 0123456789ab"):
        client.path(X, version="0123456789ab")


def test_what_is_being_pushed_or_has_no_version_says_so(app, bucket):
    version = push(bucket, X, FILES, state="pushing", version="")
    client = app.load()
    assert tree(client.path(X, version=version)) == FILES
    with pytest.raises(client.NotFound, match=r"has no version yet .*make seal DATASET="):
        push(bucket, X, FILES, version="")
        client.path(X)
    with pytest.raises(client.Unreachable, match="is being pushed by Anna"):
        push(bucket, X, FILES, state="pushing")
        app.cache.rename(app.cache.with_name("away"))
        client.path(X)
    with pytest.raises(client.NotFound, match=f"champion_models/y is not in .*did you mean {X}"):
        client.path("champion_models/y")


@pytest.mark.parametrize("old_place", [False, True])
def test_a_raw_dataset_by_its_dvc_hash(app, bucket, old_place):
    version = push_raw(bucket, FILES, old_place)
    app.lock.write_text(f'["{RAW}"]\npin = {{ version = "{version}" }}\nid = "{RAW}"\n')
    client = app.load()
    with pytest.raises(client.NotFound, match=r"raw_datasets/y is none of the raw .* renew it by"):
        client.path("raw_datasets/y")
    assert tree(client.path(RAW)) == FILES
    client.verify(RAW)
    app.lock.unlink()
    client.RAW_VERSIONS[RAW] = version
    assert tree(client.path(RAW)) == tree(client.path(RAW, version[:12])) == FILES
    assert client.pin_of(RAW, "")["files"] == 3
    assert {f.path: f.digest for f in client.files(RAW)} == {
        name: f"md5:{md5(body)}" for name, body in FILES.items()
    }


def test_a_raw_dataset_of_one_file_and_the_old_rule_for_line_ends(app, bucket):
    body = b"a,b\r\n1,2\r\n"
    old = md5(body.replace(b"\r\n", b"\n"))
    bucket.put(f"{CACHE}/{old[:2]}/{old[2:]}", body)
    file = app.load().path("raw_datasets/t.csv", version=old)
    assert file.name == "t.csv" and file.read_bytes() == body


def test_keys_of_the_environment_of_boto3_and_of_none(app, bucket, monkeypatch, tmp_path):
    push(bucket, X, FILES)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    lines = Path(bucket.server.credentials_file).read_text().split()
    access, secret = (
        lines[lines.index(f"aws_{n}") + 2] for n in ("access_key_id", "secret_access_key")
    )
    client = app.load()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", access)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "")
    assert client.find_keys() == (access, secret, "") and tree(client.path(X)) == FILES
    assert client.keys_of_boto3("")[:2] == (access, secret)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    fake = tmp_path / "bin" / "aws"
    fake.parent.mkdir()
    answer = {"Version": 1, "AccessKeyId": access, "SecretAccessKey": secret, "SessionToken": "t"}
    fake.write_text(f"#!/bin/sh\n[ \"$*\" = 'configure export-credentials --format process "
                    f"--profile p' ] && echo '{json.dumps(answer)}'\n")  # fmt: skip
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent))
    assert client.keys_of_aws("p") == (access, secret, "t") and client.keys_of_aws("q") == ()


def test_without_keys_it_says_what_to_set(app, moto_bucket, monkeypatch):
    client = app.load()
    monkeypatch.setattr(client, "find_keys", lambda: ())
    place = client.Bucket(client.BUCKET, client.PREFIX)
    with pytest.raises(client.Unreachable, match="it needs keys; set AWS_PROFILE, or AWS_ACC"):
        place.explain("k", 403, "<Code>AccessDenied</Code>")


@pytest.mark.parametrize("is_told", [False, True])
def test_another_region_is_learnt_from_the_answer(app, is_told):
    """`AuthorizationHeaderMalformed` and `PermanentRedirect` name it in a header."""
    client = app.load()
    place = client.Bucket("https://b.s3.us-east-1.amazonaws.com", "p")
    place.keys = ("a", "s", "")
    asked = []

    class Answer:
        status = 400
        headers = {"x-amz-bucket-region": "eu-west-1"} if is_told else {}

        def read(self):
            return b""

    def request(self, url, headers):
        asked.append((url, headers["Authorization"].split("/")[2]))
        return Answer()

    client.Place.request = request
    place.request(f"{place.url}/p/k", {})
    further = [("https://b.s3.eu-west-1.amazonaws.com/p/k", "eu-west-1")] if is_told else []
    assert asked == [("https://b.s3.us-east-1.amazonaws.com/p/k", "us-east-1"), *further]


def test_signatures_are_those_of_botocore(app, monkeypatch):
    """Over odd keys and queries, with and without a session token, at one moment."""
    import datetime
    from urllib.parse import quote

    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    client = app.load()
    for number, key in enumerate(["a", "a b/ü+%~(1)*'!;=&?", "x" * 300, "é/$@,:[]", ""]):
        query = f"list-type=2&prefix={client.encoded(key, '')}" if number % 2 else ""
        place = client.Bucket("http://127.0.0.1:9/b", "p")
        place.keys = ("AKIA", "secret/+", "token+/=" if number % 2 else "")
        url = f"http://127.0.0.1:9/b/p/{quote(key, safe='/-_.~')}" + (f"?{query}" if query else "")
        ours = place.signature(url)
        moment = datetime.datetime.strptime(ours["x-amz-date"], "%Y%m%dT%H%M%SZ")
        request = AWSRequest("GET", url, headers={"x-amz-content-sha256": client.NOTHING})
        request.context["timestamp"] = ours["x-amz-date"]
        auth = S3SigV4Auth(Credentials(*place.keys), "s3", "us-east-1")
        monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *a, m=moment: m)
        auth.add_auth(request)
        assert ours["Authorization"] == request.headers["Authorization"], key
    # what is signed is what is sent, also for a port that http.client would leave out
    assert place.signature("https://store:443/b/k")["host"] == "store:443"


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """The folders of a checkout; a real one has more, which nobody needs here."""
    top = tmp_path / "registry"

    def write(id, files):
        for name, body in files.items():
            (top / id / name).parent.mkdir(parents=True, exist_ok=True)
            (top / id / name).write_bytes(body)
        return top / id

    monkeypatch.setenv("DATA_REGISTRY", str(top))
    return write


def test_a_checkout_is_used_in_place_if_it_is_that_version(app, bucket, checkout, monkeypatch):
    version = push(bucket, X, FILES)
    app.run("pin", X, DATA_REGISTRY="")
    here = checkout(X, {**FILES, ".DS_Store": b"litter", "sub/._x": b"litter"})
    client = app.load()
    assert client.path(X) == here
    reads = []
    monkeypatch.setattr(client, "read_all", lambda *words: reads.append(words))
    assert client.path(X) == here and not reads  # known by names, sizes and times
    monkeypatch.undo()
    app.entered(monkeypatch)
    monkeypatch.setenv("DATA_REGISTRY", str(here.parent.parent))
    (here / "a.txt").write_bytes(b"edited")
    assert tree(client.path(X)) == FILES and client.path(X) != here
    monkeypatch.delenv("DATA_REGISTRY")
    assert client.path(X, version=version) != here


def test_without_a_pin_a_checkout_is_what_it_holds(app, checkout, monkeypatch):
    here = checkout(X, FILES)
    client = app.load()
    no_network(monkeypatch)
    assert client.path(X) == here and len(client.files(X)) == 3
    monkeypatch.setenv("DATA_REGISTRY_OFFLINE", "1")
    with pytest.raises(client.Unreachable, match="champion_models/other is not in"):
        client.path("champion_models/other")


def test_a_checkout_in_the_middle_of_a_pull_is_passed_over(app, bucket, checkout, caplog):
    """Its journal, as the registry itself writes it, tells; a push leaves the folder whole."""
    push(bucket, X, FILES)
    here = checkout(X, {"a.txt": b"half of it"})
    entry = Entry(*X.split("/"), here.parent.parent)
    Journal("place", "token of a push").save(entry)
    client = app.load()
    assert client.path(X) == here
    Journal("place").save(entry)
    assert tree(client.path(X)) == FILES
    assert f"a pull of {X} was not finished" in caplog.text


def test_a_checkout_that_cannot_be_read_or_lacks_it_is_passed_over(app, bucket, checkout, caplog):
    version = push(bucket, X, FILES)
    here = checkout(X, FILES)
    (here / "dangling").symlink_to("nowhere")
    client = app.load()
    assert tree(client.path(X, version)) == FILES and "is passed over" in caplog.text
    (here / "dangling").unlink()
    assert client.path(X, version[:12]) == here


def test_a_checkout_alone_answers_for_itself(tmp_path, app, checkout, monkeypatch):
    """Without a mirror and a bucket: it is pinned from what is here, by its bytes."""
    here = checkout(X, FILES)
    here.with_name("x.card.md").write_text("---\n---\n")
    git = here.parent.parent / ".git"
    (git / "refs/heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "refs/heads/main").write_text("c0ffee\n")
    alone = App(tmp_path / "alone").entered(monkeypatch)
    registry = {"DATA_REGISTRY": str(here.parent.parent)}
    assert alone.run("pin", X, **registry) == (0, f"{X} {version_of(FILES)[:12]}\n", "")
    assert alone.run("pull", **registry) == (0, f"{here}\n", "")
    assert 'commit = "c0ffee"' in alone.lock.read_text()
    monkeypatch.setenv("DATA_REGISTRY", registry["DATA_REGISTRY"])
    short = alone.load().files(X, version_of(FILES)[:12])
    assert sorted(file.path for file in short) == sorted(FILES)
    (here / "a.txt").write_bytes(b"edited")
    code, out, err = alone.run("pull", **registry)
    assert (code, out) == (3, "") and f"does not hold version {version_of(FILES)[:12]}" in err
    code, out, err = alone.run("pull", "champion_models/xx", **registry)
    assert code == 3 and f"did you mean {X}?\n" in err
    code, out, err = alone.run("pull", X)
    assert code == 3 and "there is nowhere to look: set DATA_REGISTRY" in err


def test_a_pin_that_is_no_version_is_told(app):
    app.lock.write_text(f'["{X}"]\npin = {{ version = "../../x" }}\nid = "{X}"\n')
    client = app.load()
    with pytest.raises(client.Usage, match="a version is 12 to 64 letters"):
        client.path(X)


def test_an_alias_is_another_name_of_the_variable(tmp_path, app, checkout, monkeypatch):
    here = checkout(X, FILES)
    monkeypatch.delenv("DATA_REGISTRY")
    other = App(tmp_path / "other", ALIAS="MODELS").entered(monkeypatch).load()
    monkeypatch.setenv("MODELS", str(here.parent.parent))
    assert other.path(X) == here
    monkeypatch.setenv("MODELS", "/nowhere")
    with pytest.raises(
        other.NotFound, match="MODELS=/nowhere is not a folder: correct it, or unset"
    ):
        other.path(X)


def test_raw_in_a_checkout_is_known_by_dvcs_hash(app, bucket, checkout, caplog):
    version = push_raw(bucket, FILES)
    here = checkout(RAW, FILES)
    here.with_name("logs.dvc").write_text(f"outs:\n- md5: {version}\n  hash: md5\n  path: logs\n")
    here.with_name("logs.card.md").write_text(
        "---\npretty_name: Logs\nstatus: deprecated\ndeprecated_notice: old\n---\n# Card: logs\n"
    )
    code, out, _ = app.run("pull", RAW, DATA_REGISTRY=str(here.parent.parent))
    assert (code, out) == (0, f"{here}\n") and f"{RAW} is deprecated: old" in caplog.text
    assert app.run("pin", RAW, DATA_REGISTRY=str(here.parent.parent))[0] == 0
    client = app.load()
    assert client.read_lock(str(app.lock))[RAW]["version"] == version
    assert client.path(RAW) == here
    (here / "new").write_bytes(b"!")
    assert tree(client.path(RAW)) == FILES  # from S3


def test_names_that_only_windows_refuses(app, monkeypatch):
    client = app.load()
    bad = ["con", "a/NUL.txt", "a:b", "x. ", "a\\b", "what?"]
    for name in [*bad, "console", "a/nulls"]:
        assert bool(re.search(client.ODD_ON_WINDOWS, name)) == (name in bad), name
    monkeypatch.setattr(client.os, "name", "nt")
    long = "C:\\" + "x" * 300
    assert client.long_name(long) == "\\\\?\\" + long and client.plain("\\\\?\\" + long) == long


def test_each_ends_with_the_first_error(app):
    client = app.load()
    transfer = client.Transfer()
    with pytest.raises(ZeroDivisionError):
        client.each(lambda n: 1 // n, [1, 2, 0, 4] * 50, transfer)
    assert transfer.is_halted and client.each(str, [3, 1, 2]) == ["3", "1", "2"]


def test_a_person_at_a_terminal_sees_how_much_has_come(app, capsys):
    client = app.load()
    client.Transfer(3_000_000).count(1_500_000)
    assert capsys.readouterr().err == ""  # an app's own output is not ours
    client.IS_SHOWN = True
    transfer = client.Transfer(3_000_000)
    transfer.count(1_500_000)
    transfer.count(1)
    assert capsys.readouterr().err == "\r  1.5 MB of 3 MB   \r"  # at most twice a second
