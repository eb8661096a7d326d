"""What was set aside is listed and brought back, whole or in part."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from support.oracle import assert_clean, below, expect

from registry.entries import Entry
from registry.remote.location import TRASH
from registry.sync import trash

A = "processed_datasets/a"


def test_what_was_set_aside_is_listed_and_brought_back(pair):
    anna, ben, bucket = pair
    ben.write(f"{A}/x.txt", b"Ben's work")
    ben.write(f"{A}/own.txt", b"Ben's own")
    expect(ben.script("reset_entry", A), 0)
    assert ben.tree() == bucket.data()
    listed = expect(ben.script("list_trash"), 0)
    (line,) = listed.out.splitlines()
    assert A in line and "reset" in line and "2 files" in line
    item = line.split()[0]
    assert f"`make restore ID={item}`" in line
    run = expect(ben.script("restore_trash", item), 0)
    assert ben.read(f"{A}/x.txt") == b"Ben's work"
    assert ben.read(f"{A}/own.txt") == b"Ben's own"
    listed = expect(ben.script("list_trash"), 0)
    assert listed.out.split()[0] in run.err and "1 file" in listed.out, "and what was there is kept"
    assert ben.trash() == [b"one"]
    for mine, kept in ((b"one", b"Ben's work"), (b"Ben's work", b"one")):  # swapped back, and again
        item = expect(ben.script("list_trash"), 0).out.split()[0]
        expect(ben.script("restore_trash", item), 0)
        assert (ben.read(f"{A}/x.txt"), ben.trash()) == (mine, [kept])
    expect(ben.script("restore_trash", "nonsense"), 2)
    expect(ben.push(), 0)
    assert bucket.data() == ben.tree()
    expect(anna.pull(), 0)


def test_an_entry_that_comes_back_from_the_trash_is_as_it_was(pair):
    """With its links, whatever they lead to, and its empty folders."""
    anna, _, _ = pair
    (anna.path / A / "link.txt").symlink_to("x.txt")
    (anna.path / A / "a link first").symlink_to("z.txt")
    (anna.path / A / "empty").mkdir()
    before = anna.tree()
    expect(anna.script("remove_entry", A, CONFIRM="a", FULL="1"), 0)
    os.mkfifo(next(anna.path.glob(f".registry/trash/*/{A}")) / "pipe")
    item = expect(anna.script("list_trash"), 0).out.split()[0]
    expect(anna.script("restore_trash", item), 0)
    assert anna.tree() == before and (anna.path / A / "empty").is_dir()
    assert list(anna.path.glob(".registry/trash/*")) == []


def test_a_part_of_an_entry_comes_back_beside_what_is_there(pair):
    anna, _, _ = pair
    (anna.path / A / "link.txt").symlink_to("x.txt")
    (anna.path / A / "sub/to a folder").symlink_to("../sub")
    before = anna.tree()
    expect(anna.script("remove_entry", A, CONFIRM="a"), 0)
    os.mkfifo(next(anna.path.glob(f".registry/trash/*/{A}")) / "pipe")
    item = expect(anna.script("list_trash"), 0).out.split()[0]
    anna.write(f"{A}/mine.txt", b"here meanwhile")
    anna.write(f"{A}/sub", b"a file where a folder was")
    run = expect(anna.script("restore_trash", item), 3)
    assert f"2 files left in .registry/trash/{item}" in run.err, run
    anna.delete(f"{A}/sub")
    expect(anna.script("restore_trash", item), 0)
    assert anna.tree() == before | below(A, {"mine.txt": b"here meanwhile"})
    assert list(anna.path.glob(".registry/trash/*")) == []


def test_what_two_entries_set_aside_at_once_is_two_items(tmp_path):
    """Entries are pulled side by side; bringing back the one must not drop the other."""
    (tmp_path / "processed_datasets").mkdir()
    names = [Entry("processed_datasets", f"e{n}", tmp_path) for n in range(50)]
    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(lambda entry: trash.new(entry, "vanished"), names))
    assert len({place.parent.parent for place in places}) == len(names)


def test_a_copy_that_failed_after_a_hasty_200_is_no_copy(pair):
    """What TAKE=local overrules is not overwritten before it is safe."""
    anna, ben, bucket = pair
    anna.write(f"{A}/x.txt", b"Anna's")
    expect(anna.script("push_entries"), 0)
    ben.write(f"{A}/x.txt", b"Ben's")
    ben.proxy.when("PUT", TRASH).answer(200, "InternalError")
    run = expect(ben.push(TAKE="local"), 1)
    assert "InternalError" in run.err, run
    assert bucket.get(f"{A}/x.txt") == b"Anna's"
    ben.proxy.clear()
    expect(ben.push(TAKE="local"), 0)
    assert b"Anna's" in bucket.read(TRASH).values()
    assert_clean(ben)
