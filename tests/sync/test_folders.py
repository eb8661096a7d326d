"""Folders come and go with the files in them: a pull brings a whole state, whatever was moved."""

from __future__ import annotations

import os
import shutil

import pytest
from support.oracle import Memory, assert_clean, below, expect, put_in_step

from registry import files

A = "processed_datasets/a"
FILES = {
    "top.txt": b"top", "test/1.txt": b"one", "test/2.txt": b"two", "test/deep/3.txt": b"three",
    "test/deep/4.txt": b"four", "test/deep/er/5.txt": b"five", "other/6.txt": b"six",
    "other/7.txt": b"seven", "keep/8.txt": b"eight", "keep/9.txt": b"nine",
}  # fmt: skip


@pytest.fixture
def shared(anna, ben, bucket):
    put_in_step(bucket, A, FILES, anna, ben)
    return bucket


def moved(folder, source, target):
    (folder / target).parent.mkdir(parents=True, exist_ok=True)
    (folder / source).rename(folder / target)


def to_file(folder, name):
    shutil.rmtree(folder / name)
    (folder / name).write_bytes(b"a file, where a folder was")


def to_folder(folder, name):
    (folder / name).unlink()
    (folder / name / "within").mkdir(parents=True)
    (folder / name / "within" / "x.txt").write_bytes(b"a folder, where a file was")


CHANGES = {
    "a folder vanished": lambda f: shutil.rmtree(f / "other"),
    "a nested folder vanished": lambda f: shutil.rmtree(f / "test"),
    "a folder was renamed": lambda f: moved(f, "test", "test-renamed"),
    "a folder moved into another": lambda f: moved(f, "other", "keep/within/other"),
    "a folder moved up": lambda f: moved(f, "test/deep", "deep"),
    "a folder changed its case": lambda f: moved(f, "other", "Other"),
    "two folders swapped": lambda f: (
        moved(f, "other", "x"), moved(f, "keep", "other"), moved(f, "x", "keep")
    ),
    "files vanished of a folder that stays": lambda f: shutil.rmtree(f / "test" / "deep"),
    "a folder became a file": lambda f: to_file(f, "other"),
    "a folder of folders became a file": lambda f: to_file(f, "test"),
    "a file became a folder": lambda f: to_folder(f, "top.txt"),
}  # fmt: skip


def publish(anna, bucket, change):
    """Anna's change, in S3; what a push refuses to do in one go she does in two."""
    change(anna.path / A)
    run = expect(anna.push(DELETE="1"), 0, 3)
    if run.code == 3:
        assert "Move yours out of the entry" in run.said, run
        kept = {name: body for name, body in anna.tree(A).items() if name not in bucket.data()}
        anna.delete(*kept)
        expect(anna.script("push_entries", DELETE="1"), 0)
        for name, body in kept.items():
            anna.write(name, body)
        expect(anna.script("push_entries"), 0)
    assert bucket.data() == anna.tree()


def folders(person):
    """Every folder of the entry that a person sees."""
    top = person.path / A
    return {p.relative_to(top).as_posix() for p in top.rglob("*") if p.is_dir()}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_the_whole_new_state_comes_at_once(anna, ben, shared, change):
    """By pull and by reset, and around what a person made. One store each: what is placed here is
    not the store's business, and the next test makes all of these changes on both."""
    publish(anna, shared, change)
    before = ben.save()
    for verb, words in (("pull_entries", {"DELETE": "1"}), ("reset_entry", {})):
        expect(ben.script(verb, A, **words), 0)
        assert_all_is_new(anna, ben, shared)
        ben.restore(before)
    assert_what_a_person_made_in_a_folder_that_goes_stays(anna, ben, shared)


def assert_all_is_new(anna, ben, shared):
    assert ben.tree() == anna.tree() == shared.data()
    assert not [f for f in folders(ben) if not any(p.startswith(f"{A}/{f}/") for p in ben.tree())]
    gone = {*FILES.values()} - {*ben.tree().values()}
    assert gone <= {*ben.trash()}
    assert_clean(ben)


def assert_what_a_person_made_in_a_folder_that_goes_stays(anna, ben, shared):
    """And nothing is half there: all of S3's state, or a refusal and all of the old one."""
    mine = {"test/deep/mine.txt": b"Ben's", "other/mine.txt": b"Ben's too"}
    for name, body in mine.items():
        ben.write(f"{A}/{name}", body)
    run = expect(ben.script("pull_entries", A, DELETE="1"), 0, 3)
    wanted = shared.data() if run.code == 0 else below(A, FILES)
    assert ben.tree() == wanted | below(A, mine)
    assert (run.code == 3) == any(f"{A}/{f}" in anna.tree() for f in ("test", "other")), run
    assert_clean(ben)


@pytest.mark.both_stores
def test_three_people_move_folders_one_after_the_other(anna, ben, clone, shared):
    carl = clone("carl", shared)
    carl.card(A)
    people, memory = [anna, ben, carl], Memory()
    memory.note(anna)
    for turn, change in enumerate(CHANGES.values()):
        person = people[turn % 3]
        expect(person.script("pull_entries", A, DELETE="1"), 0)
        before = person.save()
        try:
            change(person.path / A)
        except OSError:  # what it would change is gone by now
            person.restore(before)
            continue
        if person.script("push_entries", A, DELETE="1").code == 3:
            expect(person.script("reset_entry", A), 0)
    for person in people:
        expect(person.script("pull_entries", A, DELETE="1"), 0)
        assert person.tree() == shared.data()
    assert not memory.lost([*people, shared])
    assert_clean(*people)


@pytest.mark.parametrize("deep", ["", "deep/er"])
def test_a_file_comes_where_only_empty_folders_are(anna, ben, shared, deep):
    (ben.path / A / "new" / deep).mkdir(parents=True)
    anna.write(f"{A}/new", b"a file")
    expect(anna.script("push_entries"), 0)
    expect(ben.script("pull_entries", A), 0)
    assert ben.tree() == shared.data()


@pytest.mark.parametrize("what", ["file in the folder's place", "folder in the file's place"])
def test_what_is_made_here_while_files_come_is_kept_and_said(anna, ben, shared, what):
    """The plan saw nothing there; nothing is forced in, and running again says what is the way."""
    is_file = what.startswith("file")
    anna.write(f"{A}/new/x.txt" if is_file else f"{A}/new", b"Anna's")
    anna.write(f"{A}/top.txt", b"Anna's top")
    expect(anna.script("push_entries"), 0)
    mine = f"{A}/new" if is_file else f"{A}/new/x.txt"
    ben.proxy.when("GET", r"/top\.txt").call(lambda: ben.write(mine, b"Ben's"))
    run = expect(ben.script("pull_entries", A, ENGINE="aws"), 1)
    assert "new" in run.said and "run again" in run.said, run
    ben.proxy.clear()
    assert ben.read(mine) == b"Ben's" and ben.read(f"{A}/top.txt") == b"Anna's top"
    run = expect(ben.script("pull_entries", A), 3)
    assert "new is a" in run.said, run
    ben.delete(f"{A}/new")
    expect(ben.script("pull_entries", A, FULL="1"), 0)
    assert_clean(ben)


@pytest.mark.parametrize("empty", ["x", "x/deep"])
def test_a_file_replaced_by_an_empty_folder_is_deleted_in_s3(anna, ben, shared, empty):
    """And said to be only when it is."""
    (anna.path / A / "top.txt").unlink()
    (anna.path / A / empty.replace("x", "top.txt")).mkdir(parents=True)
    run = expect(anna.push(), 0)
    assert "1 deleted in S3" in run.out, run
    assert f"{A}/top.txt" not in shared.data()
    run = expect(anna.push(), 0)
    assert "deleted" not in run.said, run
    expect(ben.pull(), 0)
    assert ben.tree() == anna.tree() == shared.data()


def test_what_is_made_again_during_a_push_is_not_said_to_be_deleted(anna, shared):
    anna.delete(f"{A}/top.txt", f"{A}/keep/8.txt")
    anna.write(f"{A}/keep/9.txt", b"news")
    put = anna.proxy.when("PUT", r"/9\.txt")
    put.call(lambda: anna.write(f"{A}/top.txt", b"again"))
    run = expect(anna.script("push_entries", A), 0)
    assert put.fired
    assert "1 deleted in S3" in run.out and "top.txt made here again" in run.out, run
    assert f"{A}/top.txt" in shared.data() and f"{A}/keep/8.txt" not in shared.data()
    expect(anna.script("push_entries", A), 0)
    assert shared.data() == anna.tree()


def test_a_name_is_there_only_as_it_is_spelled(tmp_path):
    """Where case is ignored `mv Readme README` leaves something that answers to both names."""
    (tmp_path / "Sub").mkdir()
    (tmp_path / "Sub/README").touch()
    asked = ("Sub/README", "Sub/Readme", "sub/README", "Sub/README/x", "gone/README")
    assert [files.is_spelled(tmp_path, path) for path in asked] == [True, *[False] * 4]


def test_folders_that_an_interrupted_pull_emptied_go_with_the_next(anna, ben, shared, steps):
    """Died after the files went, before their folders did."""
    shutil.rmtree(anna.path / A / "test")
    expect(anna.push(DELETE="1"), 0)
    saved = ben.save()
    expect(ben.script("pull_entries", A, DELETE="1", **steps.env()), 0)
    at = [n for n, step in enumerate(steps.steps(), 1) if "rmdir" in step and "/test" in step]
    if not at:
        pytest.skip("this machine's steps do not show folders")
    ben.restore(saved)
    assert ben.script("pull_entries", A, DELETE="1", **steps.env(at[0])).code != 0
    expect(ben.script("pull_entries", A, DELETE="1"), 0)
    assert not os.path.lexists(ben.path / A / "test")
    assert ben.tree() == shared.data()


def test_journals_of_runs_that_ended_are_gone(anna, ben, shared):
    """Done, refused, or failed before anything was begun: nothing is left to explain."""
    anna.write(f"{A}/top.txt", b"Anna's")
    expect(anna.script("push_entries"), 0)
    ben.write(f"{A}/top.txt", b"Ben's")
    expect(ben.push(), 3)
    expect(ben.pull(), 3)
    expect(ben.script("reset_entry", A), 0)
    ben.write(f"{A}/top.txt", b"Ben's")
    ben.proxy.when("PUT", r"top\.txt").answer(403, "AccessDenied")
    expect(ben.push(), 1)
    ben.proxy.clear()
    assert_clean(anna, ben)
