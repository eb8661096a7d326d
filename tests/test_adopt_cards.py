"""Adopting other people's cards: headings and prose only, no front matter at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import cards as kit

from registry.cards import adopt, front_matter
from registry.cards import card as cards_card
from registry.cards.library import Library
from registry.cards.rules import card as rules_card
from registry.entries import Entry

# A registry as teams have them: titles, prose, _names_ of other entries, commands, commit ids.
OTHERS = {
    "raw_datasets/tiny_stories": "# Card: tiny_stories\n\nDownloaded 2023-06-01 from "
    "https://huggingface.co/datasets/roneneldan/TinyStories. License: CDLA Sharing 1.0.\n",
    "processed_datasets/stories_tokens": "# Card: stories_tokens\n\n## Source\n\nFrom "
    "_tiny_stories_, by 4f2a91c of https://github.com/acme/tok:\n\n"
    "    python tok.py --vocab 1000\n\nOlder: abcdef1234. 1234567 stories; defaced: 0.\n",
    "champion_models/teller": "# Card: teller\r\n\r\nTrained on _stories_tokens_; run: "
    "training_results/teller.\r\nhttps://gitlab.com/acme/teller/-/commit/0123abc4567\r\n",
    "training_results/teller": "\ufeff# Card: teller\n\nLogs of champion_models/teller, see\n"
    "[data](../processed_datasets/stories_tokens.card.md) and _gone_away_.\n",
    "experiments/bigger": "Bigger. No heading at all, and no end of line",
    "champion_models/empty": "",
}


@pytest.fixture
def registry(tmp_path):
    root = kit.make(tmp_path / "r", entries=(), templates=False)
    for entry, text in OTHERS.items():
        kit.write(root, entry, text)
    return root


def fields_of(root, entry):
    text = (root / f"{entry}.card.md").read_bytes().decode()
    card = cards_card.parse(Entry(*entry.split("/"), root), text)
    assert card.broken == []
    texts = {key: [t for t, _ in card.texts(key)] for key in card.fields}
    code = card.fields.get("code")
    return {**texts, **({f"code.{k}": [v.data] for k, v in code.data.items()} if code else {})}


def test_each_card_gets_a_useful_list_of_problems(registry):
    done = kit.run(registry, "check_cards.py")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    for entry in OTHERS:
        wanted = f"{entry}.card.md:1: front matter must be there: run `make adopt DATASET={entry}`"
        assert wanted in done.stdout.splitlines()
    assert "_gone_away_ must be an entry's name" in done.stdout


def test_adopting_finds_what_the_text_shows(registry):
    done = kit.run(registry, "adopt_cards.py")
    assert done.returncode == 0
    assert sorted(done.stdout.split()) == sorted(f"{entry}.card.md" for entry in OTHERS)
    raw = fields_of(registry, "raw_datasets/tiny_stories")
    assert raw["source_url"] == ["https://huggingface.co/datasets/roneneldan/TinyStories"]
    assert (raw["retrieved"], raw["license"]) == (["2023-06-01"], ["cdla-sharing-1.0"])
    tokens = fields_of(registry, "processed_datasets/stories_tokens")
    assert tokens["source_datasets"] == ["raw_datasets/tiny_stories"]
    assert tokens["code.repo"] == ["https://github.com/acme/tok"]
    assert tokens["code.commit"] == ["4f2a91c"]
    assert tokens["code.command"] == ["python tok.py --vocab 1000"]
    teller = fields_of(registry, "champion_models/teller")
    assert teller["datasets"] == ["processed_datasets/stories_tokens"]
    assert teller["training_results"] == ["training_results/teller"]
    run = fields_of(registry, "training_results/teller")
    assert run["model"] == ["champion_models/teller"]


def test_blanks_are_marked_and_named(registry):
    kit.run(registry, "adopt_cards.py")
    assert fields_of(registry, "champion_models/empty")["license"] == ["TODO"]
    done = kit.run(registry, "check_cards.py")
    assert "front matter must be there" not in done.stdout
    assert "license must be filled in (a license id of the Hub)" in done.stdout
    assert "must be a" not in done.stdout.replace("must be an entry's name", "")


def test_the_text_stays_byte_for_byte(registry):
    before = {e: (registry / f"{e}.card.md").read_bytes() for e in OTHERS}
    kit.run(registry, "adopt_cards.py")
    for entry, old in before.items():
        new = (registry / f"{entry}.card.md").read_bytes()
        assert new.startswith(b"---") and new.endswith(old.removeprefix(b"\xef\xbb\xbf"))


def test_line_ends_are_those_of_the_text(registry):
    kit.run(registry, "adopt_cards.py")
    data = (registry / "champion_models" / "teller.card.md").read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")


def test_adopting_again_and_good_cards_change_nothing(registry):
    kit.run(registry, "adopt_cards.py")
    before = {e: (registry / f"{e}.card.md").read_bytes() for e in OTHERS}
    done = kit.run(registry, "adopt_cards.py")
    assert (done.returncode, done.stdout) == (0, "")
    assert before == {e: (registry / f"{e}.card.md").read_bytes() for e in OTHERS}


def test_one_entry_alone(registry):
    done = kit.run(registry, "adopt_cards.py", "champion_models/teller")
    assert done.stdout == "champion_models/teller.card.md\n"
    assert (registry / "experiments/bigger.card.md").read_text() == OTHERS["experiments/bigger"]


def test_what_is_not_text_is_left_and_said(registry):
    path = kit.write(registry, "champion_models/latin", b"caf\xe9\n")
    done = kit.run(registry, "adopt_cards.py")
    assert done.returncode == 1 and "latin.card.md:1: the card must be UTF-8" in done.stderr
    assert path.read_bytes() == b"caf\xe9\n"
    assert len(done.stdout.split()) == len(OTHERS)


# text: what it shows, in a registry that also has the entries of OTHERS.
SHOWN = {
    "Built from tiny_stories (`tiny_stories`), **stories_tokens**, ./tiny_stories/x.":
        {"source_datasets": ["raw_datasets/tiny_stories", "processed_datasets/stories_tokens"]},
    "[it](../raw_datasets/tiny_stories.card.md), [that](./stories_tokens.card.md)":
        {"source_datasets": ["raw_datasets/tiny_stories", "processed_datasets/stories_tokens"]},
    "https://e.org/tiny_stories and not_tiny_stories": {"source_datasets": ["TODO"]},
    "at commit 1234567 of git@github.com:acme/tok.git":
        {"code.commit": ["1234567"], "code.repo": ["git@github.com:acme/tok"]},
    "md5 d41d8cd98f00b204e9800998ecf8427e, 1234567 lines": {"code.commit": ["TODO"]},
    "```\n$ python tok.py \\\n    --fast \\\n    -o x  # slow\nmake\n```":
        {"code.command": ["python tok.py --fast -o x"]},
    "It is MIT licensed.": {"license": ["mit"]},
    "under the Apache License, Version 2.0": {"license": ["apache-2.0"]},
    "## Licensing Information\n\nODC-BY": {"license": ["odc-by"]},
    "# License\n\n# Limits\n\nnone": {"license": ["TODO"]},
}  # fmt: skip


@pytest.mark.parametrize("text", SHOWN)
def test_what_a_text_shows(registry, text):
    kit.write(registry, "processed_datasets/x", f"# Card: x\n\n{text}\n")
    kit.run(registry, "adopt_cards.py", "processed_datasets/x")
    fields = fields_of(registry, "processed_datasets/x")
    assert {key: fields[key] for key in SHOWN[text]} == SHOWN[text]


def test_the_lines_are_those_of_the_adopted_card(registry):
    kit.run(registry, "adopt_cards.py", "stories_tokens")
    lines = (registry / "processed_datasets/stories_tokens.card.md").read_text().splitlines()
    notes = [line for line in lines if "# from line" in line]
    for note in notes:
        value = note.partition(": ")[2].partition("  # from line")[0].rpartition("/")[2]
        assert value.strip("[]") in lines[int(note.split("# from line ")[1].split(";")[0]) - 1]
    assert len(notes) == 4


def test_a_model_and_the_run_of_its_name_belong_together(registry):
    kit.write(registry, "champion_models/stories_2", "# Card: stories_2\n")
    kit.write(registry, "training_results/stories_2", "# Card: stories_2\n\nNot of _teller_.\n")
    kit.write(registry, "champion_models/stories_3", "# Card: stories_3\n\nLike stories_2.\n")
    kit.run(registry, "adopt_cards.py")
    assert fields_of(registry, "training_results/stories_2")["model"] == [
        "champion_models/stories_2"
    ]
    model = fields_of(registry, "champion_models/stories_2")
    assert model["training_results"] == ["training_results/stories_2"]
    assert fields_of(registry, "champion_models/stories_3")["training_results"] == ["TODO"]


def test_front_matter_that_is_wrong_is_left_and_said(registry):
    for text, said in {
        "---\nName: x\n# no end\n": "1: front matter must end",
        "---\n\nWords.\n\n---\n": "3: front matter must be `key: value` lines",
        "\n---\nsource: x\n---\n": "2: front matter must be first",
    }.items():
        path = kit.write(registry, "champion_models/odd", text)
        done = kit.run(registry, "adopt_cards.py", "odd")
        assert done.returncode == 1 and f"odd.card.md:{said}" in done.stderr
        assert path.read_text() == text
    kit.write(registry, "champion_models/odd", "-----\nA rule, and words.\n")
    assert kit.run(registry, "adopt_cards.py", "odd").returncode == 0


LINES = st.sampled_from(
    ["_tiny_stories_", "raw_datasets/tiny_stories", "4f2a91c", "python a.py # x", "a: b", "[x",
     "https://github.com/a/b/commit/0123abc", "https://e.org/'\"{}", "License: MIT", "2023-06-01",
     "downloaded 2023-06-01", "python 'a' \"b\" {c} [d], e", "```", "\x07", "# Card: x", "é"]
)  # fmt: skip


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    root = kit.make(tmp_path_factory.mktemp("adopt") / "r", entries=(), templates=False)
    for entry, text in OTHERS.items():
        kit.write(root, entry, text)
    return root


@settings(max_examples=200, deadline=None)
@given(text=st.one_of(st.text(), st.lists(LINES).map("\n".join)), section=st.sampled_from(sorted(
    {entry.partition("/")[0] for entry in OTHERS})))  # fmt: skip
def test_any_text_can_be_adopted(shared, text, section):
    entry = Entry(section, "x", shared)
    card = cards_card.parse(entry, text)
    if card.where or text.startswith("---"):
        return
    head = adopt.front_matter(card, Library(shared))
    adopted = cards_card.parse(entry, head + text)
    assert adopted.broken == [] and adopted.where.body == len(head)
    assert front_matter.split(head + text).fence == 0
    blank = {"blank-field", "reference", "key-order"}
    problems = [p for p in rules_card.check(adopted, Library(shared)) if p.line < head.count("\n")]
    assert {p.rule for p in problems} <= blank | {"link", "pair", "file", "secret"}, problems
