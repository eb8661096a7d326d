"""Names as people type them: with a space in them, and with the slash that the tab key adds."""

from __future__ import annotations

import pytest
from support import cards as kit


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    root = kit.make(tmp_path_factory.mktemp("names") / "r")
    kit.write(root, "raw_datasets/g h", kit.good_card("raw_datasets/g h"))
    model = kit.good_card("champion_models/a b").replace("poet-run", "a b")
    model += "\nSee [training_results/a b](../training_results/a%20b.card.md), raw_datasets/g h.\n"
    kit.write(root, "champion_models/a b", model)
    run = kit.good_card("training_results/a b")
    kit.write(
        root, "training_results/a b", run.replace("champion_models/poet", "champion_models/a b")
    )
    return root


def test_a_name_with_a_space_is_an_entry_like_any_other(registry):
    done = kit.run(registry, "check_cards.py")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_new_card_of_such_a_name_links_to_its_run(registry):
    kit.write(registry, "training_results/c d", kit.good_card("training_results/c d"))
    assert kit.run(registry, "make_card.py", "champion_models/c d").returncode == 0
    text = (registry / "champion_models/c d.card.md").read_text()
    assert "[training_results/c d](../training_results/c%20d.card.md)" in text
    done = kit.run(registry, "check_cards.py", "champion_models/c d")
    assert "a link must" not in done.stdout and "must name entries" not in done.stdout
    (registry / "champion_models/c d.card.md").unlink()
    (registry / "training_results/c d.card.md").unlink()


WORDS = {
    "champion_models/poet/": 1, "poet/": 1, "champion_models/a b/": 1, "a b": 2,
    "raw_datasets/logs/ processed_datasets/cut/": 2, "raw_datasets/": 2,
}  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_a_slash_behind_an_entry_changes_nothing(registry, word):
    done = kit.run(registry, "check_cards.py", word)
    if word == "a b":
        assert done.returncode == 2 and "is in several sections" in done.stderr
        return
    entries = f"{WORDS[word]} entr{'y' if WORDS[word] == 1 else 'ies'}"
    assert done.returncode == 0 and f"check-cards: {entries}, no problems" in done.stderr


def test_what_is_no_entry_with_a_slash_is_none_without(registry):
    for word in ("champion_models/poet//", "gone/", "champion_models/gone/"):
        assert kit.run(registry, "check_cards.py", word).returncode == 2
    done = kit.run(registry, "make_card.py", "champion_models/new/")
    assert done.stdout == "champion_models/new.card.md\n"
    (registry / "champion_models/new.card.md").unlink()


def test_a_template_without_front_matter_is_said_and_made_up_for(tmp_path):
    root = kit.make(tmp_path / "r")
    template = root / "champion_models/template.card.md"
    template.write_text("# Card: <name>\n\n## What\n\nTODO\n")
    done = kit.run(root, "make_card.py", "champion_models/new", "--from", "raw_datasets/logs")
    assert "champion_models/template.card.md has no front matter: that of the schema" in done.stderr
    text = (root / "champion_models/new.card.md").read_text()
    assert text.startswith("---\n") and "datasets: [raw_datasets/logs]" in text
    assert text.endswith("# Card: new\n\n## What\n\nTODO\n")
    template.write_text("---\nlicense: [mit\n---\n# Card: <name>\n")
    done = kit.run(root, "make_card.py", "champion_models/other")
    assert done.returncode == 1 and "template.card.md:3: front matter must be YAML" in done.stderr
    assert not (root / "champion_models/other.card.md").exists()
