"""Damaged bytes, in DVC's cache and in S3: they are never placed, sent or called good."""

from __future__ import annotations

import hashlib
import os

import pytest
from support.logging_store import run_store
from support.oracle import assert_clean, below, expect
from support.plain_dvc import dvc

RAW = "raw_datasets/r"
FILES = {"x.txt": b"first", "sub/y.txt": b"second"}
STORED = "raw_datasets_dvc_cache"


@pytest.fixture
def people(anna, ben):
    """Anna's version, pushed; Ben has it, too."""
    anna.add(RAW, FILES)
    dvc(anna, "add", RAW)
    expect(anna.script("push_entries"), 0)
    ben.card(RAW)
    ben.write(f"{RAW}.dvc", anna.read(f"{RAW}.dvc"))
    expect(ben.pull(), 0)
    assert ben.tree() == below(RAW, FILES)
    return anna, ben


def cached(person, body):
    name = hashlib.md5(body).hexdigest()
    return person.path / ".dvc/cache/files/md5" / name[:2] / name[2:]


def spoil(person, body):
    """Overwrite an object of DVC's cache; DVC trusts it for its mode."""
    file = cached(person, body)
    os.chmod(file, 0o644)
    file.write_bytes(b"SPOILT")
    os.chmod(file, 0o444)


def key_of(bucket, body):
    return next(key for key in bucket.keys(STORED) if bucket.get(key) == body)


@pytest.mark.parametrize("command", ["pull", "reset"])
def test_a_damaged_object_of_the_cache_is_set_aside_and_fetched_again(people, command):
    _, ben = people
    spoil(ben, b"second")
    ben.delete(RAW)
    expect(ben.make(command, f"DATASET={RAW}"), 0)
    assert ben.tree() == below(RAW, FILES)
    assert b"SPOILT" in ben.trash()
    assert cached(ben, b"second").read_bytes() == b"second"
    assert_clean(ben)


def test_a_damaged_object_of_the_cache_is_not_sent(people, bucket):
    """The dataset's own file takes its place; without that, nothing is sent and nothing is said."""
    anna, _ = people
    bucket.delete(*bucket.keys(STORED))
    spoil(anna, b"second")
    expect(anna.push(RAW), 0)
    assert b"SPOILT" not in bucket.read(STORED).values()
    assert b"second" in bucket.read(STORED).values()
    bucket.delete(*bucket.keys(STORED))
    spoil(anna, b"second")
    anna.delete(RAW)
    run = expect(anna.push(RAW), 1)
    assert "damaged in DVC's cache" in run.err and "S3 holds" not in run.out, run
    assert not [key for key in bucket.keys(STORED) if key.endswith(".dir")]


def test_a_damaged_object_in_s3_is_named_and_a_push_mends_it(people, bucket):
    anna, ben = people
    key = key_of(bucket, b"first")
    bucket.put(key, b"FIRST")
    ben.delete(RAW, ".dvc/cache")
    run = expect(ben.pull(), 1)
    assert "x.txt is damaged in S3" in run.err and f"make push DATASET={RAW}" in run.err, run
    assert ben.tree() == {}
    run = expect(anna.script("verify_entries", RAW), 1)
    assert f"{RAW}/x.txt: damaged in S3" in run.out, run
    assert "S3 lacks x.txt" in expect(anna.make("status", FULL="1", FORMAT="json"), 0).out
    expect(anna.push(RAW), 0)
    assert bucket.get(key) == b"first"
    expect(ben.pull(), 0)
    assert ben.tree() == below(RAW, FILES)


def test_a_version_that_s3_lost_changes_nothing_here(people, bucket):
    anna, ben = people
    anna.write(f"{RAW}/x.txt", b"newer")
    dvc(anna, "add", RAW)
    expect(anna.script("push_entries"), 0)
    bucket.delete(key_of(bucket, b"newer"))
    ben.write(f"{RAW}.dvc", anna.read(f"{RAW}.dvc"))
    for _ in range(2):
        run = expect(ben.pull(), 1)
        assert "S3 lacks x.txt; nothing touched: ask" in run.err, run
        assert ben.tree() == below(RAW, FILES)
    expect(anna.push(RAW), 0)
    expect(ben.pull(), 0)
    assert ben.read(f"{RAW}/x.txt") == b"newer"


def test_the_version_of_another_branch_is_no_edit(people):
    """Committed here and never pushed: after the switch back its files are still in the folder."""
    anna, _ = people
    old = anna.read(f"{RAW}.dvc")
    anna.write(f"{RAW}/x.txt", b"branch")
    dvc(anna, "add", RAW)
    anna.write(f"{RAW}.dvc", old)
    status = expect(anna.make("status", f"DATASET={RAW}"), 0)
    assert "make add" not in status.out and "make pull" in status.out, status
    run = expect(anna.push(RAW), 3)
    assert "another version is here" in run.err, run
    expect(anna.pull(), 0)
    assert anna.tree() == below(RAW, FILES)
    assert cached(anna, b"branch").exists()


@pytest.mark.parametrize("kind", ["symlink", "hardlink"])
def test_links_into_the_cache_are_its_files_and_an_edit_through_one_is_an_edit(anna, kind):
    """DVC itself removes the object it finds damaged: through a symlink that was the edit."""
    dvc(anna, "config", "--local", "cache.type", kind)
    anna.add(RAW, FILES)
    expect(anna.script("add_entry", RAW), 0)
    file = anna.path / RAW / "x.txt"
    assert file.is_symlink() or file.stat().st_nlink == 2
    expect(anna.push(), 0)
    expect(anna.script("verify_entries", RAW), 0)
    assert f"{len(b'firstsecond')} bytes" in anna.make("status", f"DATASET={RAW}").out
    os.chmod(file, 0o644)
    file.write_bytes(b"my edit")
    assert "changed here and not added" in expect(anna.pull(), 0).err
    assert "not added" in expect(anna.push(), 3).err
    assert file.read_bytes() == b"my edit"
    expect(anna.make("reset", f"DATASET={RAW}"), 0)
    assert file.read_bytes() == b"first" and b"my edit" in anna.trash()
    assert cached(anna, b"first").read_bytes() == b"first"


def test_an_out_that_was_deleted_here_comes_back(anna):
    anna.card("raw_datasets/s")
    anna.write("raw_datasets/s.dvc", b"outs:\n- path: a\n  hash: md5\n- path: b\n  hash: md5\n")
    anna.write("raw_datasets/a", b"a")
    anna.write("raw_datasets/b", b"b")
    dvc(anna, "commit", "-f", "raw_datasets/s.dvc")
    expect(anna.script("push_entries"), 0)
    anna.delete("raw_datasets/a")
    expect(anna.push("raw_datasets/s"), 0)
    expect(anna.pull(), 0)
    assert anna.read("raw_datasets/a") == b"a"


def framed(body):
    """What a store that knows no trailing checksums keeps of an upload that has one."""
    return b"%x\r\n%s\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n" % (len(body), body)


@pytest.mark.parametrize("what", ["files", "lists", "all"])
def test_framing_that_was_stored_as_content_is_mended_by_the_push_that_is_named(
    people, bucket, what
):
    anna, ben = people
    good = bucket.read(STORED)
    for key, body in good.items():
        if what == "all" or key.endswith(".dir") == (what == "lists"):
            bucket.put(key, framed(body))
    ben.delete(RAW, ".dvc/cache")
    run = expect(ben.pull(RAW), 1)
    assert "damaged in S3" in run.err and ben.tree() == {}, run
    cure = run.err.split("to `make ")[1].split("`")[0]
    told = expect(anna.script("verify_entries", RAW), 1).out
    assert "damaged in S3" in told and f"{RAW}/r:" not in told, told
    is_list_told = (
        f"{RAW}: damaged in S3: the list of its files (`.dir` object): `make push" in told
    )
    assert is_list_told == (what != "files"), told
    expect(anna.make(*cure.split()), 0)
    assert bucket.read(STORED) == good
    expect(ben.pull(RAW), 0)
    assert ben.tree() == below(RAW, FILES)


def test_framing_around_much_in_a_store_whose_etags_tell_nothing(clone, tmp_path):
    """So much is not read to be sure; its size tells who has it, and its MD5 who fetches it."""
    big, keys = os.urandom(8 * 2**20 - 8), {"AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": "s"}
    with run_store() as store:
        store.tag = lambda body: hashlib.md5(b"salt" + body).hexdigest()
        anna, ben = clone("anna"), clone("ben")
        for person in (anna, ben):
            person.env.update(keys)
            person.write(".dvc/config.local", CONFIG.format(store.endpoint).encode())
        anna.add(RAW, {"x.bin": big})
        dvc(anna, "add", RAW)
        expect(anna.script("push_entries", RAW), 0)
        key = next(key for key, body in store.objects.items() if body == big)
        store.objects[key] = framed(big)
        ben.card(RAW)
        ben.write(f"{RAW}.dvc", anna.read(f"{RAW}.dvc"))
        run = expect(ben.script("pull_entries", RAW), 1)
        assert f"to `make push DATASET={RAW}`" in run.err and ben.tree() == {}, run
        assert "x.bin: damaged in S3" in expect(anna.script("verify_entries", RAW), 1).out
        expect(anna.script("push_entries", RAW), 0)
        assert store.objects[key] == big
        expect(ben.script("pull_entries", RAW), 0)
        assert ben.read(f"{RAW}/x.bin") == big


CONFIG = """[core]
    remote = test
['remote "test"']
    url = s3://bucket/base/raw_datasets_dvc_cache
    endpointurl = {}
    verify = true
"""
