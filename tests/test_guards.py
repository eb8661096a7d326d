"""The commands for what a person has to decide: dry runs, remove, unlock, trash, verify."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.oracle import assert_clean, below, expect, marker, put_in_step

from registry.entries import Entry
from registry.remote.location import TRASH
from registry.sync import trash

A = "processed_datasets/a"
FILES = {"x.txt": b"one", "sub/y.txt": b"two", "z.txt": b"three"}


@pytest.fixture
def pair(clone, moto_bucket):
    anna, ben = clone("anna", moto_bucket), clone("ben", moto_bucket)
    put_in_step(moto_bucket, A, FILES, anna, ben)
    return anna, ben, moto_bucket


def test_a_dry_push_says_each_file_and_touches_nothing(pair):
    anna, _, bucket = pair
    anna.write(f"{A}/x.txt", b"edited")
    anna.write(f"{A}/new.txt", b"new")
    anna.delete(f"{A}/z.txt")
    before, here, memory = bucket.read(), anna.tree(), anna.state()
    anna.proxy.clear()
    run = expect(anna.push(DRY_RUN="1"), 0)
    for name in ("x.txt", "new.txt", "z.txt"):
        (line,) = [line for line in run.out.splitlines() if line.startswith(f"{A}/{name}: ")]
        assert len(line.rpartition(":")[2]) > 5, "a reason per file"
    assert "sub/y.txt" not in run.out
    assert anna.proxy.count("PUT|POST|DELETE") == 0
    assert (bucket.read(), anna.tree(), anna.state()) == (before, here, memory)
    assert_clean(anna)
    expect(anna.push(), 0)
    assert bucket.data() == here


def test_a_dry_pull_says_each_file_and_touches_nothing(pair):
    anna, ben, bucket = pair
    anna.write(f"{A}/x.txt", b"edited")
    anna.delete(f"{A}/z.txt")
    expect(anna.script("push_entries"), 0)
    ben.write(f"{A}/mine.txt", b"mine")
    before, here, memory = bucket.read(), ben.tree(), ben.state()
    run = expect(ben.pull(DRY_RUN="1"), 0)
    for name, word in (("x.txt", "fetch"), ("z.txt", "trash"), ("mine.txt", "keep")):
        assert any(f"{A}/{name}: " in line and word in line for line in run.out.splitlines()), run
    assert ben.proxy.count("GET", rf"{A}/x\.txt") == 0
    assert (bucket.read(), ben.tree(), ben.state()) == (before, here, memory)
    assert ben.trash() == []
    assert_clean(ben)


def test_remove_takes_an_entry_out_everywhere_and_keeps_its_bytes(pair):
    anna, ben, bucket = pair
    refused = expect(anna.script("remove_entry", A), 3)
    assert "CONFIRM=a" in refused.said
    assert bucket.data() == anna.tree() == below(A, FILES)
    expect(anna.script("remove_entry", A, CONFIRM="a"), 0)
    assert bucket.data() == {} and marker(bucket, A) == {}
    kept = bucket.read(".registry_trash/")
    assert sorted(kept.values()) == sorted(FILES.values())
    assert not (anna.path / A).exists() and not (anna.path / f"{A}.card.md").exists()
    assert set(FILES.values()) <= set(anna.trash())
    run = expect(ben.pull(), 3)
    assert "removed upstream" in run.said
    assert ben.tree() == below(A, FILES)
    expect(ben.push(), 0, 3)
    assert bucket.data() == {}
    assert_clean(anna, ben)


def test_remove_refuses_while_a_card_refers_to_it_or_somebody_changed_it(pair):
    anna, ben, bucket = pair
    ben.write(f"{A}/x.txt", b"Ben's news")
    expect(ben.script("push_entries"), 0)
    before = bucket.read()
    run = expect(anna.script("remove_entry", A, CONFIRM="a"), 3)
    assert "pull" in run.said
    expect(anna.pull(), 0)
    card = anna.card("training_results/r")
    card.write_text(card.read_text() + f"\nMade from {A}.\n")
    run = expect(anna.script("remove_entry", A, CONFIRM="a"), 3)
    assert "training_results/r" in run.said
    assert bucket.read() == before
    assert anna.tree() == ben.tree()


@pytest.fixture
def torn(pair):
    """Anna's push died after its first file."""
    anna, ben, bucket = pair
    anna.write(f"{A}/x.txt", b"Anna's x")
    anna.write(f"{A}/z.txt", b"Anna's longer z")
    anna.proxy.when("PUT", rf"{A}/\w\.txt", nth=2).call(lambda: anna.running.kill())
    anna.push()
    anna.proxy.clear()
    assert marker(bucket, A)["state"] == "pushing"
    return anna, ben, bucket


def test_a_torn_push_is_nobodys_pull_and_its_owner_goes_on(torn):
    anna, ben, bucket = torn
    for person in (anna, ben):
        run = expect(person.pull(A, FULL="1"), 3)
        assert "push" in run.said
    assert ben.tree() == below(A, FILES)
    ben.write(f"{A}/sub/y.txt", b"Ben's")
    run = expect(ben.push(), 3)
    assert "unlock" in run.said and "anna" in run.said
    expect(anna.push(), 0)
    assert bucket.data() == anna.tree()
    expect(ben.pull(), 0)
    expect(ben.push(), 0)
    assert bucket.data() == ben.tree()


def test_a_dead_owners_push_is_unlocked_by_name_and_sealed(torn):
    anna, ben, bucket = torn
    before = bucket.data()
    run = expect(ben.script("unlock_entry", A), 3)
    assert "anna" in run.said and "CONFIRM=a" in run.said
    assert marker(bucket, A)["state"] == "pushing"
    expect(ben.script("unlock_entry", A, CONFIRM="a"), 0)
    assert marker(bucket, A)["state"] == "torn"
    run = expect(ben.pull(), 3)
    assert "seal" in run.said
    expect(ben.script("seal_entries", A, CONFIRM="a"), 0)
    expect(ben.pull(), 0)
    assert ben.tree() == bucket.data() == before
    expect(anna.push(), 0, 3)  # she is back: what she sent counts as hers, the rest goes now
    expect(anna.pull(), 0)
    expect(anna.push(), 0)
    assert {b"Anna's x", b"Anna's longer z"} <= set(bucket.data().values())


def test_a_stranger_who_overwrites_a_torn_push_is_not_overwritten_unsaved(torn):
    """Her journal names what she meant to send: other bytes are somebody else's (P2)."""
    anna, _, bucket = torn
    bucket.put(f"{A}/x.txt", b"by hand, meanwhile")
    bucket.put(f"{A}/z.txt", b"by hand as well")
    expect(anna.push(), 0, 3)
    saved = set(bucket.read().values())
    assert {b"by hand, meanwhile", b"by hand as well"} <= saved
    assert anna.read(f"{A}/x.txt") == b"Anna's x"


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


def test_verify_names_every_difference_both_ways(pair):
    anna, _, bucket = pair
    expect(anna.script("verify_entries"), 0)
    file = anna.path / A / "x.txt"
    times = file.stat()
    with open(file, "r+b") as spoiled:
        spoiled.write(b"On")  # as a failing disk does: same size
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    anna.write(f"{A}/extra.txt", b"extra")
    anna.delete(f"{A}/z.txt")
    before, here = bucket.read(), anna.tree()
    run = expect(anna.script("verify_entries", A), 1)
    told = sorted(line.partition(": ")[::2] for line in run.out.splitlines())
    assert [path for path, _ in told] == [f"{A}/extra.txt", f"{A}/x.txt", f"{A}/z.txt"]
    assert ["extra" in told[0][1], "differs" in told[1][1], "missing" in told[2][1]] == [True] * 3
    assert (bucket.read(), anna.tree()) == (before, here)


def test_verify_reads_raw_datasets_too(clone, rclone_bucket):
    anna = clone("anna", rclone_bucket)
    anna.add("raw_datasets/r", {"x.txt": b"raw bytes", "y.txt": b"more"})
    expect(anna.script("add_entry", "raw_datasets/r"), 0)
    expect(anna.push(), 0)
    expect(anna.script("verify_entries", "raw_datasets/r"), 0)
    (anna.path / "raw_datasets/r/x.txt").chmod(0o644)
    (anna.path / "raw_datasets/r/x.txt").unlink()
    anna.write("raw_datasets/r/x.txt", b"RAW bytes")
    run = expect(anna.script("verify_entries", "raw_datasets/r"), 1)
    assert "raw_datasets/r/x.txt" in run.out


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


def test_verify_names_what_cannot_be_stored_on_either_side(pair, moto_server):
    anna, _, _ = pair
    (anna.path / A / "out").symlink_to("/etc/hostname")
    run = expect(anna.script("verify_entries", A), 1)
    assert f"{A}/out: a link out of the entry" in run.out, run
    (anna.path / A / "out").unlink()
    there = moto_server.new_bucket()
    anna.point_at(there)
    for name, body in FILES.items():
        there.put(f"{A}/{name}", body)
    expect(anna.script("verify_entries", A), 0)
    there.put(f"{A}/../evil", b"1")
    run = expect(anna.script("verify_entries", A), 1)
    assert "evil" in run.out and "walks out" in run.out, run


POINTS = range(200 if os.environ.get("SWEEP") == "full" else 6)


@pytest.mark.parametrize("point", POINTS)
def test_a_remove_that_died_is_finished_by_running_it_again(pair, steps, point):
    """At any request; and until then no byte is anywhere less than once."""
    anna, _, bucket = pair
    saved, there = anna.save(), bucket.read()
    before = len(anna.proxy.requests)
    expect(anna.script("remove_entry", A, CONFIRM="a"), 0)
    count = len(anna.proxy.requests) - before
    anna.restore(saved)
    anna.card(A)
    bucket.restore(there)
    if point >= count:
        pytest.skip(f"there are {count} requests")
    nth = 1 + (point if len(POINTS) > 10 else point * (count - 1) // (len(POINTS) - 1))
    anna.proxy.when(nth=nth).call_after(lambda: anna.running.kill())
    anna.script("remove_entry", A, CONFIRM="a")
    anna.proxy.clear()
    assert set(FILES.values()) <= set(bucket.read().values())
    assert set(FILES.values()) <= anna.contents()
    expect(anna.script("remove_entry", A, CONFIRM="a"), 0)
    assert bucket.data() == {} and marker(bucket, A) == {}
    assert set(FILES.values()) <= set(bucket.read(".registry_trash/").values())
    assert set(FILES.values()) <= set(anna.trash())
    assert_clean(anna)


def test_a_remove_that_died_is_undone_by_a_push(pair):
    anna, ben, bucket = pair
    anna.proxy.when("DELETE", rf"/{A}/", nth=2).call(lambda: anna.running.kill())
    anna.script("remove_entry", A, CONFIRM="a")
    anna.proxy.clear()
    assert 0 < len(bucket.data()) < len(FILES) and marker(bucket, A)["state"] == "pushing"
    expect(ben.pull(), 3)
    expect(anna.push(), 0)
    expect(ben.pull(), 0)
    assert bucket.data() == anna.tree() == ben.tree() == below(A, FILES)
    assert_clean(anna, ben)


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


def test_dry_runs_of_what_a_person_decides_touch_nothing(torn):
    _, ben, bucket = torn
    before = bucket.read()
    expect(ben.script("unlock_entry", A, CONFIRM="a", DRY_RUN="1"), 0)
    assert bucket.read() == before
    expect(ben.script("unlock_entry", A, CONFIRM="a"), 0)
    before = bucket.read()
    run = expect(ben.script("seal_entries", A, CONFIRM="a", DRY_RUN="1"), 0)
    assert "to be sealed" in run.out and bucket.read() == before, run
    ben.write(f"{A}/own.txt", b"Ben's own")
    expect(ben.script("seal_entries", A, CONFIRM="a"), 0)
    expect(ben.script("reset_entry", A), 0)
    item = expect(ben.script("list_trash"), 0).out.split()[0]
    here = ben.tree()
    run = expect(ben.script("restore_trash", item, DRY_RUN="1"), 0)
    assert f"{A}/own.txt: to be brought back" in run.out and ben.tree() == here, run


def test_a_torn_push_whose_folder_went_away_is_not_nothing_to_do(torn):
    """Everybody waits for it."""
    anna, _, _ = torn
    anna.delete(A)
    run = expect(anna.push(), 3)
    assert "make unlock" in run.err and "nothing to do" not in run.err, run
