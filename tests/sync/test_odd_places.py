"""Things in places where nobody looks for them: none of them stops what it has no part in."""

from __future__ import annotations

import os
import re

import pytest
from support.oracle import assert_clean, below, expect, put_in_step

A, B = "processed_datasets/a", "processed_datasets/b"
FILES = {"x.txt": b"one", "sub/y.txt": b"two"}


@pytest.fixture
def shared(anna, ben, bucket):
    put_in_step(bucket, A, FILES, anna, ben)
    put_in_step(bucket, B, {"b.txt": b"b"}, anna, ben)
    return bucket


def nest(folder, levels):
    """Folders in folders; by steps, since such a path is longer than the system takes at once."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    with open(os.open("deep.txt", os.O_CREAT | os.O_WRONLY, dir_fd=here), "w") as file:
        file.write("deep")
    os.close(here)


@pytest.mark.parametrize("levels", [1500, 3000])
def test_a_tree_of_many_levels_stops_its_own_entry_only(anna, ben, shared, levels):
    nest(ben.path / A, levels)
    ben.write(f"{B}/b.txt", b"Ben's b")
    run = expect(ben.push(), 3)
    assert A in run.said and len(run.said) < 3000, run
    assert shared.data()[f"{B}/b.txt"] == b"Ben's b"
    run = expect(ben.script("show_status"), 0)
    assert "processed_datasets" in run.out, run
    expect(ben.script("reset_entry", A), 3)
    expect(ben.pull(), 0, 3)
    expect(ben.run("rm", "-rf", f"{A}/d"), 0)
    expect(ben.script("reset_entry", A), 0)
    assert ben.tree(A) == below(A, FILES)


def test_what_is_not_ours_in_the_trash_stays_and_stops_nothing(anna, ben, shared):
    trash = ben.path / ".registry" / "trash"
    for name in ("a folder of mine/section/name", "20269999T999999Z-reset-1/section/name", "x/y/z"):
        (trash / name).mkdir(parents=True)
    (trash / "note.txt").write_bytes(b"mine")
    before = sorted(trash.rglob("*"))
    anna.delete(f"{A}/x.txt")
    expect(anna.script("push_entries"), 0)
    expect(ben.pull(), 0)
    run = expect(ben.script("list_trash"), 0)
    assert len(run.out.splitlines()) == 1 and A in run.out, run
    assert {*before} <= {*trash.rglob("*")}


@pytest.mark.parametrize("command", ["./push.sh", "make -s check-cards", "make -s status"])
def test_a_pipe_in_a_cards_place_is_named_at_once(anna, shared, command):
    card = anna.path / f"{A}.card.md"
    card.unlink()
    os.mkfifo(card)
    anna.write(f"{A}/x.txt", b"edited")
    run = anna.run(*command.split())
    assert "Traceback" not in run.said, run
    if "status" not in command:
        assert run.code != 0 and f"{A}.card.md" in run.said and "pipe" in run.said, run
    assert shared.data()[f"{A}/x.txt"] == b"one"


@pytest.mark.parametrize("engine", ["aws", "auto"])
def test_an_archived_object_is_a_refusal_whose_cure_works(clone, moto_bucket, engine):
    anna, ben = clone("anna", moto_bucket), clone("ben", moto_bucket)
    put_in_step(moto_bucket, A, FILES, anna, ben)
    anna.write(f"{A}/cold.txt", b"archived since")
    expect(anna.script("push_entries"), 0)
    place = f"{moto_bucket.url}/{A}/cold.txt"
    expect(anna.aws("s3", "cp", place, place, "--storage-class", "GLACIER"), 0)
    before = ben.tree()
    run = expect(ben.pull(FULL="1", ENGINE=engine), 3, 1)
    assert f"{A}: refused: cold.txt is in an archive" in run.said, run
    assert ben.tree() == before
    (cure,) = re.findall(r"`([^`]+aws s3api restore-object [^`]+)`", run.said)
    expect(ben.run("bash", "-c", cure), 0)
    expect(ben.script("pull_entries", A, ENGINE=engine), 0)
    assert ben.tree() == moto_bucket.data()
    assert_clean(ben)


GIT = {".git/HEAD": b"ref", ".git/objects/ab/cd": b"object", "sub/.git": b"gitdir: elsewhere"}


def test_a_git_repository_in_an_entry_stays_here_and_that_is_said(anna, ben, bucket):
    """As DVC and the Hub do: who clones a model into its entry pushes no history of it."""
    folder = anna.add(A, {**FILES, **GIT, "notes/.github/x": b"data"})
    (folder / ".git/refs").mkdir()
    os.mkfifo(folder / ".git/fsmonitor")
    run = expect(anna.push(), 0)
    assert "2 left out (.git, sub/.git)" in run.out and "empty folder" not in run.out, run
    sent = below(A, {**FILES, "notes/.github/x": b"data"})
    assert bucket.data() == sent
    assert "nothing to do" in expect(anna.push(), 0).err
    assert "1 not committed" in anna.script("show_status", A).out
    expect(anna.script("verify_entries", A), 0)
    ben.card(A)
    expect(ben.script("pull_entries", A), 0)
    assert ben.tree() == sent
    ben.write(f"{A}/.git/HEAD", b"Ben's own")
    anna.delete(f"{A}/notes/.github/x")
    anna.write(f"{A}/x.txt", b"newer")
    expect(anna.script("push_entries"), 0)
    expect(ben.pull(), 0)
    assert ben.tree() == {**below(A, {**FILES, "x.txt": b"newer"}), f"{A}/.git/HEAD": b"Ben's own"}
    ben.write(f"{A}/x.txt", b"edit")
    expect(ben.script("reset_entry", A), 0)
    assert ben.read(f"{A}/.git/HEAD") == b"Ben's own"
    assert anna.read(f"{A}/.git/HEAD") == b"ref"


def test_a_git_repository_that_s3_has_already_travels_on(anna, ben, bucket):
    """Pushed before it was left out: no pull is less whole than before, no push deletes it."""
    put_in_step(bucket, A, {**FILES, **GIT}, anna, ben)
    for person in (anna, ben):
        assert " 0 files fetched" in expect(person.pull(), 0).err
        assert " 0 files sent" in expect(person.push(), 0).err
        expect(person.script("verify_entries", A), 0)
        assert "1 not committed" in person.script("show_status", A).out
    anna.write(f"{A}/.git/HEAD", b"newer")
    anna.write(f"{A}/z/.git/HEAD", b"another, new")
    assert "1 left out (z/.git)" in expect(anna.push(), 0).out
    expect(ben.pull(), 0)
    assert ben.tree() == bucket.data() == below(A, {**FILES, **GIT, ".git/HEAD": b"newer"})
    anna.delete(f"{A}/.git", f"{A}/sub/.git")
    expect(anna.script("push_entries", DELETE="1"), 0)
    expect(ben.pull(DELETE="1"), 0)
    assert ben.tree() == bucket.data() == below(A, FILES)
