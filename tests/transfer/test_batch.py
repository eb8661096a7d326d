"""Several entries' files go by one rclone, and one entry's failure stays its own."""

from __future__ import annotations

import gzip
import threading
import time

import pytest
from support.oracle import assert_clean, below, expect, marker

from registry.errors import RegistryError
from registry.transfer import batch, rclone
from registry.transfer.job import Cargo, together

ENTRIES = [f"processed_datasets/{name}" for name in ("a", "b ü", "c", "d", "e", "f")]
FILES = {"x y.txt": b"one", "sub/#1.txt": b"two"}


@pytest.fixture
def bucket(moto_bucket):
    """One store is enough for what is asked here."""
    return moto_bucket


@pytest.fixture
def many(anna):
    for entry in ENTRIES:
        anna.add(entry, {**FILES, "name.txt": entry.encode()})
    return anna


def all_of(*entries):
    every = {}
    for entry in entries:
        every |= below(entry, {**FILES, "name.txt": entry.encode()})
    return every


def test_many_entries_arrive(many, ben, bucket):
    expect(many.push(ENGINE="rclone"), 0)
    assert bucket.data() == all_of(*ENTRIES) == many.tree()
    for entry in ENTRIES:
        ben.card(entry)
    ben.proxy.requests.clear()
    expect(ben.pull(), 0)
    assert ben.tree() == many.tree()
    assert ben.proxy.count("GET", r"\.txt") == 3 * len(ENTRIES)
    assert ben.proxy.count("HEAD", r"\.txt") == 0, "rclone asked before it fetched"
    assert_clean(many, ben)


def test_a_refused_download_fails_its_own_entry_alone(many, ben):
    expect(many.push(), 0)
    for entry in ENTRIES:
        ben.card(entry)
    ben.proxy.when("GET", r"/processed_datasets/c/x").answer(403, "AccessDenied")
    run = expect(ben.pull(), 1)
    assert "processed_datasets/c: failed: " in run.said and run.said.count(": failed: ") == 1, run
    assert ben.tree() == all_of(*(entry for entry in ENTRIES if entry[-1] != "c"))
    ben.proxy.clear()
    expect(ben.pull(), 0)
    assert ben.tree() == many.tree()
    assert_clean(many, ben)


def test_a_refused_upload_fails_its_own_entry_alone(many, bucket):
    many.proxy.when("PUT", r"/processed_datasets/c/x").answer(403, "AccessDenied")
    run = expect(many.push(ENGINE="rclone"), 1)
    assert "processed_datasets/c: failed: rclone copy: " in run.said, run
    assert run.said.count(": failed: ") == 1, run
    for entry in ENTRIES:
        assert marker(bucket, entry)["state"] == ("pushing" if entry.endswith("/c") else "done")
    many.proxy.clear()
    expect(many.push(ENGINE="rclone"), 0)
    assert bucket.data() == all_of(*ENTRIES)
    assert_clean(many)


def test_an_object_sent_as_gzip_comes_as_it_is_stored(many, ben, bucket):
    """By aws from elsewhere; an engine that unpacked it would bring other bytes."""
    path = f"{ENTRIES[0]}/x y.txt"
    many.write(path, gzip.compress(b"hello " * 999))
    expect(many.push(), 0)
    run = many.run(
        ".venv/bin/python", "-m", "awscli", "s3", "cp", "--content-encoding=gzip",
        "--profile", bucket.server.profile, "--endpoint-url", bucket.server.endpoint,
        str(many.path / path), f"s3://registry/{bucket.base}/{path}",
        AWS_SHARED_CREDENTIALS_FILE=bucket.server.credentials_file,
    )  # fmt: skip
    expect(run, 0)
    ben.card(ENTRIES[0])
    expect(ben.pull(ENTRIES[0]), 0)
    assert ben.read(path) == many.read(path)


def test_whoever_comes_during_a_run_goes_with_the_next(tmp_path):
    """The first alone, all others together; each shows its own part of what was moved."""
    runs, first_runs, shown = [], threading.Event(), {}

    def upload(session, cargo, progress):
        runs.append(cargo.paths)
        first_runs.set()
        while len(runs) == 1 and len(road._waiting) < 3:
            time.sleep(0.01)
        progress(len(cargo.paths) * 10 - 1)

    road = batch.Convoy(upload)

    def send(name):
        cargo = Cargo(tmp_path / "s" / name, [f"{name}.txt"], f"base/s/{name}/", 0, bytes=10)
        road.carry(None, cargo, lambda moved: shown.__setitem__(name, moved))

    threads = [threading.Thread(target=send, args=(name,)) for name in "abcd"]
    threads[0].start()
    assert first_runs.wait(300)
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert [sorted(run) for run in runs] == [["a.txt"], ["s/b/b.txt", "s/c/c.txt", "s/d/d.txt"]]
    assert sorted(shown.values()) == [9, 9, 10, 10]


@pytest.mark.parametrize(
    "failure",
    [
        rclone.Failed(1, [("", "Failed to copy")]),
        rclone.Failed(1, [("x", "AccessDenied")]),
        RegistryError("no progress"),
    ],
)
def test_who_goes_alone_gets_every_failure(failure, tmp_path):
    def upload(session, cargo, progress):
        raise failure

    with pytest.raises(RegistryError):
        batch.Convoy(upload).carry(None, Cargo(tmp_path / "s" / "a", ["x"], "s/a/", 0), print)


def test_a_named_file_is_its_entrys_failure(tmp_path):
    failure = rclone.Failed(1, [("s/b/x", "AccessDenied"), ("", "Failed to copy")])
    assert str(failure) == "rclone copy: s/b/x AccessDenied | Failed to copy"
    assert failure.is_of(Cargo(tmp_path / "s" / "b", ["x"], "s/b/", 0))
    assert not failure.is_of(Cargo(tmp_path / "s" / "a", ["x"], "s/a/", 0))


def test_together_they_are_seen_from_above(tmp_path):
    cargos = [Cargo(tmp_path / "s" / n, ["x", "y/z"], f"s/{n}/", 2) for n in "ab"]
    joint = together(cargos)
    assert (joint.folder, joint.prefix, joint.keys) == (tmp_path, "", 4)
    assert joint.paths == ["s/a/x", "s/a/y/z", "s/b/x", "s/b/y/z"]
