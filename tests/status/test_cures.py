"""The command that a message or `make status` proposes, typed as it stands, in that situation."""

from __future__ import annotations

import hashlib
import json
import os
import re

import pytest
from support.oracle import below, expect, marker, put_in_step
from support.servers import MOTO

A, RAW, CACHE = "processed_datasets/a", "raw_datasets/r", "raw_datasets_dvc_cache/files/md5"
FILES = {"x": b"1", "y": b"22", "z": b"333", "w": b"4444"}

pytestmark = pytest.mark.parametrize("server", [MOTO], indirect=True)


@pytest.fixture
def shared(anna, ben, bucket):
    put_in_step(bucket, A, FILES, anna, ben)
    return bucket


def type_in(here, command):
    return here.run("bash", "-c", re.sub(r"^make ", "make -s ", command))


def named(run, *words):
    """The first command of a message that has all of these words."""
    every = re.findall(r"`([^`]+)`", run.said)
    return next(command for command in every if all(word in command for word in words))


def steps(here, code=0, **env):
    told = expect(here.script("show_status", "--json", **env), code).out
    return {step["command"]: step["why"] for step in json.loads(told)["next"]}


@pytest.mark.parametrize("how", ["unlocked", "sealed", "removed"])
def test_a_push_that_lost_its_marker_says_what_is_there_now(anna, ben, shared, how):
    """It said "somebody unlocked or pushed it: make push", whatever had happened."""

    def meanwhile():
        anna.proxy.clear()
        if how == "removed":
            shared.delete(f".registry/{A}.json")
            return
        expect(ben.script("unlock_entry", A, CONFIRM="a"), 0)
        if how == "sealed":
            expect(ben.script("seal_entries", A, CONFIRM="a"), 0)

    anna.write(f"{A}/x", b"Anna's")
    anna.proxy.when("PUT", rf"\.registry/{A}\.json", nth=2).call(meanwhile)
    run = expect(anna.push(A), 1)
    said = {"unlocked": "was unlocked meanwhile", "sealed": "pushed or sealed it meanwhile",
            "removed": "its marker in S3 went away meanwhile"}  # fmt: skip
    assert said[how] in run.err, run
    expect(type_in(anna, named(run, "make status")), 0)
    for command in steps(anna):
        if command.startswith("make push"):
            expect(type_in(anna, command), 0)
    expect(anna.script("push_entries", A), 0)
    assert marker(shared, A)["state"] == "done" and shared.data() == below(
        A, {**FILES, "x": b"Anna's"}
    )


@pytest.mark.parametrize("here, in_s3", [("new/x", "new"), ("new", "new/x")])
def test_what_is_a_file_here_and_a_folder_in_s3_is_named_and_no_pull_advised(
    anna, ben, shared, here, in_s3
):
    ben.write(f"{A}/{in_s3}", b"Ben's")
    expect(ben.push(A), 0)
    anna.write(f"{A}/{here}", b"Anna's")
    command = f"ls -ld -- {A}/new"
    told = steps(anna)
    assert f"make pull DATASET={A}" not in told and "rename or remove yours" in told[command], told
    assert told[command].split("; ")[0] in expect(anna.pull(A), 3).err
    expect(type_in(anna, command), 0)
    (anna.path / A / "new").rename(anna.path / A / "mine")
    assert any(command.startswith("make pull") for command in steps(anna))
    expect(anna.pull(A), 0)
    assert anna.read(f"{A}/{in_s3}") == b"Ben's"


@pytest.mark.parametrize("bad", ["link", "dead link", "pipe", "control", "twins", "not utf-8"])
def test_status_shows_what_cannot_be_stored_and_proposes_no_push_of_it(anna, bucket, bad):
    """`make push`, which refuses, was the cure; of bad names status knew nothing."""
    folder = anna.add(A, {"x": b"1"})
    {
        "link": lambda: (folder / "out").symlink_to("/etc/hostname"),
        "dead link": lambda: (folder / "out").symlink_to("nowhere"),
        "pipe": lambda: os.mkfifo(folder / "out"),
        "control": lambda: (folder / "a\tb").write_bytes(b"1"),
        "twins": lambda: (folder / "X").write_bytes(b"1"),
        "not utf-8": lambda: open(bytes(folder) + b"/\xff", "wb").close(),
    }[bad]()
    told = steps(anna)
    assert not [command for command in told if command.startswith("make push")], told
    command, why = next((c, w) for c, w in told.items() if w.startswith("cannot be stored: "))
    run = expect(type_in(anna, command), 0)
    assert A in run.out
    refused = expect(anna.push(A), 3)
    assert why.removeprefix("cannot be stored: ") in refused.err, (told, refused)


def test_a_card_that_would_stop_a_push_is_what_status_names(anna, bucket):
    anna.add(A, {"x": b"1"})
    good = anna.read(f"{A}.card.md")
    anna.write(f"{A}.card.md", good.replace(b"license:", b"licence:"))
    told = steps(anna)
    assert f"make check-cards DATASET={A}" in told and f"make push DATASET={A}" not in told, told
    assert "licence" in expect(type_in(anna, f"make check-cards DATASET={A}"), 2).out
    anna.write(f"{A}.card.md", good)
    told = steps(anna)
    expect(type_in(anna, next(c for c in told if c.startswith("make push"))), 0)
    assert bucket.data() == below(A, {"x": b"1"})


def test_without_s3_nothing_that_needs_it_is_proposed(anna, shared):
    anna.write(f"{A}/x", b"new")
    anna.proxy.when("", "").answer(403)
    told = steps(anna, code=1)
    assert "make doctor" in told
    assert not [c for c in told if c.startswith(("make push", "make pull", "make reset"))], told
    anna.proxy.clear()
    assert "make doctor" not in steps(anna)


def test_what_is_torn_gets_the_push_that_will_do(anna, ben, shared):
    """Ben's copy is older than the half that Anna sent: a plain push of his is refused."""
    torn = {**marker(shared, A), "state": "torn", "token": "gone"}
    shared.put(f"{A}/x", b"Anna's half")
    tag = hashlib.md5(shared.get(f".registry/{A}.json")).hexdigest()
    shared.put(f".registry/{A}.json", json.dumps({**torn, "over": tag}).encode())
    told = steps(ben)
    assert f"make push DATASET={A}" not in told, told
    assert f"make reset DATASET={A}" not in told, told
    assert f"make seal DATASET={A} CONFIRM=a" in told, told
    assert f"make push DATASET={A} TAKE=local" in told, told
    expect(type_in(ben, f"make push DATASET={A} TAKE=local"), 0)
    assert shared.data() == below(A, FILES)
    shared.put(f".registry/{A}.json", json.dumps({**torn, "over": tag}).encode())
    run = anna.script("run_doctor")
    assert f"make seal DATASET={A} CONFIRM=a" in run.out, run
    expect(type_in(anna, f"make seal DATASET={A} CONFIRM=a"), 0)
    assert marker(shared, A)["state"] == "done"


def test_most_that_s3_lost_goes_here_by_the_line_that_it_says(ben, shared):
    shared.delete(*(f"{A}/{name}" for name in "xyz"))
    ben.write(f"{A}/new", b"n")
    run = expect(ben.push(A), 3)
    assert "S3 has lost 3 files" in run.err, run
    expect(type_in(ben, named(run, "make pull")), 0)
    assert set(ben.tree()) == {f"{A}/w", f"{A}/new"}


def test_a_dead_push_is_released_by_the_lines_that_are_said(anna, ben, shared):
    anna.write(f"{A}/x", b"Anna's")
    anna.proxy.when("PUT", rf"/{A}/x").call(lambda: anna.running.kill())
    assert anna.push(A).code != 0
    anna.proxy.clear()
    run = expect(ben.pull(A), 3)
    run = expect(type_in(ben, named(run, "make unlock")), 2)
    run = expect(type_in(ben, named(run, "make unlock", "CONFIRM")), 0)
    assert marker(shared, A)["state"] == "torn"
    expect(type_in(ben, named(run, "make seal")), 0)
    assert marker(shared, A)["state"] == "done"
    expect(ben.pull(A), 0)


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_removal_says_what_to_commit_if_there_is_anything(anna, bucket, is_committed):
    anna.git("add", "-A")
    anna.git("commit", "-qm", "before", "--allow-empty")
    anna.add(A, {"x": b"1"})
    if is_committed:
        anna.git("add", "-A")
        anna.git("commit", "-qm", "a")
    run = expect(anna.make("remove", f"DATASET={A}", "CONFIRM=a"), 0)
    assert ("commit that" in run.err) == is_committed, run
    if is_committed:
        line = re.search("commit that: (.*)", run.err)[1].replace("git commit", "git commit -qm x")
        expect(type_in(anna, line), 0)
    assert anna.git("status", "--porcelain") == ""


@pytest.mark.parametrize("lost", ["all", "some"])
def test_what_an_old_script_deleted_is_said_and_put_back(anna, ben, shared, lost):
    """`aws s3 sync --delete`, from a checkout that lacks it: the markers stay, and vouch for it."""
    anna.write("older/a/w", b"4444") if lost == "some" else (anna.path / "older").mkdir()
    place = f"{shared.url}/processed_datasets/"
    expect(anna.aws("s3", "sync", "--delete", "older/", place, "--exclude", "*.card.md"), 0)
    assert len(shared.data()) == (lost == "some")

    rows = json.loads(expect(ben.script("show_status", "--json", FULL="1"), 0).out)["entries"]
    row = next(row for row in rows if row["entry"] == A)
    assert row["state"] != "up to date" and "outside this tool" in row["said"], row
    run = expect(ben.pull(A, FULL="1"), 3)
    assert "removed upstream" not in run.err and ben.tree() == below(A, FILES), run
    assert named(run, "TAKE=local") == f"make push DATASET={A} TAKE=local"
    run = expect(ben.push(A, FULL="1"), 3)
    assert "S3 has lost" in run.err and "no " in run.err, run
    expect(type_in(ben, named(run, "make push")), 0)
    assert shared.data() == below(A, FILES)
    assert not [c for c in steps(ben, FULL="1") if A in c and c.startswith("make")]


@pytest.mark.parametrize("way", ["make remove", "make card"])
def test_what_was_removed_with_its_card_has_two_ways_out(anna, ben, shared, way):
    """`make push TAKE=local` was the cure, which a missing card stops."""
    expect(anna.make("remove", f"DATASET={A}", "CONFIRM=a"), 0)
    card = ben.read(f"{A}.card.md")
    ben.delete(f"{A}.card.md")
    told = steps(ben)
    assert not [c for c in told if c.startswith("make push")], told
    assert f"make remove DATASET={A} CONFIRM=a" in told, told
    run = expect(ben.script("pull_entries", A), 3)
    expect(type_in(ben, named(run, way)), 0)
    if way == "make remove":
        assert ben.tree() == {} and shared.data() == {}
        return
    ben.write(f"{A}.card.md", card)
    run = expect(ben.pull(A), 3)
    expect(type_in(ben, named(run, "make push")), 0)
    assert shared.data() == below(A, FILES)


def test_what_is_nowhere_is_not_said_to_come_by_a_pull(anna, bucket):
    anna.card(A)
    run = expect(anna.push(A), 3)
    assert "make pull" not in run.err and f"put its files into {A}/" in run.err, run
    anna.card(RAW)
    run = expect(anna.push(RAW), 3)
    assert "nothing of it here: `git pull`" in run.err, run
    anna.write(f"{RAW}/x", b"1")
    expect(type_in(anna, named(run, "make add")), 0)
    expect(anna.push(RAW), 0)


def test_what_was_never_seen_is_removed_unseen_by_the_word_that_it_says(anna, ben, shared):
    anna.write(f"{A}/new", b"n")
    expect(anna.script("push_entries", A), 0)
    run = expect(ben.make("remove", f"DATASET={A}", "CONFIRM=a"), 2)
    assert "add FULL=1" in run.err, run
    expect(ben.make("remove", f"DATASET={A}", "CONFIRM=a", "FULL=1"), 0)
    assert shared.data() == {}


@pytest.fixture
def added(anna, bucket):
    anna.add(RAW, {"x.txt": b"first", "y.txt": b"second"})
    expect(anna.script("add_entry", RAW), 0)
    return anna


def test_a_version_that_a_wrong_card_keeps_from_s3(added, bucket):
    """`make push` was the cure, and refused."""
    good = added.read(f"{RAW}.card.md")
    added.write(f"{RAW}.card.md", good.replace(b"license:", b"licence:"))
    run = expect(added.script("pull_entries", RAW), 0)
    command = named(run, "check-cards")
    assert "licence" in expect(type_in(added, command), 2).out
    added.write(f"{RAW}.card.md", good)
    expect(type_in(added, named(run, "make push")), 0)
    assert len(bucket.keys(CACHE)) == 3


def test_what_verify_finds_lost_in_s3_is_sent_by_what_it_names(added, bucket):
    expect(added.push(), 0)
    bucket.delete(*(key for key in bucket.keys(CACHE) if bucket.get(key) == b"second"))
    added.write(f"{RAW}/x.txt", b"edited")
    run = expect(added.script("verify_entries", RAW), 1)
    told = steps(added, FULL="1")
    assert not [command for command in told if command.startswith("make push")], told
    expect(type_in(added, named(run, "make reset")), 0)
    expect(type_in(added, named(run, "make push")), 0)
    expect(added.script("verify_entries", RAW), 0)
    for cached in added.path.glob(".dvc/cache/files/md5/*/*"):
        if cached.read_bytes() == b"second":
            cached.unlink()
    bucket.delete(*(key for key in bucket.keys(CACHE) if bucket.get(key) == b"second"))
    added.delete(f"{RAW}/y.txt")
    run = expect(added.script("verify_entries", RAW), 1)
    assert "not in S3: it is not here either: ask" in run.out, run


def test_what_is_not_committed_is_shared_by_the_line_that_push_says(anna, bucket):
    anna.add(A, {"x": b"1"})

    def line(run):
        return re.search(r"^push: (git add .*)$", run.err, re.MULTILINE)[1].replace(
            "git commit", "git commit -qm card"
        )

    run = expect(anna.push(), 0)
    assert "git push" not in run.err, run
    anna.git("init", "-q", "--bare", "../origin.git")
    anna.git("remote", "add", "origin", "../origin.git")
    expect(type_in(anna, line(expect(anna.push(FULL="1"), 0))), 0)
    anna.write(f"{A}/y", b"2")
    anna.write(f"{A}.card.md", anna.read(f"{A}.card.md") + b"\nMore.\n")
    expect(type_in(anna, line(expect(anna.push(), 0))), 0)
    assert (
        anna.git("status", "--porcelain", "-b")
        .split("\n")[0]
        .endswith("...origin/" + anna.git("branch", "--show-current").strip())
    )
