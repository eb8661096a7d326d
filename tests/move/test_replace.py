"""A champion is replaced: nothing of it is lost, at no step, and the way back works."""

from __future__ import annotations

import json
import os
import re

import pytest
from support.oracle import assert_clean, below, expect, join, marker, put_in_step

CHAMPION, RUN = "champion_models/poet", "training_results/poet"
RIVAL, EXPERIMENT = "champion_models/bard", "experiments/try-7"
OLD, OLD_RUN = "champion_models/poet-2025", "training_results/poet-2025"
FILES = {"w.bin": b"weights of the poet", "vocab/a": b"words", "shared": b"the same"}
RIVALS = {"w.bin": b"weights of the bard", "tok.json": b"{}", "shared": b"the same"}
TRIED = {**RIVALS, "results/metrics.json": b'{"accuracy": 0.93}', "results/log": b"1"}
MODEL = {path: body for path, body in TRIED.items() if not path.startswith("results/")}
RESULTS = {"metrics.json": b'{"accuracy": 0.93}', "log": b"1"}
OWN_PROSE = "Better than [the poet](../champion_models/poet.card.md)."


def commit(person, message="x"):
    person.git("add", "-A")
    person.git("commit", "-qm", message)


@pytest.fixture
def anna(clone, bucket):
    """With a champion and its results, a rival in S3 as well, and an experiment."""
    anna = clone("anna", bucket)
    for entry in (CHAMPION, RIVAL):
        anna.card(entry)
    put_in_step(bucket, CHAMPION, FILES, anna)
    put_in_step(bucket, RIVAL, RIVALS, anna)
    put_in_step(bucket, "training_results/bard", {"metrics.json": b'{"accuracy": 0.9}'}, anna)
    put_in_step(bucket, RUN, {"metrics.json": b'{"accuracy": 0.91}'}, anna)
    card = anna.card(EXPERIMENT)
    card.write_text(f"{card.read_text()}\n{OWN_PROSE}\n")
    anna.write("experiments/.gitignore", b"/*\n!/.gitignore\n!/*.card.md\n/try-7/\n/scratch/\n")
    for path, body in TRIED.items():
        anna.write(f"{EXPERIMENT}/{path}", body)
    commit(anna)
    anna.bucket = bucket
    return anna


def fill_in(anna, *entries):
    """What the new cards' blanks ask for."""
    for entry in entries:
        anna.card(entry)
    commit(anna)


def replace(anna, old, *words, **env):
    asked = {"REPLACE": "1", "CONFIRM": "poet"} | env
    return anna.script("move_entry", old, CHAMPION, *words, **asked)


def test_an_experiment_takes_the_champions_place(anna):
    bucket = anna.bucket
    before, here, state = bucket.read(), anna.tree(), anna.state()
    run = expect(replace(anna, EXPERIMENT, "--results=results", CONFIRM=""), 3)
    assert "CONFIRM=poet" in run.err and (bucket.read(), anna.tree()) == (before, here), run
    table = next(line for line in run.out.splitlines() if "accuracy" in line)
    assert "0.91" in table and "0.93 *" in table and "+0.02 better" in table, run
    line = anna.read(f"{EXPERIMENT}.card.md").decode().splitlines().index(OWN_PROSE) + 1
    assert f"{EXPERIMENT}.card.md:{line}: means what is replaced" in run.out, run
    assert "S3 keeps it 14 days" in run.err and f"OLD={CHAMPION.split('/')[0]}/name" in run.err, run

    expect(replace(anna, EXPERIMENT, "--results=results"), 0)
    assert anna.tree(f"{CHAMPION}/") == below(CHAMPION, MODEL)
    assert anna.tree(f"{RUN}/") == below(RUN, RESULTS)
    assert {*FILES.values()} <= {*anna.trash()} and bucket.read() == before
    expect(anna.script("move_entry", EXPERIMENT, UNDO="1"), 0)
    assert (anna.tree(), anna.state(), anna.trash()) == (here, state, [])
    assert anna.git("status", "-s") == "" and not list(anna.path.glob(".registry/moves/*/*"))

    version = marker(bucket, CHAMPION)["version"]
    expect(replace(anna, EXPERIMENT, "--results=results"), 0)
    run = expect(anna.pull(), 0)
    assert anna.tree(f"{CHAMPION}/") == below(CHAMPION, MODEL), "a pull keeps what replaces it"
    fill_in(anna, CHAMPION, RUN)
    expect(anna.push(), 0)
    assert bucket.read(f"{CHAMPION}/") == below(CHAMPION, MODEL)
    assert bucket.read(f"{RUN}/") == below(RUN, RESULTS)
    expect(anna.script("rollback_entry", CHAMPION, TO=version[:12]), 0)
    assert bucket.read(f"{CHAMPION}/") == below(CHAMPION, FILES)
    assert_clean(anna)


def test_undo_after_a_push_brings_the_champion_back_to_everybody(anna):
    bucket = anna.bucket
    here = anna.tree()
    expect(replace(anna, EXPERIMENT), 0)
    card = anna.read(f"{CHAMPION}.card.md")
    anna.card(CHAMPION)
    expect(anna.push(CHAMPION), 0)
    anna.write(f"{CHAMPION}.card.md", card)
    assert bucket.read(f"{CHAMPION}/") == below(CHAMPION, TRIED)
    expect(anna.script("move_entry", EXPERIMENT, UNDO="1"), 0)
    assert anna.tree() == here and bucket.read(f"{CHAMPION}/") == below(CHAMPION, FILES)
    expect(anna.pull(), 0)
    assert anna.tree() == here and "nothing" in expect(anna.push(), 0).said


def test_a_rival_that_s3_holds_takes_its_place_on_the_server(anna):
    bucket = anna.bucket
    before, here, version = bucket.data(), anna.tree(), marker(bucket, CHAMPION)["version"]
    anna.proxy.clear()
    expect(replace(anna, RIVAL), 0)
    assert not anna.proxy.count("GET", r"/w\.bin"), "no byte came here"
    assert bucket.read(f"{CHAMPION}/") == below(CHAMPION, RIVALS) == anna.tree(f"{CHAMPION}/")
    assert marker(bucket, CHAMPION)["version"] == marker(bucket, RIVAL)["version"] != version
    expect(anna.pull(), 0)
    expect(anna.script("move_entry", RIVAL, UNDO="1"), 0)
    assert (bucket.data(), anna.tree()) == (before, here)
    assert marker(bucket, CHAMPION)["version"] == version and anna.git("status", "-s") == ""

    expect(replace(anna, RIVAL), 0)
    commit(anna)
    assert "went to the trash" in expect(anna.push(), 0).err
    assert bucket.read(f"{RIVAL}/") == {} and bucket.read(f"{CHAMPION}/") == below(CHAMPION, RIVALS)
    expect(anna.script("rollback_entry", CHAMPION, TO=version[:12]), 0)
    expect(anna.pull(), 0)
    assert anna.tree(f"{CHAMPION}/") == below(CHAMPION, FILES) == bucket.read(f"{CHAMPION}/")
    assert_clean(anna)


def test_what_a_colleague_pushed_meanwhile_is_not_rolled_back_by_an_undo(anna, clone):
    bucket, ben = anna.bucket, clone("ben", anna.bucket)
    join(ben, CHAMPION)
    ben.card(RUN)
    anna.proxy.when("PUT", rf"/\.registry/{RIVAL}\.json").call_after(lambda: anna.running.kill())
    words = (".venv/bin/python", "scripts/move_entry.py", RIVAL, CHAMPION)
    anna.start(*words, REPLACE="1", CONFIRM="poet").wait()
    anna.proxy.clear()
    ben.write(f"{CHAMPION}/w.bin", b"Ben's news")
    expect(ben.script("push_entries", "--gated", CHAMPION), 0)
    pushed = below(CHAMPION, FILES | {"w.bin": b"Ben's news"})
    assert bucket.read(f"{CHAMPION}/") == pushed
    run = expect(replace(anna, RIVAL), 3)
    assert "pushed it meanwhile" in run.err and "UNDO=1`, then look" in run.err, run
    expect(anna.script("move_entry", RIVAL, UNDO="1"), 0)
    assert bucket.read(f"{CHAMPION}/") == pushed
    assert bucket.read(f"{RIVAL}/") == below(RIVAL, RIVALS)


@pytest.mark.parametrize("old", [EXPERIMENT, RIVAL])
def test_what_is_replaced_keeps_a_name_of_its_own(anna, old):
    bucket = anna.bucket
    before, here, cards = bucket.data(), anna.tree(), anna.read(f"{RUN}.card.md")
    expect(replace(anna, old, OLD=OLD, DRY_RUN="1"), 0)
    assert (bucket.data(), anna.tree()) == (before, here)
    expect(replace(anna, old, OLD=OLD), 0)
    assert anna.tree(f"{OLD}/") == below(OLD, FILES) == bucket.read(f"{OLD}/")
    assert f"model: {OLD}" in anna.read(f"{RUN}.card.md").decode(), "the run is the old one's"
    expect(anna.script("move_entry", old, UNDO="1"), 0)
    assert (bucket.data(), anna.tree(), anna.read(f"{RUN}.card.md")) == (before, here, cards)
    assert anna.git("status", "-s") == "" and not list(anna.path.glob(".registry/moves/*/*"))

    expect(replace(anna, old, OLD=OLD), 0)
    fill_in(anna, CHAMPION, RUN)
    expect(anna.push(), 0, 3)
    expect(anna.push(CHAMPION, DELETE="1"), 0)
    wanted = RIVALS if old == RIVAL else TRIED
    assert bucket.read(f"{CHAMPION}/") == below(CHAMPION, wanted) == anna.tree(f"{CHAMPION}/")
    assert anna.tree(f"{OLD}/") == below(OLD, FILES) == bucket.read(f"{OLD}/")
    assert not list(anna.path.glob(".registry/moves/*/*"))
    assert_clean(anna)


@pytest.mark.parametrize("is_changed", [False, True])
def test_a_colleagues_folder_takes_the_name_that_the_replaced_one_has_now(anna, clone, is_changed):
    """Unless it was changed there: then nothing of it is touched but as by any pull."""
    ben = clone("ben", anna.bucket)
    cards = [f"{entry}.card.md" for entry in (CHAMPION, RIVAL, RUN, "training_results/bard")]
    for card in cards:
        ben.write(card, anna.read(card))
    expect(ben.pull(), 0)
    expect(replace(anna, RIVAL, OLD=OLD), 0)
    if is_changed:
        ben.write(f"{CHAMPION}/w.bin", b"news of ben's")
    ben.delete(f"{RIVAL}.card.md")
    for entry in (CHAMPION, OLD, RUN):
        ben.write(f"{entry}.card.md", anna.read(f"{entry}.card.md"))
    ben.proxy.clear()
    run = expect(ben.pull(), 3 if is_changed else 0)
    assert ben.tree(f"{OLD}/") == below(OLD, FILES)
    if is_changed:
        assert ben.tree(f"{CHAMPION}/")[f"{CHAMPION}/w.bin"] == b"news of ben's", run
    else:
        assert f"{CHAMPION}: renamed to {OLD}" in run.err, run
        assert not ben.proxy.count("GET", rf"/{OLD}/(w|vocab|shared)"), (
            "renamed, and not fetched again"
        )
        assert ben.tree(f"{CHAMPION}/") == below(CHAMPION, RIVALS)
        assert "nothing to do" in expect(ben.pull(), 0).said
        expect(ben.script("free_entries", OLD), 0)
        ben.proxy.clear()
        assert "nothing to do" in expect(ben.pull(), 0).said
        assert not ben.proxy.count("GET", rf"/{OLD}"), "what was freed is not asked for"


def test_a_pair_is_kept_as_a_pair(anna):
    bucket, words = anna.bucket, (EXPERIMENT, "--results=results")
    before, here = bucket.data(), anna.tree()
    expect(replace(anna, *words, OLD="poet-2025"), 0)
    expect(anna.script("move_entry", EXPERIMENT, UNDO="1"), 0)
    assert (bucket.data(), anna.tree(), anna.git("status", "-s")) == (before, here, "")
    expect(replace(anna, *words, OLD="poet-2025"), 0)
    fill_in(anna, CHAMPION, RUN)
    expect(anna.push(DELETE="1"), 0)
    assert bucket.read(f"{OLD_RUN}/") == below(OLD_RUN, {"metrics.json": b'{"accuracy": 0.91}'})
    assert bucket.read(f"{RUN}/") == below(RUN, RESULTS)
    assert f"model: {OLD}" in anna.read(f"{OLD_RUN}.card.md").decode()
    assert f"model: {CHAMPION}" in anna.read(f"{RUN}.card.md").decode()


def test_what_derives_from_the_champion_does_not_replace_it_unnamed(anna):
    card = anna.path / f"{EXPERIMENT}.card.md"
    card.write_text(card.read_text().replace("---\n", f"---\nbase_model: {CHAMPION}\n", 1))
    run = expect(replace(anna, EXPERIMENT), 3)
    assert "add OLD=champion_models/name" in run.err, run
    expect(replace(anna, EXPERIMENT, OLD=OLD), 0)
    assert f"base_model: {OLD}" in anna.read(f"{CHAMPION}.card.md").decode()


@pytest.mark.parametrize(
    ("words", "env", "said"),
    [
        ((EXPERIMENT, "champion_models/free"), {"REPLACE": "1"}, "leave REPLACE out"),
        ((EXPERIMENT, CHAMPION), {"OLD": OLD}, "add REPLACE=1"),
        ((EXPERIMENT, CHAMPION), {"REPLACE": "1", "OLD": CHAMPION}, "called so already"),
        ((EXPERIMENT, CHAMPION), {"REPLACE": "1", "OLD": "nowhere/x"}, "write OLD=section/name"),
        ((EXPERIMENT, CHAMPION), {"REPLACE": "1", "OLD": RUN}, "hold different things"),
        ((EXPERIMENT, CHAMPION), {"REPLACE": "perhaps"}, "REPLACE="),
    ],
)
def test_what_makes_no_sense_is_said(anna, words, env, said):
    run = expect(anna.script("move_entry", *words, **env), 2)
    assert said in run.err and anna.git("status", "-s") == "", run


FULL = os.environ.get("SWEEP") == "full"  # else a few steps and requests, spread over the run


def spread(count, most):
    return (
        range(1, count + 1) if FULL else [count * n // (most + 1) + 1 for n in range(1, most + 1)]
    )


@pytest.mark.parametrize("way", ["on", "back"])
@pytest.mark.parametrize("old", [EXPERIMENT, RIVAL])
def test_after_a_crash_it_goes_on_or_back(anna, steps, old, way):
    bucket = anna.bucket
    before = bucket.data(), anna.tree()
    saved, content = anna.save(), bucket.read()
    anna.proxy.clear()
    expect(replace(anna, old, **steps.env()), 0)
    count, asked = len(steps.steps()), len(anna.proxy.requests)
    moved = bucket.data(), anna.tree()

    def again():
        anna.proxy.clear()
        anna.git("reset", "-q", "--hard")
        anna.restore(saved)
        bucket.restore(content)

    for number in spread(count, 2):
        again()
        run = replace(anna, old, **steps.env(number))
        comes_right(anna, run, old, *((moved, 0) if way == "on" else (before, 1)))
    for number in spread(asked, 1) if old == RIVAL else ():
        again()
        anna.proxy.when(nth=number).call(lambda: anna.running.kill())
        run = replace(anna, old)
        anna.proxy.clear()
        comes_right(anna, run, old, *((moved, 0) if way == "on" else (before, 1)))


def comes_right(anna, run, old, wanted, back):
    """What a killed replacement left: nothing is missing, and it goes on, or `back`, to the end."""
    if run.code == 0:
        return
    bucket = anna.bucket
    held = {*bucket.read().values(), *anna.contents()}
    assert held >= {*FILES.values(), *RIVALS.values(), *TRIED.values()}
    if back:
        expect(anna.script("move_entry", old, UNDO="1"), 0, 2)  # 2: it had not begun
        assert anna.git("status", "-s") == "" and anna.trash() == []
    else:
        expect(replace(anna, old), 0)
        assert {*FILES.values()} <= {*anna.trash()}
    assert (bucket.data(), anna.tree()) == wanted
    assert json.loads(bucket.get(f".registry/{CHAMPION}.json"))["state"] == "done"
    assert_clean(anna)


def test_the_last_words_are_typed_to_the_end(anna, tmp_path):
    """It said a bare `git commit`, and `make push`, which asked for DELETE=1 once more."""
    bucket = anna.bucket
    anna.run("git", "init", "-q", "--bare", str(tmp_path / "origin.git"))
    anna.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    anna.git("push", "-q", "-u", "origin", "main")
    for n in range(9):
        anna.write(f"{CHAMPION}/part/{n}", b"%d" % n)
    expect(anna.push(CHAMPION), 0)
    run = expect(replace(anna, EXPERIMENT, "--results=results"), 0)
    steps = re.search(r"staged and not committed: (.*)", run.err)[1].split(", then ")
    blanks = re.search(r"fill them in, then (`git add [^\n]*`)", run.err)[1]
    assert [step.split()[:2] for step in steps] == [
        ["`git", "commit"], ["`git", "push`"], ["`make", "push"], ["`make", "push`"],
    ], run  # fmt: skip
    for entry in (CHAMPION, RUN):
        anna.card(entry)
    for step in [blanks, *steps]:
        expect(anna.run("bash", "-c", step.strip("`")), 0)
    assert bucket.read(f"{CHAMPION}/") == below(CHAMPION, MODEL)
    assert bucket.read(f"{RUN}/") == below(RUN, RESULTS)
    assert not list(anna.path.glob(".registry/moves/*/*")) and anna.git("status", "-sb") == (
        "## main...origin/main\n"
    )
