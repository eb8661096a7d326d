"""What an entry is made from, followed through the cards: each once, and what is lost is named."""

from __future__ import annotations

import pytest
from support import template

from registry.cards.library import Library
from registry.cards.lineage import Ancestry
from registry.entries import Entry

RAW, A, B, JOINED = (
    "raw_datasets/raw", "processed_datasets/a", "processed_datasets/b", "processed_datasets/joined"
)  # fmt: skip
MODEL, BASE_MODEL, RUN = "champion_models/m", "champion_models/base", "training_results/m"
LINES = {
    RAW: "",
    A: f"source_datasets: [{RAW}]\n",
    B: f"source_datasets: [{RAW}, original]\n",
    JOINED: f"source_datasets: [{A}, {B}, openai/gsm8k]\n",
    BASE_MODEL: f"datasets: {A}\n",
    MODEL: f"datasets: [{JOINED}]\nbase_model: {BASE_MODEL}\ntraining_results: {RUN}\n",
    RUN: f"model: {MODEL}\n",
}


@pytest.fixture
def root(tmp_path):
    for section in template.FRONT_MATTER:
        (tmp_path / section).mkdir()
    for entry, lines in LINES.items():
        write(tmp_path, entry, lines)
    return tmp_path


def write(root, entry, lines):
    (root / f"{entry}.card.md").write_text(f"---\npretty_name: x\n{lines}---\n\n# Card: x\n")


def follow(root, *names, with_runs=False):
    ancestry = Ancestry(Library(root))
    ancestry.follow([Entry(*name.split("/"), root) for name in names], with_runs)
    return [*map(str, ancestry.entries)], {str(e): why for e, why in ancestry.lost.items()}


def test_a_diamond_is_met_once(root):
    assert follow(root, JOINED) == ([JOINED, A, B, RAW], {})


def test_runs_come_with_all_of_it_both_ways(root):
    made_from = {MODEL, JOINED, BASE_MODEL, A, B, RAW}
    followed, lost = follow(root, MODEL)
    assert (set(followed), len(followed), lost) == (made_from, 6, {})
    for start in (MODEL, RUN):
        followed, lost = follow(root, start, with_runs=True)
        assert (set(followed), len(followed), lost) == ({*made_from, RUN}, 7, {})
    assert follow(root, RUN) == ([RUN], {})


def test_a_run_is_met_that_only_names_its_model(root):
    write(root, "training_results/again", f"model: [{MODEL}]\n")
    assert "training_results/again" in follow(root, MODEL, with_runs=True)[0]


def test_what_is_not_here_is_named_with_its_line(root):
    write(root, A, "source_datasets: [raw_datasets/gone]\n")
    followed, lost = follow(root, A, B)
    assert followed == [A, B, RAW]
    assert list(lost) == ["raw_datasets/gone"]
    assert f"{A}.card.md:3 names it" in lost["raw_datasets/gone"]


def test_a_card_that_cannot_be_read_is_no_end_of_the_way(root):
    (root / f"{A}.card.md").write_text("no front matter\n")
    followed, lost = follow(root, JOINED)
    assert RAW in followed and "check-cards" in lost[A]


def test_experiments_stay_where_they_are_and_circles_end(root):
    write(root, RUN, "model: experiments/x\n")
    write(root, MODEL, f"datasets: {A}\n")
    write(root, "experiments/x", "")
    write(root, A, f"source_datasets: [{B}]\n")
    write(root, B, f"source_datasets: [{A}]\n")
    assert follow(root, RUN, A, with_runs=True) == ([RUN, A, B], {})
