"""Removing entries together, what counts as a reference, and what a colleague is told after."""

from __future__ import annotations

import re

import pytest
from support.oracle import assert_clean, below, expect, marker, put_in_step

MODEL, RUN, DATA = "champion_models/m", "training_results/m", "processed_datasets/d"
FILES = {"w": b"1111", "sub/x": b"2"}


@pytest.fixture
def pair(clone, bucket):
    """A champion and its results, which name each other."""
    anna, ben = clone("anna", bucket), clone("ben", bucket)
    for person in (anna, ben):
        person.card(MODEL)
    for entry in (MODEL, RUN):
        put_in_step(bucket, entry, FILES, anna, ben)
    return anna, ben, bucket


def test_a_model_and_its_results_go_together(pair):
    anna, ben, bucket = pair
    anna.git("add", "-A")
    anna.git("commit", "-qm", "a pair")
    before = bucket.read()
    for one in (MODEL, RUN):
        run = expect(anna.script("remove_entry", one, CONFIRM="m"), 3)
        other = RUN if one == MODEL else MODEL
        assert f"`make remove DATASET='{one} {other}'`" in run.err, run
        said = re.findall(r"\S+\.card\.md:\d+", run.err)
        assert said and len(said) == len({*said}), run
    both = f"{MODEL} {RUN}"
    run = expect(anna.script("remove_entry", both), 3)
    assert "add CONFIRM=m" in run.err and bucket.read() == before
    expect(anna.script("remove_entry", both, DRY_RUN="1"), 0)
    assert bucket.read() == before and anna.tree() == ben.tree()

    anna.proxy.when("DELETE", rf"/{RUN}/").call(lambda: anna.running.kill())
    anna.script("remove_entry", both, CONFIRM="m")
    anna.proxy.clear()
    run = expect(anna.make("remove", f"DATASET={both}", "CONFIRM=m"), 0)
    assert bucket.data() == {} and marker(bucket, MODEL) == marker(bucket, RUN) == {}
    kept = list(bucket.read(".registry_trash").values())
    assert all(kept.count(body) >= 2 for body in FILES.values())
    assert anna.tree() == {} and "git add -A champion_models training_results" in run.err, run
    told = expect(anna.script("show_status"), 0).out  # the entries are gone, and Git not told yet
    assert f"git add -- {MODEL}.card.md {RUN}.card.md && git commit" in told, told
    assert_clean(anna)
    left = f"git add -- {MODEL}.card.md {RUN}.card.md && git commit"
    assert left in " ".join(expect(anna.script("show_status"), 0).out.split())
    assert "git add" not in expect(anna.script("show_status", "raw_datasets/base"), 0).out

    # What a colleague is told puts it away, and does not revive it.
    told = expect(ben.script("show_status"), 0).out
    assert f"make remove DATASET='{MODEL} {RUN}' CONFIRM=m" in told and "TAKE=local" not in told, (
        told
    )
    run = expect(ben.pull(), 3)
    assert "puts it back" in run.err and "moves its folder to the trash" in run.err
    ben.delete(f"{MODEL}.card.md", f"{RUN}.card.md")
    for entry in (MODEL, RUN):
        expect(ben.make("remove", f"DATASET={entry}", "CONFIRM=m"), 0)
    assert ben.tree() == bucket.data() == {} and set(FILES.values()) <= set(ben.trash())

    # Who regrets it gets both back by what is printed, a card from HEAD or from before that.
    for one in (MODEL, RUN):
        listed = expect(anna.make("trash"), 0).out
        line = next(line for line in listed.splitlines() if f" {one} " in line)
        run = expect(anna.run("bash", "-c", re.search("`(make restore [^`]*)`", line)[1]), 0)
        typed = re.search("`(git checkout [^`]*)` brings it back", run.err)[1]
        expect(anna.run("bash", "-c", typed), 0)
        anna.git("rm", "-q", "--cached", f"{RUN}.card.md") if one == MODEL else None
        anna.git("commit", "-qm", "taken out") if one == MODEL else None
    assert anna.tree() == {**below(MODEL, FILES), **below(RUN, FILES)}
    run = expect(anna.push(TAKE="local"), 0)
    assert bucket.data() == anna.tree(), run


def test_what_a_dead_run_removed_already_is_no_riddle(pair):
    anna, _, bucket = pair
    anna.git("add", "-A")
    anna.git("commit", "-qm", "a pair")
    expect(anna.script("remove_entry", f"{MODEL} {RUN}", CONFIRM="m"), 0)
    run = expect(anna.script("remove_entry", f"{MODEL} {RUN}", CONFIRM="m"), 2)
    assert "is not an entry here" in run.err
    anna.add(RUN, FILES)
    run = expect(anna.script("remove_entry", f"{MODEL} {RUN}", CONFIRM="m"), 0)
    assert anna.tree() == bucket.data() == {}


def test_a_comment_of_a_template_is_no_reference(clone, rclone_bucket):
    anna = clone("anna", rclone_bucket)
    put_in_step(rclone_bucket, DATA, FILES, anna)
    card = anna.card("experiments/e")
    text = card.read_text()
    text = text.replace("---\n", f"---\n# base: such as {DATA}\n", 1) + f"\n<!-- as {DATA} -->\n"
    card.write_text(text)
    expect(anna.script("remove_entry", DATA, DRY_RUN="1"), 0)
    card.write_text(text + f"\nMade of {DATA}.\n")
    run = expect(anna.script("remove_entry", DATA, DRY_RUN="1"), 3)
    assert f"experiments/e.card.md:{text.count(chr(10)) + 2}" in run.err, run


@pytest.mark.parametrize("words", ["", "champion_models/", f"{MODEL} {DATA}"])
def test_what_is_no_list_of_entries(pair, words):
    anna = pair[0]
    run = expect(anna.script("remove_entry", words, CONFIRM="m"), 2)
    assert "DATASET=" in run.err or "is not an entry here" in run.err


def test_large_retrained_weights_of_equal_size_are_news_from_here(clone, rclone_bucket):
    """So large that status reads nothing: they were "not compared", and to be fetched by a pull."""
    anna = clone("anna", rclone_bucket)
    anna.card(MODEL)
    body = {"w": b"0" * (65 * 2**20)}
    put_in_step(rclone_bucket, MODEL, body, anna)
    anna.card(RUN)
    anna.write(f"{MODEL}/w", b"1" * len(body["w"]))
    told = expect(anna.script("show_status"), 0).out
    assert "changed here" in told and f"make push DATASET={MODEL}" in told, told
    assert f"make pull DATASET={MODEL}" not in told, told
    expect(anna.push(MODEL), 0)
    assert rclone_bucket.data() == below(MODEL, {"w": b"1" * len(body["w"])})
