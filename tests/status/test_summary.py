"""What an overview of many entries proposes to type, and whose sources have changed."""

from __future__ import annotations

import json

from support.oracle import expect

from registry.entries import Amount, Entry
from registry.status import render, summary
from registry.status.states import Condition, Judgement
from registry.sync.marker import Marker

P, M, R, RAW, X = (
    "processed_datasets", "champion_models", "training_results", "raw_datasets", "experiments",
)  # fmt: skip


def status(checkout, *words, code=0, **env):
    """(parsed JSON by entry, the whole) of one run."""
    run = expect(checkout.script("show_status", "--json", *words, **env), code)
    whole = json.loads(run.out)
    return {row["entry"]: row for row in whole["entries"]}, whole


def test_every_step_can_be_typed_as_it_is_shown(tmp_path):
    """Also for names with spaces, and where a command takes one entry at a time."""
    odd = [Condition(Entry(RAW, f"r {n}"), Judgement(["not added"]), Amount(1, 1)) for n in "ab"]
    alone = Condition(Entry(RAW, "lost"), Judgement(["not pushed"]))
    clash = Condition(Entry(P, "a b", tmp_path), Judgement(["conflict"]), Amount(1, 1))
    clash.entry.card.parent.mkdir()
    clash.entry.card.touch()
    overview = summary.Overview("s3://b/p", [*odd, alone, clash])
    assert [step.command for step in overview.steps()] == [
        "make push DATASET='processed_datasets/a b' TAKE=local",
        "make reset DATASET='processed_datasets/a b'",
        "make add DATASET='raw_datasets/r a'",
        "make add DATASET='raw_datasets/r b'",
        "git log -1 -- raw_datasets/lost.dvc",
    ]


def test_whose_sources_have_changed_since_is_said():
    def one(id, version, **made_from):
        named = {source.replace("_", "/"): said for source, said in made_from.items()}
        stored = Marker("done", "", version=version, made_from=named)
        return Condition(Entry(*id.split("/")), Judgement(["up to date"]), marker=stored)

    data, unknown = one("a/data", "2"), one("b/unknown", "")
    models = [
        one(f"m/{n}", "9", a_data="1" if n else "2", b_unknown="7", c_away="3") for n in range(7)
    ]
    whole = summary.Overview("s3://b/p", [data, unknown, *models])
    assert whole.outdated() == {f"m/{n}": ["a/data"] for n in range(1, 7)}
    rows = {row["entry"]: row for row in whole.as_json()["entries"]}
    assert rows["m/1"]["sources_changed"] == ["a/data"] and rows["m/0"]["sources_changed"] == []
    lines = [*render.Page(now=1.0).lines(whole)]
    assert "m/1 was made from another version of a/data than there is now" in lines
    assert "and 1 more like it: make status FORMAT=json" in lines
