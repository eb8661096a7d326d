"""`make doctor` against healthy and broken set-ups: each of its lines is seen failing."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import replace

import pytest
from support.oracle import assert_clean, expect, marker
from support.own_store import OwnStore
from support.servers import MOTO

from registry.doctor import access
from registry.doctor.check import BAD, NOTE, OK
from registry.entries import Entry
from registry.index.journal import Journal
from registry.remote import dvc_config

P = "processed_datasets/a"
on_one = pytest.mark.parametrize("server", [MOTO], indirect=True)
LINE = re.compile(r"(ok|note|BAD) +([^:]+): (.*)")


def doctor(checkout, code, **env):
    """{(subject, level): [text, …]} of one run, and the run."""
    run = expect(checkout.script("run_doctor", **env), code)
    findings = {}
    for line in run.out.splitlines():
        match = LINE.fullmatch(line)
        if match:
            findings.setdefault((match.group(2), match.group(1)), []).append(match.group(3))
    return findings, run


def levels(findings):
    return {subject: level for subject, level in findings}


def test_a_healthy_clone(anna, bucket, server):
    anna.add(P, {"x": b"1"})
    expect(anna.push(P), 0)
    anna.git("add", "-A")
    anna.git("commit", "-qm", "Cards")
    expect(anna.script("install_hooks"), 0)
    before, here = bucket.read(), anna.tree()
    findings, run = doctor(anna, 0)
    assert not [key for key in findings if key[1] == BAD]
    assert levels(findings)["hooks"] == OK
    assert levels(findings)["conditional writes"] == (OK if server.kind == MOTO else NOTE)
    for folder in ("processed_datasets", "champion_models", "training_results", ".registry"):
        assert findings[folder, OK] == ["put, get, list and delete work"]
    assert ("raw_datasets_dvc_cache", OK) in findings
    assert "0 that need a person" in run.err
    assert (bucket.read(), anna.tree()) == (before, here)
    assert_clean(anna)


@on_one
def test_each_tool(anna, bucket, tmp_path):
    old = tmp_path / "bin"
    old.mkdir()
    for name, said in (("git", "git version 2.1.0"), ("aws", "aws-cli/1.2.3 Python/2.7")):
        fake = f'#!/bin/sh\n[ "$*" != --version ] && exec /usr/bin/{name} "$@"\necho \'{said}\'\n'
        (old / name).write_text(fake)
        (old / name).chmod(0o755)
    env = {"PATH": f"{old}:{anna.env['PATH']}", "AWS": str(old / "aws")}
    findings, run = doctor(anna, 1, **env)
    assert findings["git", BAD] == ["2.1.0 is too old, 2.20 is needed"]
    assert findings["aws", BAD] == ["1.2.3 is too old, 1.20 is needed"]
    assert "-> AWS must name the aws command, version 1 or 2" in run.out
    (old / "aws").write_text("#!/bin/sh\necho aws-cli/2.9.19 Python/3.11\n")
    findings, _ = doctor(anna, 0, AWS=str(old / "aws"))
    assert findings["aws", OK] == [f"2.9.19 ({old / 'aws'})"]
    findings, _ = doctor(anna, 1, AWS=str(old / "none"))
    assert "cannot be started" in findings["aws", BAD][0]
    assert {levels(findings)[name] for name in ("git", "python", "dvc", "rclone")} == {OK}


@pytest.mark.parametrize(
    ("name", "level"), [("a $HOME b", "BAD"), ("${HOME}", "BAD"), ("$no_x", "note")]
)
def test_a_clone_in_a_folder_that_aws_takes_for_a_variable(clone, moto_bucket, name, level):
    """aws said "Unable to load data for: cli", and the cure was to remove .venv."""
    anna = clone(name, moto_bucket)
    run = expect(anna.script("run_doctor"), 0, 1)
    assert f"{level:<5} place: {anna.path}: aws " in run.out, run
    assert "remove .venv" not in run.out, run
    assert (level == "BAD") == (anna.script("run_doctor").code == 1)
    assert bool(anna.run(".venv/bin/python", "-m", "awscli", "--version").code) == (level == "BAD")
    cure = re.search(r"place: .*\n +-> (mv .*)", run.out)[1]
    target = cure.rsplit(" -- ")[1].split("/")[-1].rstrip("'")
    moved = f"cd .. && {cure} && cd '{target}' && .venv/bin/python scripts/run_doctor.py"
    run = expect(anna.run("bash", "-c", moved), 0)
    assert "ok    place" in run.out and "ok    aws" in run.out, run


@on_one
def test_a_venv_without_its_tools(anna, bucket, tmp_path):
    """A Python that has the modules but neither rclone beside it nor a dvc that starts."""
    bare = anna.write("bare/bin/python", b"").parent
    (bare / "python").unlink()
    real = (anna.path / ".venv" / "bin" / "python").resolve()
    site = next((anna.path / ".venv" / "lib").glob("python3*/site-packages"))
    (bare / "python").symlink_to(real)
    broken = anna.write("broken/dvc/__init__.py", b"raise SystemExit('broken')").parent.parent
    command = [str(bare / "python"), "scripts/run_doctor.py"]
    run = expect(anna.run(*command, PYTHONPATH=f"{broken}:{site}"), 1)
    assert re.search("^BAD +dvc: .* fails$", run.out, re.MULTILINE)
    assert re.search("^BAD +rclone: .* cannot be started", run.out, re.MULTILINE)
    assert "-> remove .venv; the next command makes it again" in run.out


@on_one
def test_what_git_and_the_settings_say(anna, bucket):
    config = anna.path / ".dvc" / "config.local"
    config.write_text(config.read_text().replace("verify = true", "verify = false"))
    shared = anna.path / ".dvc" / "config"
    shared.write_text(shared.read_text() + "    secret_access_key = hush\n")
    anna.write("notes.txt", b"our key is AKIA" + b"ABCDEFGHIJKLMNOP\n")
    anna.write(f"{P}/data.bin", b"1")
    anna.git("add", "-f", "notes.txt", f"{P}/data.bin", ".dvc/config.local")
    anna.write(".registry/stage/processed_datasets/b/half", b"1")
    anna.write(".registry/stage/publish/tmp1", b"1")
    findings, run = doctor(anna, 1)
    assert findings["verify", BAD] == ["off: DVC would take damaged files from S3 for good"]
    assert "-> .venv/bin/dvc remote modify --local test verify true" in run.out
    (said,) = findings["secrets", BAD]
    assert "secret_access_key in .dvc/config" in said
    assert ".dvc/config.local, which is this machine's own" in said
    assert "a key in notes.txt" in said
    assert findings["data in Git", BAD] == [f"{P}/data.bin must not be in Git"]
    assert f"-> git rm -r --cached --quiet -- {P}" in run.out
    assert findings["hooks", NOTE][0].startswith("not installed: pre-commit, pre-push")
    assert "of 1 entry, from" in findings["leftovers", NOTE][0]


@on_one
def test_unfinished_pushes_and_uploads(anna, bucket):
    anna.add(P, {"x": b"1"})
    anna.add("champion_models/m", {"w": b"2"})
    expect(anna.script("push_entries"), 0)
    old = {**marker(bucket, P), "state": "pushing", "when": "2026-01-01T00:00:00.000001Z"}
    torn = {**marker(bucket, "champion_models/m"), "state": "torn"}
    bucket.put(f".registry/{P}.json", json.dumps(old).encode())
    bucket.put(".registry/champion_models/m.json", json.dumps(torn).encode())
    place = dvc_config.load(anna.path).identity
    Journal(place, token="t").save(Entry(*P.split("/"), anna.path))
    bucket.client.request("POST", bucket.key(f"{P}/big.bin"), {"uploads": ""})
    findings, run = doctor(anna, 1)
    assert findings["pushes", BAD] == [
        "the last push of champion_models/m was never finished",
        f"{P} is being pushed by anna on {old['host']} since 2026-01-01 00:00:00 UTC",
    ]
    assert f"make unlock DATASET={P}" in run.out
    assert findings["leftovers", BAD] == [f"a push of {P} was not finished here"]
    assert "big.bin was begun" in findings["uploads", NOTE][0]
    assert "aws s3api abort-multipart-upload --bucket" in run.out


@pytest.mark.parametrize(
    ("method", "query", "step"),
    [
        ("PUT", "", "put"),
        ("GET", "", "get"),
        ("GET", "prefix=.*", "list"),
        ("DELETE", "", "delete"),
    ],
)
@on_one
def test_each_right(anna, bucket, method, query, step):
    path = (
        rf"\?.*{query}.*champion_models/registry-probe" if query else "champion_models/registry-p"
    )
    rule = anna.proxy.when(method, path if query else rf"^[^?]*{path}").answer(403, "AccessDenied")
    findings, run = doctor(anna, 1)
    assert rule.fired
    (said,) = findings["champion_models", BAD]
    assert said.startswith(f"cannot {step}: ") and "AccessDenied" in said
    assert f"-> ask the bucket's owner to allow {access.RIGHTS[step]} on arn:aws:s3:::" in run.out
    assert levels(findings)["processed_datasets"] == OK
    probes = [key for key in bucket.snapshot() if "probe" in key]
    if step != "delete":
        assert not probes
    else:
        assert len(probes) == 1 and said.endswith(f"{probes[0]} stays in S3, 5 bytes")
        doctor(anna, 1)
        assert [key for key in bucket.snapshot() if "probe" in key] == probes


@on_one
def test_who_may_only_read_is_not_told_that_the_store_is_bad(anna):
    anna.proxy.when("PUT", r"registry/\.registry/").answer(403, "AccessDenied")
    findings, _ = doctor(anna, 1)
    assert findings["conditional writes", NOTE] == [
        "not known: these credentials may not write there"
    ]


@on_one
def test_a_store_that_keeps_something_else(anna, bucket):
    anna.proxy.when("GET", r"^[^?]*training_results/registry-probe").flip()
    findings, _ = doctor(anna, 1)
    assert findings["training_results", BAD] == [
        "cannot get: it returned something else than was put"
    ]


KMS = (
    b'<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    b"<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>"
    b"</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
)
ON = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"


def test_what_the_bucket_promises(clone, moto_server):
    bucket = replace(moto_server, bucket="promises").new_bucket()
    bucket.client.request("PUT", "")
    anna = clone("anna", bucket)
    findings, run = doctor(anna, 0)
    assert (levels(findings)["versioning"], levels(findings)["encryption"]) == (NOTE, OK)
    assert "put-bucket-versioning --bucket promises" in run.out
    bucket.client.request("PUT", "", {"encryption": ""}, KMS)
    bucket.client.request("PUT", "", {"versioning": ""}, ON)
    findings, run = doctor(anna, 0)
    assert findings["encryption", NOTE][0].startswith("aws:kms: nobody can verify the bytes")
    assert levels(findings)["versioning"] == OK


def test_encryption_that_may_not_be_asked(clone, moto_server):
    """A new key tells how it is encrypted, whoever may read the bucket's settings."""
    bucket = replace(moto_server, bucket="secretive").new_bucket()
    bucket.client.request("PUT", "")
    bucket.client.request("PUT", "", {"encryption": ""}, KMS)
    anna = clone("anna", bucket)
    rule = anna.proxy.when("GET", r"\?encryption").answer(403, "AccessDenied")
    anna.proxy.when("DELETE", "probe").answer(403, "AccessDenied")
    findings, _ = doctor(anna, 1)
    assert not rule.fired
    assert findings["encryption", NOTE][0].startswith("aws:kms: nobody can verify the bytes")


def test_the_embedded_store_keeps_no_versions(tmp_path):
    with contextlib.closing(OwnStore(tmp_path / "anna", samples=False)) as anna:
        findings, run = doctor(anna, 0)
    assert findings["versioning", NOTE] == [
        "none: this machine's own store is for trying things out"
    ]
    assert "put-bucket-versioning" not in run.out


@on_one
def test_no_way_in(anna, bucket):
    anna.proxy.when("", "").answer(403, "InvalidAccessKeyId")
    findings, run = doctor(anna, 1)
    assert "cannot get into the registry" in findings["S3", BAD][0]
    assert "the store does not know these keys" in run.out
    assert "checks of S3 were not made" in run.err
    assert "credentials" not in levels(findings)


@on_one
def test_no_remote_at_all(anna, bucket):
    for name in ("config", "config.local"):
        (anna.path / ".dvc" / name).write_text("[core]\n    analytics = false\n")
    findings, _ = doctor(anna, 1)
    assert "no default remote" in findings["settings", BAD][0]
    assert levels(findings)["git"] == OK
    for name in ("config", "config.local"):
        (anna.path / ".dvc" / name).unlink()
    findings, _ = doctor(anna, 1)
    assert "no default remote" in findings["settings", BAD][0]
    assert levels(findings)["leftovers"] == OK  # it went on


@on_one
def test_a_folder_that_is_no_clone(anna, bucket):
    (anna.path / ".git").rename(anna.path / "git-is-gone")
    findings, run = doctor(anna, 1)
    assert [subject for subject, level in findings if level == BAD] == [
        "secrets", "data in git", "hooks",
    ]  # fmt: skip
    assert run.out.count("-> git clone the registry") == 3
    assert levels(findings)["S3"] == OK


@on_one
def test_a_folder_that_cannot_be_read(anna, bucket):
    hook = anna.path / ".git" / "hooks" / "pre-push"
    hook.mkdir()
    findings, _ = doctor(anna, 1)
    assert findings["hooks", BAD] == [f"{hook}: Is a directory"]
    assert levels(findings)["S3"] == OK


@on_one
def test_a_disk_that_is_too_small(anna, bucket):
    anna.add(P, {"x": b"1"})
    expect(anna.script("push_entries"), 0)
    huge = {**marker(bucket, P), "bytes": 10**17}
    bucket.put(f".registry/{P}.json", json.dumps(huge).encode())
    assert levels(doctor(anna, 0)[0])["disk"] == OK  # it is here
    anna.delete(P)
    findings, run = doctor(anna, 1)
    assert "too full for everything" in findings["disk", BAD][0]
    assert "-> make free UNUSED=30d, or pull some entries only" in run.out


@on_one
def test_who_is_asked_of_sts(anna, bucket, server):
    """Without an endpoint in the config STS is asked, as for Amazon's S3."""
    config = anna.path / ".dvc" / "config.local"
    text = re.sub(r"    endpointurl = .*\n", "", config.read_text())
    config.write_text(text)
    env = {"AWS_ENDPOINT_URL": server.endpoint}
    findings, _ = doctor(anna, 0, **env)
    assert findings["credentials", OK][0].endswith("…ests")
