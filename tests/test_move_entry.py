"""Moves: nothing that names an entry is lost, and no byte, whoever crashes or pulls meanwhile."""

from __future__ import annotations

import json
import os
import re

import pytest
from support.oracle import assert_clean, below, expect, marker, put_in_step
from support.policy import deny

from registry import git
from registry.entries import ROOT
from registry.move import next_steps

OLD, NEW, RUN = "champion_models/poet", "champion_models/bard", "training_results/poet"
FILES = {"w.bin": b"weights", "sub dir/ü #1+.txt": b"two", "empty": b""}
PROSE = """
As [the poet](../champion_models/poet.card.md#use) does, see champion_models/poet/w.bin.

```python
load("champion_models/poet")
```
"""


def commit(person, message="x"):
    person.git("add", "-A")
    person.git("commit", "-qm", message)


@pytest.fixture
def team(clone, bucket):
    """Anna and Ben, with a common Git repository, in step with S3."""
    anna, ben = clone("anna", bucket), clone("ben", bucket)
    for person in (anna, ben):
        person.card(OLD)
    put_in_step(bucket, OLD, FILES, anna, ben)
    put_in_step(bucket, RUN, {"log": b"1"}, anna, ben)
    card = anna.card(RUN)
    card.write_text(card.read_text() + PROSE)
    anna.git("init", "-q", "--bare", "../hub.git")
    commit(anna, "a pair")
    for person in (anna, ben):
        person.git("remote", "add", "origin", "../hub.git")
    anna.git("push", "-q", "-u", "origin", "main")
    ben.git("fetch", "-q")
    ben.git("add", "-A")
    ben.git("reset", "-q", "--hard", "origin/main")
    ben.git("branch", "-q", "--set-upstream-to=origin/main")
    return anna, ben, bucket


def move(person, *words, **env):
    return person.script("move_entry", OLD, NEW, *words, **env)


def is_moved(person, bucket):
    """Every byte is there under the new name, and every reference says so."""
    assert bucket.read(f"{NEW}/") == below(NEW, FILES) == person.tree(NEW)
    text = person.read(f"{RUN}.card.md").decode()
    assert OLD not in text and text.count(NEW) == PROSE.count(OLD) + 1
    assert "](../champion_models/bard.card.md#use)" in text
    assert "# Card: bard" in person.read(f"{NEW}.card.md").decode()
    assert not (person.path / f"{OLD}.card.md").exists() and person.tree(OLD) == {}


def test_a_rename_takes_all_along_and_the_old_keys_go_when_git_knows(team):
    anna, ben, bucket = team
    before, here = bucket.read(), anna.tree()
    run = expect(move(anna, DRY_RUN="1"), 0)
    assert "3 objects" in run.err and f"{RUN}.card.md:" in run.out, run
    assert (bucket.read(), anna.tree()) == (before, here) and anna.git("status", "-s") == ""

    anna.proxy.clear()
    run = expect(move(anna), 0)
    is_moved(anna, bucket)
    assert not anna.proxy.count("GET", r"/w\.bin"), "no byte came here"
    assert marker(bucket, OLD)["moved"] == NEW
    assert marker(bucket, NEW)["version"] == marker(bucket, OLD)["version"]
    assert {line[:2] for line in anna.git("status", "-s").splitlines()} <= {"R ", "M ", "RM"}
    assert bucket.read(f"{OLD}/") == below(OLD, FILES)

    # Nothing is hashed, sent or fetched again; and nothing goes before Git knows.
    expect(anna.pull(), 0)
    run = expect(anna.push(), 0)
    assert "commit it" in run.err and bucket.read(f"{OLD}/") == below(OLD, FILES), run
    anna.git("commit", "-qm", "moved")
    run = expect(anna.push(), 0)
    assert "`git push`" in run.err and bucket.read(f"{OLD}/") == below(OLD, FILES), run

    # A colleague who has not pulled yet cannot push under the old name.
    ben.write(f"{OLD}/w.bin", b"Ben's news")
    run = expect(ben.push(), 3)
    assert f"moved to {NEW}" in run.err, run
    ben.write(f"{OLD}/w.bin", FILES["w.bin"])

    anna.git("push", "-q")
    run = expect(anna.push(), 0)
    assert "went to the trash" in run.err, run
    assert bucket.read(f"{OLD}/") == {} and not list(anna.path.glob(".registry/moves/*/*"))
    assert set(FILES.values()) <= set(bucket.read(".registry_trash/").values())
    run = expect(ben.pull(), 3)
    assert f"moved to {NEW}" in run.err and ben.tree(OLD) == below(OLD, FILES), run
    told = expect(ben.script("show_status"), 0).out
    assert "git pull" in told and f"# to {NEW}, moved by " in told and "{" not in told, told
    assert "make card" not in told, "its new name has a card, in the commit that comes"

    ben.git("pull", "-q")
    ben.proxy.clear()
    run = expect(ben.pull(), 0)
    assert f"renamed to {NEW}" in run.err, run
    is_moved(ben, bucket)
    assert not ben.proxy.count("GET", r"/w\.bin"), "his folder was renamed, not fetched again"
    told = expect(ben.script("show_status"), 0).out
    assert OLD not in told and "up to date" in told, told
    assert_clean(anna, ben)


def test_what_a_colleague_changed_is_kept_and_named(team):
    anna, ben, bucket = team
    expect(move(anna), 0)
    commit(anna)
    anna.git("push", "-q")
    ben.write(f"{OLD}/mine.txt", b"Ben's own")
    ben.git("pull", "-q")
    for _ in range(2):  # also when the new folder is here
        run = expect(ben.pull(), 0)
        assert "kept here, since it was changed here (mine.txt)" in run.err, run
    run = expect(ben.push(), 3)  # begins no card for a name that others gave up
    assert f"moved to {NEW} by anna: `make pull`" in run.err and "make card" not in run.err, run
    assert ben.tree(OLD) == below(OLD, FILES | {"mine.txt": b"Ben's own"})
    assert ben.tree(NEW) == below(NEW, FILES)
    expect(ben.script("remove_entry", OLD, CONFIRM="poet"), 0)
    assert b"Ben's own" in ben.trash() and marker(bucket, OLD)["moved"] == NEW
    expect(anna.push(), 0)


def test_edits_made_before_a_move_are_edits_after_it(team):
    """The baseline goes along with its stats."""
    anna, _, bucket = team
    anna.write(f"{OLD}/w.bin", b"WEIGHTS")
    expect(move(anna), 0)
    run = expect(anna.pull(), 0)
    assert "1 changed here" in run.out
    assert anna.read(f"{NEW}/w.bin") == b"WEIGHTS" and bucket.get(f"{NEW}/w.bin") == b"weights"
    commit(anna)
    expect(anna.push(), 0)
    assert bucket.get(f"{NEW}/w.bin") == b"WEIGHTS", run


def test_the_files_that_still_name_it_are_named_and_no_others(team):
    """`training_results/poet` is no word of `training_results/poet-run2`, nor of our own tests."""
    anna, _, _ = team
    for path, text in (("train.sh", f"python x.py ../{OLD}/w.bin\n"), ("other.sh", f"{OLD}-2\n"),
                       ("tests/x.py", f"{OLD}\n"), ("docs/sync.md", f"{OLD}\n"),
                       ("docs/ours.md", f"{OLD}\n"), ("scripts/compare_runs.py", f"# {OLD}\n"),
                       ("scripts/cut.py", f"# {OLD}\n")):  # fmt: skip
        anna.write(path, text.encode())
    commit(anna, "code")
    said = re.search("also named in (.*): look at that", expect(move(anna), 0).err)[1]
    assert said == "docs/ours.md, scripts/cut.py, train.sh"


def test_all_docs_that_came_with_the_scripts_are_known_as_such():
    tracked = git.names(git.run(ROOT, "ls-files", "-z", "docs/*.md"))
    assert {*tracked} <= {*next_steps.came_with_scripts(ROOT)}


def test_a_second_move_of_what_is_moved_names_the_commit_that_works(team):
    anna, _, _ = team
    expect(move(anna), 0)
    said = anna.script("move_entry", OLD, "champion_models/other").said
    typed = re.search(r"only the commit is missing: `(git add [^`]*)`", said)
    assert typed and "goes on" not in said, said
    expect(anna.run("bash", "-c", typed[1]), 0)
    said = anna.script("move_entry", OLD, "champion_models/other").said
    assert "that is committed: `git push`, then `make push`" in said, said
    told = expect(anna.script("show_status"), 0).said
    assert "after a `git push`, `make push` takes its old keys away" in told, told
    anna.git("push", "-q")
    told = expect(anna.script("show_status"), 0).said
    assert f"{OLD} is {NEW}: `make push` takes its old keys away" in told, told


def test_a_move_that_died_and_was_unlocked_by_a_colleague_who_went_on(team):
    """It neither goes on nor leaves anything: back, with the news of the others, and once more."""
    anna, ben, bucket = team
    anna.proxy.when("PUT", rf"/{NEW}/").call_after(lambda: anna.running.kill())
    anna.start(".venv/bin/python", "scripts/move_entry.py", OLD, NEW).wait()
    anna.proxy.clear()
    expect(ben.script("unlock_entry", OLD, CONFIRM="poet"), 0)
    ben.write(f"{OLD}/w.bin", b"Ben's news")
    expect(ben.push(), 0)
    assert "changed in S3 meanwhile: `make move" in expect(move(anna), 1).err
    run = expect(move(anna, UNDO="1"), 0)
    assert f"{OLD} stays in S3 as others changed it since; what was copied to {NEW} went" in run.err
    assert bucket.read(f"{NEW}/") == {} and marker(bucket, NEW) == {}
    assert bucket.read(f"{OLD}/") == below(OLD, FILES | {"w.bin": b"Ben's news"})
    run = expect(anna.pull(), 0)
    assert anna.read(f"{OLD}/w.bin") == b"Ben's news", (run.said, marker(bucket, OLD))
    expect(move(anna), 0)
    assert bucket.read(f"{NEW}/") == below(NEW, FILES | {"w.bin": b"Ben's news"})
    assert_clean(anna, ben)


def test_undo_is_as_before(team):
    anna, _, bucket = team
    before, here, state = bucket.data(), anna.tree(), anna.state()
    cards = anna.read(f"{RUN}.card.md")
    expect(move(anna), 0)
    expect(move(anna, UNDO="1"), 0)
    assert (bucket.data(), anna.tree(), anna.state()) == (before, here, state)
    assert anna.read(f"{RUN}.card.md") == cards and anna.git("status", "-s") == ""
    assert marker(bucket, NEW) == {} and "moved" not in str(marker(bucket, OLD).get("moved"))
    expect(move(anna), 0)
    anna.git("commit", "-qm", "moved")
    run = expect(move(anna, UNDO="1"), 3)
    assert "it is committed" in run.err
    assert expect(anna.script("move_entry", "champion_models/nobody", UNDO="1"), 2)


def test_who_may_not_delete_moves_all_the_same_and_stops_no_other_push(team):
    anna, ben, bucket = team
    deny(anna.proxy, "s3:DeleteObject")
    expect(move(anna), 0)
    before = bucket.snapshot()
    run = expect(move(anna, UNDO="1"), 3)
    assert "nothing there was changed" in run.err and bucket.snapshot() == before
    commit(anna, "moved")
    anna.git("push", "-q")
    anna.write(f"{RUN}/log", b"2")
    run = expect(anna.push(), 3)
    assert bucket.data()[f"{RUN}/log"] == b"2" and not bucket.keys(".registry_trash/2"), run
    ben.git("pull", "-q")
    expect(ben.pull(), 0)
    assert ben.tree(OLD) == {}
    is_moved(ben, bucket)
    (cure,) = re.findall(r"`make (remove [^`]*)`", run.err)
    expect(ben.make(*cure.split()), 0)
    assert "is settled" in expect(anna.push(), 0).err
    assert bucket.read(f"{OLD}/") == {} and anna.tree() == ben.tree() == bucket.data()


FULL = os.environ.get("SWEEP") == "full"  # else a few steps and requests, spread over the run


def spread(count, most):
    return (
        range(1, count + 1) if FULL else [count * n // (most + 1) + 1 for n in range(1, most + 1)]
    )


@pytest.mark.parametrize("way", ["on", "back"])
def test_after_a_crash_the_same_command_goes_on_or_back(team, steps, way):
    anna, _, bucket = team
    before = bucket.data(), anna.tree()
    saved, content = anna.save(), bucket.read()
    anna.proxy.clear()
    expect(move(anna, **steps.env()), 0)
    count, asked, moved = len(steps.steps()), len(anna.proxy.requests), bucket.data()

    def again():
        anna.proxy.clear()
        anna.git("reset", "-q", "--hard")
        anna.restore(saved)
        bucket.restore(content)

    for number in spread(count, 3):
        again()
        run = move(anna, **steps.env(number))
        comes_right(anna, bucket, run, way, before, moved)
    for number in spread(asked, 1):
        again()
        anna.proxy.when(nth=number).call(lambda: anna.running.kill())
        run = move(anna)
        anna.proxy.clear()
        comes_right(anna, bucket, run, way, before, moved)


def comes_right(anna, bucket, run, way, before, moved):
    """What a killed move left: no byte is missing, and it goes on, or back, to the end."""
    if run.code == 0:
        return
    held = set(bucket.data().values()) | anna.contents()
    assert held >= set(FILES.values())
    if list(anna.path.glob(".registry/moves/*/*.json")):
        expect(anna.push(), 3, 0)
        assert bucket.read(f"{OLD}/") == below(OLD, FILES), "the old keys stay"
    if way == "on":
        expect(move(anna), 0)
        is_moved(anna, bucket)
        assert bucket.data() == moved
    else:
        expect(move(anna, UNDO="1"), 0, 2)  # 2: it had not begun
        assert (bucket.data(), anna.tree()) == before
        assert anna.git("status", "-s") == "" and marker(bucket, OLD)["state"] == "done"
        expect(anna.push(), 0)
    assert_clean(anna)


def test_a_name_that_was_left_can_be_given_again(team):
    anna, ben, bucket = team
    anna.card("experiments/next")
    anna.write("experiments/.gitignore", b"/*\n!/.gitignore\n!/*.card.md\n/next/\n/scratch/\n")
    anna.write("experiments/next/w.bin", b"of another")
    expect(move(anna), 0)
    again = ("move_entry", "experiments/next", OLD)
    run = expect(anna.script(*again), 3)
    assert "waits: commit and `git push` that, then `make push`" in run.err, run
    commit(anna)
    run = expect(anna.script(*again), 3)
    assert "waits: `git push`, then `make push`" in run.err, run
    anna.git("push", "-q")
    expect(anna.push(), 0)
    expect(anna.script(*again), 0)
    anna.card(OLD)
    anna.card(RUN)
    expect(anna.push(OLD), 0)
    assert bucket.read(f"{OLD}/") == below(OLD, {"w.bin": b"of another"})
    commit(anna)
    anna.git("push", "-q")
    ben.git("pull", "-q")
    assert f"{OLD}: renamed to {NEW}" in expect(ben.pull(), 0).err
    assert ben.tree(f"{OLD}/") == below(OLD, {"w.bin": b"of another"})
    assert ben.tree(f"{NEW}/") == below(NEW, FILES)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((OLD, ""), "where to?"),
        ((OLD, OLD), "called so already"),
        ((OLD, "processed_datasets/x"), "hold different things"),
        ((OLD, "raw_datasets/x"), "versioned by DVC"),
        ((OLD, "champion_models/a:b"), "cannot be an entry's name"),
        ((OLD, "nowhere/x"), "write TO=section/name"),
        (("champion_models/pet", NEW), "Did you mean"),
        ((OLD, NEW, "--results=logs"), "leave it out"),
    ],
)
def test_what_makes_no_sense_is_said(team, words, said):
    anna = team[0]
    run = expect(anna.script("move_entry", *words), 2)
    assert said in run.err, run
    assert anna.git("status", "-s") == ""


def test_many_objects_and_one_of_several_parts_move_without_their_bytes(clone, moto_bucket):
    """Not checked out here at all: the store does the work, and less than 1 % passes by."""
    anna, number = clone("anna", moto_bucket), 1000 if os.environ.get("SWEEP") == "full" else 60
    anna.card(OLD)
    part, large = 5 * 2**20, os.urandom(11 * 2**20)
    for n in range(number):
        moto_bucket.put(f"{OLD}/many/{n:04}.bin", bytes([n % 256]) * 1000)
    put_in_parts(moto_bucket, f"{OLD}/large.bin", large, part)
    expect(anna.script("seal_entries", OLD, CONFIRM="poet"), 0)
    before = moto_bucket.snapshot(f"{OLD}/")
    commit(anna)
    anna.proxy.clear()
    run = expect(move(anna), 0)
    assert f"{number + 1:,} objects" in run.err, run
    commit(anna)
    assert "went to the trash" in expect(anna.push(), 0).err
    assert sum(request.sent for request in anna.proxy.requests) < len(large) / 100
    assert not anna.proxy.count("GET", r"\.bin")
    moved = {key.replace(NEW, OLD): digest for key, digest in moto_bucket.snapshot(NEW).items()}
    assert moved == before and moto_bucket.keys(f"{OLD}/") == []


def put_in_parts(bucket, key, body, part):
    client, key = bucket.client, bucket.key(key)
    (id,) = re.findall(rb"<UploadId>([^<]+)<", client.request("POST", key, {"uploads": ""}).body)
    rows = ""
    for n, begin in enumerate(range(0, len(body), part), 1):
        query = {"partNumber": str(n), "uploadId": id.decode()}
        tag = client.request("PUT", key, query, body[begin : begin + part]).etag
        rows += f'<Part><PartNumber>{n}</PartNumber><ETag>"{tag}"</ETag></Part>'
    done = f"<CompleteMultipartUpload>{rows}</CompleteMultipartUpload>".encode()
    client.request("POST", key, {"uploadId": id.decode()}, done)


def test_a_taken_name_is_refused_here_and_in_s3(team):
    anna, _, bucket = team
    bucket.put(f"{NEW}/x", b"somebody's")
    run = expect(move(anna), 3)
    assert "S3 holds something" in run.err
    anna.card(NEW)
    run = expect(move(anna), 3)
    assert "is taken" in run.err and "REPLACE=1" in run.err


def test_the_sample_experiment_becomes_a_champion_and_comes_back(clone, bucket):
    """In two commands; and what checks cards and experiments finds nothing."""
    anna = clone("anna", bucket, samples=True)
    old, new = "experiments/lighthouse-words", "champion_models/words"
    files = {"model/w.json": b"{}", "results/metrics.json": b"{}", "results/log": b"1"}
    for path, body in files.items():
        anna.write(f"{old}/{path}", body)
    expect(anna.make("move", f"DATASET={old}", f"TO={new}", "RESULTS=results"), 0)
    assert anna.tree(new) == below(new, {"model/w.json": b"{}"})
    assert set(anna.tree("training_results/words")) == {
        "training_results/words/metrics.json", "training_results/words/log"
    }  # fmt: skip
    for check in ("check_cards", "check_experiments"):
        said = expect(anna.script(check), 0).said
        assert "no problems" in said, f"{said}\n{anna.read(new + '.card.md').decode()}"
    expect(anna.push(new, "training_results/words"), 0)
    assert "/lighthouse-words/" not in anna.read("experiments/.gitignore").decode()
    assert set(bucket.data()) == {*anna.tree(new), *anna.tree("training_results/words")}
    commit(anna)
    run = expect(anna.script("move_entry", new, "experiments/words-2"), 0)
    assert "TODO" not in run.out, run
    assert "/words-2/" in anna.read("experiments/.gitignore").decode()
    assert anna.tree("experiments/words-2") == {"experiments/words-2/model/w.json": b"{}"}
    commit(anna)
    expect(anna.push("training_results/words"), 0, 3)
    assert (
        not bucket.keys(f"{new}/")
        and json.loads(bucket.get(f".registry/{new}.json") or b"{}")["moved"]
        == "experiments/words-2"
    )


def test_a_raw_dataset_takes_its_dvc_file_along_and_no_byte_moves(clone, rclone_bucket):
    anna = clone("anna", rclone_bucket)
    old, new = "raw_datasets/plays", "raw_datasets/dramas"
    anna.add(old, {"x.txt": b"raw bytes", "y.txt": b"more"})
    expect(anna.script("add_entry", old), 0)
    data = anna.card("processed_datasets/d")
    data.write_text(data.read_text().replace("raw_datasets/base", old))
    expect(anna.push(old), 0)
    before = rclone_bucket.data_keys()
    expect(anna.script("move_entry", old, new), 0)
    assert b"path: dramas" in anna.read(f"{new}.dvc") and not (anna.path / f"{old}.dvc").exists()
    assert new in data.read_text() and old not in data.read_text()
    anna.proxy.clear()
    expect(anna.pull(new), 0)
    assert "nothing to do" in expect(anna.pull(new), 0).err
    assert rclone_bucket.data_keys() == before and not anna.proxy.count("PUT")
    assert anna.tree(new) == below(new, {"x.txt": b"raw bytes", "y.txt": b"more"})
    expect(anna.script("move_entry", old, UNDO="1"), 0)
    assert set(anna.tree()) == {f"{old}/x.txt", f"{old}/y.txt"}
