"""Disk is given back, and every byte that goes is in S3: else it says by name what to do first."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

import pytest
from support.oracle import assert_clean, below, expect, put_in_step

import free_entries
from registry import disk, options
from registry.entries import Entry
from registry.errors import Refusal, UsageError
from registry.remote.etag import md5
from registry.sync import usage
from registry.sync.usage import Usage

A, MODEL, RAW, OTHER = (
    "processed_datasets/a ü", "champion_models/m", "raw_datasets/r", "raw_datasets/other"
)  # fmt: skip
FILES = {"x.txt": b"one", "sub/ü y.bin": b"two" * 1000}
PART = 5 * 2**20 + 1  # of no size that an upload in parts usually has


def free(person, *names, **env):
    return person.script("free_entries", *names, **env)


@pytest.fixture
def light(anna, bucket):
    """Anna's mirrored dataset, pushed."""
    put_in_step(bucket, A, FILES, anna)
    return anna


@pytest.fixture
def sent(light):
    """And raw ones, one of which shares a file with the other."""
    anna = light
    anna.add(RAW, FILES)
    anna.add(OTHER, {"same.txt": b"one"})
    expect(anna.make("add", f"DATASET={RAW}"), 0)
    expect(anna.make("add", f"DATASET={OTHER}"), 0)
    expect(anna.push(), 0)
    return anna


def objects(person):
    top = person.path / ".dvc" / "cache" / "files"
    return {path.read_bytes() for path in top.rglob("*") if path.is_file()}


def test_what_was_freed_is_left_out_until_it_is_named(sent):
    before, shared = sent.tree(), objects(sent)
    run = expect(free(sent, A, RAW), 0)
    assert "free: 2 entries freed, " in run.said and "brings it again" in run.said
    assert sent.tree() == below(OTHER, {"same.txt": b"one"})
    assert objects(sent) < shared and b"one" in objects(sent) and b"two" * 1000 not in objects(sent)
    run = expect(sent.pull(), 0)
    assert "2 freed entries left out" in run.said and "nothing to do" in run.said
    sent.git("add", "-A")
    sent.git("commit", "-qm", "entries")
    said = expect(sent.make("status"), 0).out
    assert "2 freed" in said and "DATASET=processed_datasets/a" not in said
    expect(sent.push(), 0)
    assert expect(free(sent, A, RAW), 0).said.count("not here, and `make pull` leaves it out") == 2
    for name in (A, RAW):
        expect(sent.pull(name), 0)
    assert sent.tree() == before and objects(sent) == shared
    run = expect(sent.pull(), 0)
    assert "freed" not in run.said
    sent.delete(A)
    expect(sent.pull(), 0)
    assert sent.tree() == before  # what one deletes by hand was not freed
    assert sent.trash() == []
    assert_clean(sent)


def test_what_is_not_in_s3_stays_and_the_cure_works(sent, ben):
    sent.write(f"{A}/x.txt", b"uno")
    sent.write(f"{RAW}/x.txt", b"uno")
    sent.add(MODEL, {"w.bin": b"w"})
    before = sent.tree()
    run = expect(free(sent, A, RAW, MODEL, "experiments/scratch"), 3)
    assert f"{A}: refused: changed here and not in S3: x.txt" in run.said
    assert f"{RAW}: refused: changed here" in run.said and "make add DATASET=" in run.said
    assert f"{MODEL}: refused: S3 holds nothing of it: `make push DATASET={MODEL}`" in run.said
    assert "an experiment is on this machine alone" in run.said
    assert sent.tree() == before
    expect(sent.make("push", f"DATASET={A}"), 0)
    expect(sent.make("reset", f"DATASET={RAW}"), 0)
    sent.delete(f"{A}/x.txt")
    run = expect(free(sent, A), 3)
    assert "changed here and not in S3: x.txt" in run.said  # a deletion that nobody knows of yet
    expect(sent.make("reset", f"DATASET={A}"), 0)
    sent.write(f"{A}/.git/config", b"mine")
    sent.write(f"{A}/.DS_Store", b"litter")
    run = expect(free(sent, A, RAW), 3)
    assert "never travels to S3: .git" in run.said and f"{RAW}: freed" in run.said
    sent.delete(f"{A}/.git")
    expect(free(sent, A), 0)
    assert not (sent.path / A).exists()


def test_a_newer_version_in_s3_is_not_this_one(light, ben):
    ben.card(A)
    expect(ben.pull(A), 0)
    ben.write(f"{A}/x.txt", b"new")
    expect(ben.push(A), 0)
    run = expect(free(light, A), 3)
    assert "S3 holds a newer version" in run.said and light.read(f"{A}/x.txt") == b"one"
    expect(light.make("pull", f"DATASET={A}"), 0)
    expect(free(light, A), 0)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells it on Linux only")
def test_what_a_process_has_open_stays(light):
    command = "import mmap, sys; f = open(sys.argv[1], 'r+b'); m = mmap.mmap(f.fileno(), 0)"
    command += "; f.close(); print(flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    file = light.path / A / "x.txt"
    with subprocess.Popen([sys.executable, "-c", command, file], **pipes) as reader:
        reader.stdout.readline()
        run = expect(free(light, A), 3)
        assert f"(process {reader.pid})" in run.said and file.exists()
        expect(free(light, A, IN_USE="1"), 0)
        reader.stdin.close()


def test_an_etag_that_tells_nothing_is_read_back(clone, moto_bucket):
    anna = clone("anna", moto_bucket)
    body = os.urandom(PART + 10)
    in_parts(moto_bucket, f"{MODEL}/w.bin", body)
    anna.card(MODEL)
    expect(anna.pull(MODEL), 0)
    anna.proxy.when("HEAD", "partNumber").answer(404, "NoSuchKey")
    run = expect(free(anna, MODEL), 3)
    assert "READ_BACK=1" in run.said and anna.read(f"{MODEL}/w.bin") == body
    expect(free(anna, MODEL, READ_BACK="1"), 0)
    assert anna.tree() == {} and moto_bucket.get(f"{MODEL}/w.bin") == body


def test_what_s3_could_not_give_back_at_once_stays(clone, moto_bucket):
    """Of a mirrored entry a listing tells it, of a raw dataset's few objects their heads."""
    anna = clone("anna", moto_bucket)
    put_in_step(moto_bucket, A, FILES, anna)
    anna.add(RAW, FILES)
    expect(anna.make("add", f"DATASET={RAW}"), 0)
    expect(anna.push(RAW), 0)
    digest = md5(FILES["x.txt"])
    for key in (f"{A}/x.txt", f"raw_datasets_dvc_cache/files/md5/{digest[:2]}/{digest[2:]}"):
        cold = {"x-amz-storage-class": "GLACIER"}
        moto_bucket.client.put(moto_bucket.key(key), FILES["x.txt"], cold)
    before = anna.tree()
    for more in ({}, {"DRY_RUN": "1"}):
        run = expect(free(anna, A, RAW, **more), 3)
        assert run.said.count("only after hours: x.txt: `") == 2 and anna.tree() == before, run
    for cure in re.findall(r"`([^`]+aws s3api restore-object [^`]+)`", run.said)[:1]:
        expect(anna.run("bash", "-c", cure), 0)  # the mirrored one's
    run = expect(free(anna, A, RAW), 3)
    assert f"{A}: freed" in run.said and f"{RAW}: refused" in run.said
    expect(free(anna, RAW, ARCHIVED="1"), 0)
    expect(anna.pull(A), 0)
    assert anna.tree() == {path: body for path, body in before.items() if path.startswith(A)}


def in_parts(bucket, name, body):
    """An object of two parts, the first of an odd size."""
    client, key = bucket.client, bucket.key(name)
    answer = client.request("POST", key, {"uploads": ""}).body.decode()
    id = answer.partition("<UploadId>")[2].partition("<")[0]
    parts = ""
    for number, part in enumerate((body[:PART], body[PART:]), 1):
        query = {"partNumber": str(number), "uploadId": id}
        tag = client.request("PUT", key, query, part).etag
        parts += f"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"
    done = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
    client.request("POST", key, {"uploadId": id}, done)


def test_what_goes_away_in_s3_meanwhile_comes_back_here(light, bucket):
    """Between the first LIST and the second one: the folder is at its place again."""
    before = light.tree()
    gone = lambda: bucket.delete(f"{A}/x.txt")  # noqa: E731
    light.proxy.when("GET", r"list-type=2.*prefix=[^&]*/processed_datasets/", nth=1).call_after(
        gone
    )
    run = expect(free(light, A), 1)
    assert "changed in S3 while it was being freed" in run.said
    assert light.tree() == before and light.trash() == []
    assert_clean(light)


def test_a_shared_cache_and_one_elsewhere_stay(sent, tmp_path):
    config = sent.path / ".dvc" / "config.local"
    config.write_text(f"{config.read_text()}[cache]\n    dir = {tmp_path / 'shared'}\n")
    expect(sent.pull(RAW, FULL="1"), 0)
    run = expect(free(sent, RAW), 0)
    assert "is not of this clone alone: it stays" in run.said
    assert not (sent.path / RAW).exists()


def test_the_longest_unused_go_first_and_no_more_than_needed(light):
    old = time.time() - 40 * 86400
    light.add(MODEL, {"w.bin": b"w"})
    for path in (light.path / A).rglob("*"):
        os.utime(path, (old, old))
    run = expect(free(light, UNUSED="30d", DRY_RUN="1"), 0)
    assert "1 entry would be freed" in run.said and (light.path / A).exists()
    run = expect(free(light, UNUSED="30d"), 0)  # no one read it in between, the tests neither
    assert {path.split("/")[1] for path in light.tree()} == {"m"}
    assert "0 entries freed" in expect(free(light, NEED="1K"), 0).said
    run = expect(free(light, NEED="900000T"), 3)
    assert "nothing was freed" in run.said and light.tree(MODEL)


@pytest.mark.parametrize("text", ["30", "d", "-3d", "0d", "1y", "3 d", f"{10**9}d"])
def test_a_time_that_is_none_is_named(text, monkeypatch):
    monkeypatch.setenv("UNUSED", text)
    with pytest.raises(UsageError, match="such as UNUSED=30d"):
        options.age("UNUSED", "30d")


def test_a_disk_that_notes_no_reads_is_not_asked_for_them(monkeypatch):
    monkeypatch.setenv("UNUSED", "2w")
    entry = Entry("champion_models", "m")
    assert options.age("UNUSED", "30d") == 14 * 86400
    known, blind = Usage(entry, 1, 5, 10.0, False), Usage(entry, 1, 5, 10.0, True)
    assert usage.not_since([known], 11.0) == [known]
    assert usage.not_since([known], 9.0) == []
    with pytest.raises(Refusal, match="noatime"):
        usage.not_since([blind], 11.0)
    assert free_entries.room("") == 0
    with pytest.raises(UsageError, match="such as NEED=50G"):
        free_entries.room("50")
    free_entries.refuse_too_little([known], disk.free(entry.root) // 2, entry.root)


def test_a_word_is_needed(anna):
    run = expect(anna.make("free"), 2)
    assert "which entries? Add DATASET=section/name, UNUSED=30d or NEED=50G" in run.said
