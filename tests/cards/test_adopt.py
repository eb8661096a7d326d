"""Adopting old cards: how much of what is filled in is right, by cards with known answers."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from support import cards as kit

from registry.cards.card import parse
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
