"""What plain `aws s3 sync --delete` does wrong, each as a case that must go right here."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess

import pytest
from support.oracle import Memory, assert_clean, below, expect, join, marker, put_in_step

A = "processed_datasets/a"
FILES = {"x.txt": b"one", "sub/y.txt": b"two", "z.txt": b"zzz", "w.txt": b"w"}


@pytest.fixture
def pushed(anna, bucket):
    put_in_step(bucket, A, FILES, anna)
    return bucket


def refused_by_name(person, bucket, *names):
    """A push is refused, names what is in the way, and writes nothing at all."""
    before, local = bucket.read(), person.tree()
    run = expect(person.push(), 3)
    for name in names:
        assert name in run.said, (name, run)
    assert bucket.read() == before
    assert person.tree() == local
    assert_clean(person)
    return run


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_not_a_deletion(anna, pushed):
    (anna.path / A / "x.txt").chmod(0)
    anna.write(f"{A}/z.txt", b"changed")
    before = pushed.read()
    run = expect(anna.push(), 1, 3)
    assert "x.txt" in run.said
    assert pushed.read() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_folder_is_not_a_deletion(anna, pushed):
    (anna.path / A / "sub").chmod(0)
    before = pushed.read()
    run = expect(anna.push(), 1, 3)
    (anna.path / A / "sub").chmod(0o755)
    assert "sub" in run.said
    assert pushed.read() == before


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("nowhere", "dangling"),
        (".", "loop"),
        ("../../LICENSE", "outside"),
        ("/etc/hostname", "absolute"),
        ("..", "above"),
        ("cycle", "cycle"),
    ],
)
def test_a_link_that_is_no_data_is_refused_by_name(anna, pushed, target, name):
    (anna.path / A / name).symlink_to(target)
    refused_by_name(anna, pushed, name)


def test_a_link_to_a_sibling_file_travels_as_what_it_points_at(anna, ben, pushed):
    (anna.path / A / "latest.txt").symlink_to("x.txt")
    run = expect(anna.push(), 0, 3)
    if run.code == 0:
        assert pushed.data()[f"{A}/latest.txt"] == b"one"
        assert os.readlink(anna.path / A / "latest.txt") == "x.txt"


def test_a_special_file_is_refused_by_name(anna, pushed):
    os.mkfifo(anna.path / A / "pipe")
    refused_by_name(anna, pushed, "pipe")
    (anna.path / A / "pipe").unlink()
    here = os.getcwd()
    with socket.socket(socket.AF_UNIX) as listener:
        os.chdir(anna.path / A)  # the path of a socket may have no more than 100 bytes
        listener.bind("sock")
        os.chdir(here)
        refused_by_name(anna, pushed, "sock")


@pytest.mark.parametrize("leftover", ["x.txt.5bF3a9C0", "sub/y.txt.0a1B2c3D"])
def test_what_a_killed_download_left_is_not_pushed(anna, pushed, leftover):
    anna.write(f"{A}/{leftover}", b"half of it")
    before = pushed.read()
    run = expect(anna.push(), 3)
    assert leftover.rpartition("/")[2] in run.said
    assert pushed.read() == before


def test_a_file_that_failed_to_arrive_is_not_deleted_by_the_next_push(anna, ben, pushed):
    ben.card(A)
    ben.proxy.when("GET", r"/x\.txt").answer(500)
    expect(ben.pull(), 1)
    ben.proxy.clear()
    before = pushed.data()
    expect(ben.push(), 0, 3)
    assert pushed.data() == before
    expect(ben.pull(), 0)
    assert ben.tree() == anna.tree()
    assert_clean(anna, ben)


def test_a_newer_file_of_the_same_size_is_fetched(anna, ben, pushed):
    join(ben, A)
    anna.write(f"{A}/x.txt", b"ONE")
    expect(anna.script("push_entries"), 0)
    late = 2_000_000_000
    os.utime(ben.path / A / "x.txt", (late, late))
    expect(ben.pull(), 0)
    assert ben.read(f"{A}/x.txt") == b"ONE"


def test_an_edit_of_the_same_size_with_an_old_time_is_pushed(anna, pushed):
    anna.write(f"{A}/x.txt", b"ONE")
    os.utime(anna.path / A / "x.txt", (1_000_000_000, 1_000_000_000))
    expect(anna.push(), 0)
    assert pushed.data()[f"{A}/x.txt"] == b"ONE"


def test_an_edit_that_also_keeps_the_time_is_pushed(anna, pushed):
    """As `cp -p` over the file does: another inode or ctime tells."""
    file = anna.path / A / "x.txt"
    before = file.stat()
    file.write_bytes(b"ONE")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    expect(anna.push(), 0)
    assert pushed.data()[f"{A}/x.txt"] == b"ONE"


def test_a_touched_file_is_not_sent_again(anna, pushed):
    os.utime(anna.path / A / "x.txt", (2_000_000_000, 2_000_000_000))
    anna.proxy.clear()
    expect(anna.push(), 0)
    assert anna.proxy.count("PUT", r"/x\.txt") == 0


def test_an_entry_folder_that_is_a_link_is_never_written_through(anna, ben, pushed, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x.txt").write_bytes(b"somebody's")
    ben.card(A)
    (ben.path / A).symlink_to(elsewhere)
    run = expect(ben.pull(), 3)
    assert "link" in run.said
    assert sorted(p.name for p in elsewhere.iterdir()) == ["x.txt"]
    assert (elsewhere / "x.txt").read_bytes() == b"somebody's"
    refused_by_name(ben, pushed, "link")


def test_a_folder_inside_that_is_a_link_is_never_written_through(anna, ben, pushed, tmp_path):
    join(ben, A)
    elsewhere = tmp_path / "elsewhere"
    shutil.move(ben.path / A / "sub", elsewhere)
    (ben.path / A / "sub").symlink_to(elsewhere)
    anna.write(f"{A}/sub/y.txt", b"Anna's news")
    anna.write(f"{A}/sub/new.txt", b"new")
    expect(anna.script("push_entries"), 0)
    expect(ben.pull(), 1, 3)
    assert [p.name for p in elsewhere.iterdir()] == ["y.txt"]
    assert (elsewhere / "y.txt").read_bytes() == b"two"


def test_a_file_where_a_folder_is_wanted_is_kept(anna, ben, pushed):
    join(ben, A)
    ben.delete(f"{A}/sub")
    ben.write(f"{A}/sub", b"a file of mine")
    anna.write(f"{A}/sub/y.txt", b"Anna's news")
    expect(anna.script("push_entries"), 0)
    expect(ben.pull(), 1, 3)
    assert ben.read(f"{A}/sub") == b"a file of mine"
    assert_clean(ben)


# A file that changes while a command runs.


@pytest.mark.parametrize("how", ["edit", "truncate", "replace", "delete"])
def test_a_file_changed_during_its_upload_is_never_sealed_as_something_else(anna, ben, pushed, how):
    anna.write(f"{A}/x.txt", b"planned")
    file = anna.path / A / "x.txt"

    def change():
        if how == "edit":
            file.write_bytes(b"edited meanwhile")
        elif how == "truncate":
            os.truncate(file, 0)
        elif how == "replace":
            (file.parent / "tmp").write_bytes(b"renamed over")
            (file.parent / "tmp").rename(file)
        else:
            file.unlink()

    anna.proxy.when("PUT", rf"/{A}/x\.txt", nth=1).call_after(change)
    run = expect(anna.push(), 0, 1)  # 0: it noticed, and sent what is there now
    now = anna.tree()
    assert file.exists() == (how != "delete")
    if run.code == 0:
        assert pushed.data() == now
    else:
        assert "x.txt" in run.said
        assert marker(pushed, A)["state"] == "pushing"
    anna.proxy.clear()
    expect(anna.push(), 0)
    assert anna.tree() == now
    assert pushed.data() == now
    join(ben, A)
    assert ben.tree() == now
    assert marker(pushed, A)["state"] == "done"
    assert_clean(anna, ben)


def test_a_file_changed_before_its_upload_is_not_sealed_as_planned(anna, ben, pushed):
    anna.write(f"{A}/w.txt", b"planned w")
    anna.write(f"{A}/x.txt", b"planned x")
    done = []

    def change():
        if not done:
            done.append(1)
            for name in ("w.txt", "x.txt"):
                anna.write(f"{A}/{name}", b"edited before it was sent: " + name.encode())

    anna.proxy.when("PUT", rf"\.registry/{A}").call_after(change)
    run = expect(anna.push(), 0, 1)
    assert done
    assert pushed.data() == anna.tree() or run.code == 1
    anna.proxy.clear()
    expect(anna.push(), 0)
    assert pushed.data() == anna.tree()
    assert anna.read(f"{A}/w.txt").startswith(b"edited")


def test_a_file_created_during_a_push_is_pushed_next_time(anna, pushed):
    anna.write(f"{A}/x.txt", b"planned")
    anna.proxy.when("PUT", rf"/{A}/x\.txt", nth=1).call(
        lambda: anna.write(f"{A}/late.txt", b"late")
    )
    expect(anna.push(), 0, 1)
    expect(anna.push(), 0)
    assert pushed.data() == anna.tree()
    assert pushed.data()[f"{A}/late.txt"] == b"late"


@pytest.mark.parametrize("how", ["edit", "truncate", "replace", "delete"])
def test_a_file_changed_during_a_pull_is_kept(anna, ben, pushed, how):
    join(ben, A)
    anna.write(f"{A}/x.txt", b"Anna's news")
    anna.write(f"{A}/z.txt", b"more news")
    expect(anna.script("push_entries"), 0)
    file = ben.path / A / "x.txt"

    def change():
        if how == "edit":
            file.write_bytes(b"Ben's work")
        elif how == "truncate":
            os.truncate(file, 0)
        elif how == "replace":
            (file.parent / "tmp").write_bytes(b"Ben's work")
            (file.parent / "tmp").rename(file)
        else:
            file.unlink()

    ben.proxy.when("GET", rf"/{A}/x\.txt", nth=1).call_after(change)
    expect(ben.pull(), 1, 3)
    wanted = {"edit": b"Ben's work", "replace": b"Ben's work", "truncate": b""}.get(how)
    tree = ben.tree()
    assert tree.get(f"{A}/x.txt") == wanted
    ben.proxy.clear()
    before = pushed.data()
    expect(ben.push(), 3)  # both changed it: never overwritten silently
    assert pushed.data() == before
    if how == "delete":
        expect(ben.pull(), 0)
        assert ben.tree() == anna.tree()
    else:
        expect(ben.pull(), 3)
        assert ben.tree().get(f"{A}/x.txt") == wanted
    assert_clean(ben)


def test_a_file_created_during_a_pull_where_one_is_fetched_is_kept(anna, ben, pushed):
    """And is not taken for the registry's: the first mistake that the model caught."""
    join(ben, A)
    anna.write(f"{A}/new.txt", b"Anna's")
    expect(anna.script("push_entries"), 0)
    get = ben.proxy.when("GET", rf"/{A}/new\.txt", nth=1)
    get.call_after(lambda: ben.write(f"{A}/new.txt", b"Ben's!"))
    expect(ben.pull(), 1, 3)
    assert ben.read(f"{A}/new.txt") == b"Ben's!"
    expect(ben.push(), 3)
    assert pushed.data()[f"{A}/new.txt"] == b"Anna's"
    ben.write(f"{A}/other.txt", b"other")
    expect(ben.pull(), 3)
    assert ben.read(f"{A}/new.txt") == b"Ben's!"
    assert_clean(ben)


def test_a_file_edited_here_while_it_vanishes_upstream_is_kept(anna, ben, pushed):
    join(ben, A)
    anna.delete(f"{A}/x.txt")
    anna.write(f"{A}/z.txt", b"changed")
    expect(anna.script("push_entries"), 0)
    get = ben.proxy.when("GET", rf"/{A}/z\.txt", nth=1)
    get.call_after(lambda: ben.write(f"{A}/x.txt", b"Ben's work"))
    expect(ben.pull(), 1, 3)
    assert ben.read(f"{A}/x.txt") == b"Ben's work"


def test_cards_and_litter_never_travel(anna, ben, pushed):
    for litter in (".DS_Store", "sub/._x", "Thumbs.db"):
        anna.write(f"{A}/{litter}", b"litter")
    expect(anna.script("push_entries"), 0)
    assert pushed.data() == below(A, FILES)
    card, rules = ben.card(A).read_bytes(), ben.read("processed_datasets/.gitignore")
    pushed.put("processed_datasets/a.card.md", b"from elsewhere")
    pushed.put("processed_datasets/.gitignore", b"from elsewhere")
    pushed.put(f"{A}/.DS_Store", b"from elsewhere")
    expect(ben.pull(A, FULL="1"), 0)
    assert ben.read("processed_datasets/a.card.md") == card
    assert ben.read("processed_datasets/.gitignore") == rules
    assert ben.tree() == below(A, FILES)


def test_a_folder_without_a_card_is_not_pushed(anna, bucket):
    anna.write("processed_datasets/nocard/x", b"x")
    run = anna.push()
    assert "nocard" in run.said
    assert bucket.data() == {}


def test_an_entry_whose_card_is_wrong_is_not_pushed_and_the_others_are(anna, bucket):
    for name in ("good", "bad", "latin"):
        anna.add(f"processed_datasets/{name}", {"x": b"1"})
    card = anna.path / "processed_datasets/bad.card.md"
    card.write_text(card.read_text().replace("\nlicense: ", "\nlicence: "))
    anna.write("processed_datasets/latin.card.md", b"caf\xe9\n")
    anna.write("training_results/away.card.md", b"wrong, but nothing of it is here to push")
    run = expect(anna.push(), 3)
    assert "processed_datasets/bad.card.md:" in run.said and "'license'" in run.said
    assert "processed_datasets/latin.card.md:1: the card must be UTF-8" in run.said
    assert "training_results/away.card.md:" not in run.said
    assert set(bucket.data()) == {"processed_datasets/good/x"}


def test_experiments_never_leave_this_machine(anna, bucket):
    anna.add("experiments/secret", {"x": b"mine"})
    anna.push()
    anna.pull()
    assert bucket.read("experiments") == {}
    assert anna.proxy.count(path="experiments") == 0
    assert anna.read("experiments/secret/x") == b"mine"


def test_a_corrupted_object_of_a_raw_dataset_is_refused(anna, ben, bucket):
    anna.add("raw_datasets/r", {"x.txt": b"raw bytes", "y.txt": b"more"})
    expect(anna.script("add_entry", "raw_datasets/r"), 0)
    expect(anna.push(), 0)
    key = next(k for k in bucket.keys("raw_datasets_dvc_cache") if bucket.get(k) == b"raw bytes")
    bucket.put(key, b"RAW BYTES")
    ben.card("raw_datasets/r")
    ben.write("raw_datasets/r.dvc", anna.read("raw_datasets/r.dvc"))
    expect(ben.pull(), 1)
    assert ben.tree().get("raw_datasets/r/x.txt") != b"RAW BYTES"


def test_memory_of_all_contents_over_a_busy_day(anna, ben, pushed):
    memory = Memory()
    join(ben, A)
    for turn in range(3):
        for person, name in ((anna, "x.txt"), (ben, "z.txt")):
            person.write(f"{A}/{name}", f"{name} {turn} by {person.path.name}".encode())
            person.write(f"{A}/new-{turn}-{person.path.name}", f"{turn} {name}".encode())
            memory.note(anna, ben)
            expect(person.pull(), 0)
            expect(person.push(), 0)
            memory.note(pushed)
    expect(anna.pull(), 0)
    assert anna.tree() == ben.tree() == pushed.data()
    overwritten = {f"{n} {t} by {p}".encode() for n, p in (("x.txt", "anna"), ("z.txt", "ben"))
                   for t in range(2)} | {b"one", b"zzz"}  # fmt: skip
    assert memory.lost([anna, ben, pushed]) <= overwritten


def test_news_that_full_found_are_pulled_by_the_cure_it_names(anna, ben, pushed):
    """The marker still vouches for what was there before: it must not be believed again."""
    join(ben, A)
    pushed.put(f"{A}/x.txt", b"by plain aws")
    ben.write(f"{A}/mine.txt", b"Ben's")
    expect(ben.push(FULL="1"), 3)
    expect(ben.pull(A), 0)
    assert ben.read(f"{A}/x.txt") == b"by plain aws"
    expect(ben.push(), 0)
    assert_clean(ben)


@pytest.mark.parametrize("name", ["x.dvc/data", "._y/data", "z.card.md/data"])
def test_a_folder_named_like_litter_holds_data(anna, pushed, name):
    """What a pull brings and the next look at the disk leaves out would pass for deleted."""
    pushed.put(f"{A}/{name}", b"data of a bucket from before")
    expect(anna.pull(A, FULL="1"), 0)
    assert anna.read(f"{A}/{name}") == b"data of a bucket from before"
    anna.write(f"{A}/new.txt", b"news")
    expect(anna.script("push_entries"), 0)
    assert pushed.get(f"{A}/{name}") == b"data of a bucket from before"
    assert_clean(anna)


@pytest.mark.both_stores
@pytest.mark.parametrize("name", ["x.txt/inner", "sub"], ids=["a folder now", "a file now"])
def test_a_file_and_a_folder_that_changed_places_are_pushed_in_two_turns(anna, ben, pushed, name):
    """Deletions come last, and a store made of files and folders cannot hold both meanwhile."""
    before = pushed.read()
    anna.delete(f"{A}/{name.partition('/')[0]}")
    anna.write(f"{A}/{name}", b"in its place")
    run = expect(anna.push(), 3)
    assert "push again" in run.err and pushed.read() == before, run
    anna.delete(f"{A}/{name.partition('/')[0]}")
    expect(anna.script("push_entries"), 0)
    anna.write(f"{A}/{name}", b"in its place")
    expect(anna.script("push_entries"), 0)
    join(ben, A)
    assert ben.tree() == anna.tree() == pushed.data()
    assert_clean(anna, ben)


@pytest.mark.parametrize("kind", ["litter", "file", "link", "pipe"])
def test_a_folder_where_a_file_is_wanted_is_named_before_anything_moves(anna, ben, pushed, kind):
    join(ben, A)
    before = ben.tree()
    (ben.path / A / "new" / "deep").mkdir(parents=True)
    inside = ben.path / A / "new" / "deep" / {"litter": ".DS_Store"}.get(kind, kind)
    if kind == "link":
        inside.symlink_to("nowhere")
    elif kind == "pipe":
        os.mkfifo(inside)
    else:
        inside.write_bytes(b"not to be lost")
    anna.write(f"{A}/new", b"a file")
    anna.write(f"{A}/x.txt", b"Anna's news")
    expect(anna.script("push_entries"), 0)
    run = expect(ben.pull(), 3)
    assert "new is a folder here" in run.err, run
    assert {name: ben.tree()[name] for name in before} == before
    ben.delete(f"{A}/new")
    expect(ben.pull(), 0)
    assert ben.tree() == pushed.data()
    assert_clean(ben)


def test_what_a_pull_put_in_place_is_on_the_disk_before_the_baseline_says_so(
    anna, ben, pushed, steps
):
    """A power cut keeps what was flushed. Old files that a new baseline calls edits of this
    checkout would be pushed over the news."""
    join(ben, A)
    anna.write(f"{A}/x.txt", b"Anna's news")
    anna.write(f"{A}/new.txt", b"new")
    expect(anna.script("push_entries"), 0)
    expect(ben.script("pull_entries", "processed_datasets/", **steps.env()), 0)
    done = steps.steps()
    placed = [n for n, step in enumerate(done) if step.startswith(("os.link ", "libc renameat"))]
    saved = [n for n, step in enumerate(done) if step.startswith("os.rename .registry/state")]
    flushed = [n for n, step in enumerate(done) if step.startswith(("libc syncfs", "os.sync"))]
    assert placed and saved, done
    assert any(placed[-1] < n < saved[-1] for n in flushed), done


def on_other_disk(person, folder, *words):
    """Run a command in a world where another disk is mounted on the folder, a copy of it."""
    script = 'mount -t tmpfs none "$1" && cp -a "$1.copy/." "$1" && shift && exec "$@"'
    return person.run("unshare", "-rm", "sh", "-c", script, "sh", str(folder), *words)


can_mount = pytest.mark.skipif(
    subprocess.run(["sh", "-c", "unshare -rm mount -t tmpfs none /tmp"], capture_output=True)
    .returncode != 0,
    reason="needs Linux, and the right to mount disks in a world of one's own",
)  # fmt: skip


@can_mount
def test_a_disk_that_is_not_mounted_today_deletes_nothing(anna, pushed):
    """Not even where an older, smaller copy of the entry lies below the mount point."""
    folder = anna.path / A
    shutil.copytree(folder, f"{folder}.copy")
    anna.write(f"{A}.copy/more.txt", b"only on the other disk")
    expect(on_other_disk(anna, folder, "./push.sh", A), 0)
    before = pushed.read()
    assert pushed.get(f"{A}/more.txt") == b"only on the other disk"
    anna.write(f"{A}/x.txt", b"edited on this disk")
    run = expect(anna.push(A), 3)
    assert "make pull" in run.err and pushed.read() == before, run
    expect(anna.pull(A), 0)
    expect(anna.push(A), 0)
    assert pushed.data() == anna.tree(f"{A}/")
    assert pushed.get(f"{A}/more.txt") == b"only on the other disk"


@can_mount
def test_a_disk_mounted_within_an_entry_is_refused_by_name(anna, pushed):
    before = pushed.read()
    folder = anna.path / A / "sub"
    shutil.copytree(folder, anna.path / A / "sub.copy")
    run = expect(on_other_disk(anna, folder, "./push.sh", A), 3)
    assert "sub: another disk is mounted here" in run.err and pushed.read() == before, run


@pytest.mark.parametrize("news", ["changed", "deleted"])
def test_a_folder_that_becomes_a_link_during_a_pull_is_not_written_through(
    anna, ben, pushed, tmp_path, news
):
    join(ben, A)
    if news == "changed":
        anna.write(f"{A}/sub/y.txt", b"Anna's")
    else:
        anna.delete(f"{A}/sub/y.txt")
    anna.write(f"{A}/x.txt", b"Anna's as well")
    expect(anna.script("push_entries"), 0)
    elsewhere = tmp_path / "elsewhere"

    def lead_away():
        shutil.move(ben.path / A / "sub", elsewhere)
        (ben.path / A / "sub").symlink_to(elsewhere)

    ben.proxy.when("GET", r"/x\.txt").call(lead_away)
    expect(ben.pull(), 1)
    assert [(f.name, f.read_bytes()) for f in elsewhere.iterdir()] == [("y.txt", b"two")]
    assert_clean(ben)


# Somebody writes to the bucket by hand while a push runs.


def test_what_changed_in_s3_before_the_claim_was_sure_stops_the_push(anna, pushed):
    sealed = marker(pushed, A)
    anna.write(f"{A}/x.txt", b"Anna's")
    by_hand = lambda: pushed.put(f"{A}/x.txt", b"by hand")  # noqa: E731
    anna.proxy.when("PUT", rf"\.registry/{A}\.json", nth=1).call(by_hand)
    # aws sends whatever is there; requests of our own also have a condition for each file
    run = expect(anna.push(ENGINE="aws"), 1)
    assert "changed in S3 while this push looked" in run.err, run
    assert pushed.get(f"{A}/x.txt") == b"by hand" and marker(pushed, A) == sealed
    expect(anna.push(), 3)
    assert pushed.get(f"{A}/x.txt") == b"by hand"
    assert_clean(anna)


def test_a_file_changed_by_hand_is_not_deleted_by_a_push_on_its_way(anna, pushed):
    """A deletion was planned for the version that this checkout knew (P2)."""
    anna.write(f"{A}/x.txt", b"Anna's")
    anna.delete(f"{A}/w.txt", f"{A}/z.txt")
    by_hand = lambda: pushed.put(f"{A}/w.txt", b"by hand")  # noqa: E731
    anna.proxy.when("PUT", rf"/{A}/x\.txt", nth=1).call(by_hand)
    run = expect(anna.push(), 3)
    assert "w.txt" in run.err and "make pull" in run.err, run
    expected = below(A, {"x.txt": b"Anna's", "sub/y.txt": b"two", "w.txt": b"by hand"})
    assert pushed.data() == expected and marker(pushed, A)["files"] == 3
    expect(anna.pull(), 0)
    assert anna.tree() == expected
    assert "nothing to do" in expect(anna.push(), 0).err
    assert_clean(anna)
