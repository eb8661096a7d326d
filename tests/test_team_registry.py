"""The life of entries in a registry of 70, whose names lie in each other and whose cards talk."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import team_registry
from support.checkout import Checkout
from support.oracle import assert_clean, expect, marker

READER, SMALL = "champion_models/reader", "champion_models/reader-small"
TOP = "champion_models/voyage-2"


pytestmark = pytest.mark.xdist_group("team registry")


@pytest.fixture(scope="module")
def team(tmp_path_factory, rclone_server):
    """Anna, who has and sent all of it, and Ben, who has its Git; tests come one after another."""
    top: Path = tmp_path_factory.mktemp("team")
    bucket = rclone_server.new_bucket()
    anna, ben = (Checkout(top / name, bucket, engine="auto") for name in ("anna", "ben"))
    ids = team_registry.write(anna)
    assert len(ids) == 70
    team_registry.send(anna)
    team_registry.join(ben, anna)
    yield anna, ben, bucket
    for person in (anna, ben):
        person.close()


def entries(tree):
    return {"/".join(path.split("/")[:2]) for path in tree}


def test_it_is_whole(team):
    anna, _, bucket = team
    for command in ("check-cards", "check-experiments", "push", "pull"):
        expect(anna.make(command), 0)
    assert marker(bucket, READER)["made_from"].keys() == {"processed_datasets/words-clean-split"}
    assert_clean(anna)


def test_what_a_model_is_made_from_comes_once_and_goes_again(team):
    _, ben, _ = team
    ben.proxy.requests.clear()
    expect(ben.make("pull", f"DATASET={TOP}", "WITH=deps"), 0)
    assert entries(ben.tree()) == team_registry.made_from(TOP)
    for path in ("ships/data", "storms/data"):  # two ways lead there
        assert ben.proxy.count("GET", f"processed_datasets/{path}/part") == 1
    names = " ".join(sorted(team_registry.made_from(TOP) - {TOP}))
    expect(ben.make("free", f"DATASET={names}"), 0)
    assert entries(ben.tree()) == {TOP}
    run = expect(ben.make("pull", f"DATASET={TOP}"), 0)
    assert entries(ben.tree()) == {TOP} and "nothing to do" in run.said


def test_a_retrained_champion_of_the_same_size_is_sent_and_its_old_one_comes_back(team):
    anna, ben, bucket = team
    expect(ben.make("pull", f"DATASET={SMALL}"), 0)
    weights, good = f"{SMALL}/data/Maß.bin", marker(bucket, SMALL)["version"]
    old = anna.read(weights)
    anna.write(weights, old[::-1])
    told = expect(anna.make("status"), 0).out
    assert f"make push DATASET={SMALL}" in told and f"make pull DATASET={SMALL}" not in told
    assert "changed  data/Maß.bin" in expect(anna.make("diff", f"DATASET={SMALL}"), 0).out
    expect(anna.make("push"), 0)
    run = expect(ben.make("pull", f"DATASET={SMALL}"), 0)
    (back,) = re.findall(r"back: `make (rollback [^`]*)`", run.out)
    assert ben.read(weights) == old[::-1] and back.endswith(f"TO={good[:12]}")
    run = expect(ben.make(*back.split()), 0)
    for person in (anna, ben):
        expect(person.make("pull", f"DATASET={SMALL}"), 0)
        assert person.read(weights) == old
    told = expect(anna.make("history", f"DATASET={SMALL}"), 0).out.splitlines()
    assert [good[:12] in line for line in told] == [True, False, True]


def test_who_types_the_wrong_thing_is_told_what_to_type(team):
    anna, _, _ = team
    for words, code, said in (
        (["history", "DATASET=reader"], 2, "name one of 'champion_models/reader' or"),
        (["diff", "DATASET=voyag"], 2, "Did you mean 'voyage'"),
        (["rollback", f"DATASET={READER}"], 2, "TO=version is missing; champion_models/reader has"),
        (["rollback", "DATASET=experiments/ocr", "TO=abcd"], 2, "never leaves this machine"),
        (["free", "DATASET=experiments/ocr"], 3, "make remove DATASET=experiments/ocr CONFIRM=ocr"),
        (["free", "NEED=5"], 2, "such as NEED=5G"),
        (["pull", f"DATASET={TOP}", "WITH=dep"], 2, "the choices are deps, all"),
        (
            ["retire", "DATASET=words", "WHY=old", "BY=word-clean"],
            2,
            "processed_datasets/words-cle",
        ),
        (["remove", f"DATASET={READER}"], 3, "training_results/reader.card.md:4"),
        (["restore"], 2, "`make trash` lists"),
        (["history", f"DATASET={READER}", "TO=1"], 2, "history takes no TO="),
    ):
        run = anna.make(*words)
        assert said in run.said and (f"Error {code}" in run.said or "Stop." in run.said), run


def test_who_builds_on_what_is_retired_is_named(team):
    anna, _, _ = team
    run = expect(anna.make("retire", "DATASET=words", "WHY=doubled lines", "BY=words-clean"), 0)
    builders = re.findall(r"^(\S+)\.card\.md:\d+: \w+ names it", run.out, re.M)
    assert {
        "processed_datasets/words-clean", "champion_models/reader-small-v2",
        "champion_models/tagger",
    } <= set(builders)  # fmt: skip
    assert b"new_version: processed_datasets/words-clean\n" in anna.read(
        "processed_datasets/words.card.md"
    )
    expect(anna.make("check-cards"), 0)
    expect(anna.make("retire", "DATASET=words", "UNDO=1"), 0)
    assert anna.git("status", "--porcelain") == ""


def test_a_pair_goes_for_everybody_and_what_looks_like_it_stays(team):
    """`reader` is the beginning of five other names."""
    anna, ben, bucket = team
    expect(ben.make("pull", f"DATASET={READER} training_results/reader"), 0)
    pair = f"DATASET={READER} training_results/reader"
    before = bucket.data().keys()
    expect(anna.make("remove", pair, "CONFIRM=reader"), 0)
    gone = {key.split("/data")[0].rsplit("/LICENSE")[0] for key in before - bucket.data().keys()}
    assert gone == {READER, "training_results/reader"}
    anna.git("add", "-A")
    anna.git("commit", "-qm", "no reader")
    told = expect(ben.make("status"), 0).out
    assert told.count("it was removed for everybody") >= 2 and "TAKE=local" not in told
    ben.git("pull", "-q")
    lines = re.findall(r"make (remove .*CONFIRM=\S+)", told)
    for line in lines:
        expect(ben.run("sh", "-c", f"make -s {line}"), 0)
    assert not {READER, "training_results/reader"} & entries(ben.tree())
    expect(ben.make("check-cards"), 0)
    assert_clean(anna, ben)
