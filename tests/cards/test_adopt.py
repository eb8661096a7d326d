"""Adopting old cards: how much of what is filled in is right, by cards with known answers."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from support import cards as kit

from registry.cards import adopt
from registry.cards.card import parse
from registry.cards.library import Library
from registry.cards.rules import references
from registry.entries import Entry

CARDS = yaml.safe_load((Path(__file__).parent / "old_cards.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def adopted(tmp_path_factory):
    root = kit.make(tmp_path_factory.mktemp("old") / "r", entries=())
    for case in CARDS:
        kit.write(root, case["id"], case["text"])
    done = kit.run(root, "adopt_cards.py")
    assert done.returncode == 0 and len(done.stdout.splitlines()) == len(CARDS) >= 60
    return root


def fields(root, id):
    """{key: texts} of what was filled in; a proposed name is looked at elsewhere."""
    entry = Entry(*id.split("/"), root)
    card = parse(entry, entry.card.read_text(encoding="utf-8"))
    assert card.broken == []
    values = {key: [v.data] if v.kind == "date" else [t for t, _ in card.texts(key)]
             for key, v in card.fields.items() if key not in ("code", "pretty_name")}  # fmt: skip
    code = card.fields.get("code")
    values |= {f"code.{key}": [v.data] for key, v in code.data.items()} if code else {}
    return alike(
        id, {key: set(texts) for key, texts in values.items() if texts not in ([], ["TODO"])}
    )


def says(case):
    return alike(case["id"], {key: set(v) if isinstance(v, list) else {v}
                              for key, v in case["says"].items()})  # fmt: skip


def alike(id, values):
    """An experiment may call what it is made from by either of two keys."""
    if id.startswith("experiments/") and "datasets" in values:
        values["source_datasets"] = values.pop("datasets")
    return values


def test_97_percent_of_what_is_filled_in_is_right(adopted):
    right, wrong, missed = 0, [], 0
    for case in CARDS:
        filled, true = fields(adopted, case["id"]), says(case)
        right += sum(filled[key] == true.get(key) for key in filled)
        wrong += [(case["id"], key, filled[key]) for key in filled if filled[key] != true.get(key)]
        missed += len(true.keys() - filled.keys())
    assert right / (right + len(wrong)) >= 0.97, wrong
    assert missed <= 8


def test_no_pair_of_repository_and_commit_is_made_up(adopted):
    text = {case["id"]: case["text"] for case in CARDS}
    for case in CARDS:
        filled, true = fields(adopted, case["id"]), says(case)
        repo, commit = filled.get("code.repo"), filled.get("code.commit")
        if repo and commit and (repo, commit) != (true.get("code.repo"), true.get("code.commit")):
            link = f"{next(iter(repo))}/tree/{next(iter(commit))}"
            assert link in text[case["id"]], case["id"]  # somebody else's code, but a true pair


def test_a_name_for_people_is_proposed(adopted):
    text = (adopted / "raw_datasets/tides.card.md").read_text()
    assert "pretty_name: Tides of the north coast  # from the name: as people say it?" in text
    text = (adopted / "raw_datasets/bird_calls_eu.card.md").read_text()
    assert "pretty_name: Bird calls eu  #" in text


def test_front_matter_that_is_there_is_kept_and_completed(tmp_path):
    root = kit.make(tmp_path / "r")
    text = (
        "---\ntags: [text]  # mine\npretty_name: Mine\n---\n\n# Card: cut\n\nFrom _logs_, by "
        "https://github.com/acme/cut/tree/4f2a91c.\n"
    )
    path = kit.write(root, "processed_datasets/cut", text)
    done = kit.run(root, "adopt_cards.py", "--license=mit", "processed_datasets/cut")
    keys = "license, source_datasets, code"
    assert done.stdout == f"processed_datasets/cut.card.md: {keys}\n", done
    head, body = path.read_text().split("---\n\n")
    assert body == text.split("---\n\n")[1]
    assert "tags: [text]  # mine\npretty_name: Mine\n" in head
    assert "license: mit # as LICENSE= says\n" in head
    assert "source_datasets: [raw_datasets/logs] # from the text\n" in head
    code = "{repo: https://github.com/acme/cut, commit: 4f2a91c, command: TODO}"
    assert f"code: {code}\n" in head
    done = kit.run(root, "adopt_cards.py", "processed_datasets/cut")
    assert "left alone: processed_datasets/cut.card.md: it has every key" in done.stderr


def test_one_license_for_all_and_a_reason_for_each_that_is_left(tmp_path):
    root = kit.make(tmp_path / "r")
    kit.write(root, "champion_models/a", "# Card: a\n")
    kit.write(root, "champion_models/b", "# Card: b\n\nLicense: MIT.\n")
    kit.write(root, "champion_models/c", "---\nlicense: [mit\n---\n")
    (root / "processed_datasets/bare").mkdir()
    done = kit.run(root, "adopt_cards.py", "--license=other")
    assert done.returncode == 1 and done.stderr.count("left alone: ") == 7
    assert "c.card.md:3: front matter must be YAML" in done.stderr
    assert "processed_datasets/bare.card.md:1: the entry must have a card" in done.stderr
    a = (root / "champion_models/a.card.md").read_text()
    assert "license: other" in a and "license_name: TODO" in a and "license_link: TODO" in a
    assert "license: mit " in (root / "champion_models/b.card.md").read_text()
    done = kit.run(root, "adopt_cards.py", "--license=free")
    assert done.returncode == 2 and "must be a license id of the Hub: 'free'" in done.stderr


OLD, NEW, THIRD = "processed_datasets/old", "processed_datasets/new", "processed_datasets/third"
MODEL, RUN = "champion_models/m", "training_results/m"
# Bare cards by the entries that each names, and what each may be said to be made from.
CIRCLES = [
    ({OLD: [NEW], NEW: [OLD]}, {}),
    ({OLD: [NEW], NEW: [THIRD], THIRD: [OLD]}, {}),
    ({OLD: [NEW, "raw_datasets/r"], NEW: [OLD]}, {OLD: ["raw_datasets/r"]}),
    ({OLD: [NEW], NEW: [THIRD], THIRD: []}, {OLD: [NEW], NEW: [THIRD]}),
]


@pytest.mark.parametrize(("named", "made_from"), CIRCLES)
def test_no_lineage_that_is_filled_in_closes_a_circle(tmp_path, named, made_from):
    """Two cards that named each other each became what the other is made from."""
    library = bare_cards(tmp_path, {"raw_datasets/r": [], **named})
    for id in named:
        path = tmp_path / f"{id}.card.md"
        path.write_text(adopt.front_matter(library.card(library.ids[id]), library, "mit", 1))
    after = Library(tmp_path)
    for id in named:
        card = after.card(after.ids[id])
        said = [text for text, _ in card.texts("source_datasets") if text != "TODO"]
        assert (said, [*references.cycle(card, after)]) == (made_from.get(id, []), []), card.text
        if circle := [line for line in card.text.splitlines() if "a circle" in line]:
            assert all(other in circle[0] for other in named) and "(line 2)" in circle[0]


def test_what_a_person_said_decides_which_way_round_it_is(tmp_path):
    library = bare_cards(tmp_path, {OLD: [], NEW: [OLD], THIRD: [NEW]})
    (tmp_path / f"{OLD}.card.md").write_text(f"---\nsource_datasets: [{NEW}]\n---\n")
    (tmp_path / f"{NEW}.card.md").write_text(f"---\npretty_name: New\n---\nFrom {OLD}.\n")
    card, keys = adopt.completed(library.card(library.ids[NEW]), library)
    note = f"# not {OLD}, a circle if each is true: {NEW} > {OLD} > {NEW}"
    assert f"source_datasets: [TODO] {note}\n" in card.text and "source_datasets" in keys
    third = adopt.front_matter(library.card(library.ids[THIRD]), library)
    assert f"source_datasets: [{NEW}]  # from line 1\n" in third


def test_a_model_and_its_run_that_name_each_other_are_no_circle(tmp_path):
    library = bare_cards(tmp_path, {MODEL: [RUN], RUN: [MODEL]})
    told = [adopt.front_matter(library.card(library.ids[id]), library) for id in (MODEL, RUN)]
    assert f"training_results: {RUN}  # from" in told[0] and "circle" not in told[0]
    assert f"model: {MODEL}  # from" in told[1]


def bare_cards(root, named):
    for id, others in named.items():
        path = root / f"{id}.card.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"See {other}.\n" for other in others))
    return Library(root)


def test_a_run_that_says_what_it_made_is_named_back(tmp_path):
    """Its front matter says so; a text that names the model may be of runs that did not make it."""
    said, names = "training_results/zeta", "training_results/ablations"
    library = bare_cards(tmp_path, {MODEL: [RUN], RUN: [], said: [], names: [MODEL]})
    (tmp_path / f"{said}.card.md").write_text(f"---\nmodel: {MODEL}\n---\n")
    head = adopt.front_matter(library.card(library.ids[MODEL]), library)
    line = f"training_results: [{RUN}, {said}]  # from line 1; named by {said}\n"
    assert line in head and names not in head


def test_the_cure_of_a_pair_keeps_those_that_are_named(tmp_path):
    library = bare_cards(tmp_path, {MODEL: [], RUN: [], "training_results/other": []})
    head = "---\n{}: {}\n---\n"
    (tmp_path / f"{MODEL}.card.md").write_text(head.format("training_results", RUN))
    (tmp_path / "training_results/other.card.md").write_text(head.format("model", MODEL))
    other = library.card(library.ids["training_results/other"])
    [(_, said)] = references.pairs(other, library)
    line = f"training_results: [{RUN}, training_results/other]"
    assert f"write `{line}` in {MODEL}.card.md" in said
    (tmp_path / f"{MODEL}.card.md").write_text(f"---\n{line}\n---\n")
    assert [*references.pairs(other, Library(tmp_path))] == []
