"""What keeps an entry from going out: its card, Git, licenses upstream, data about people."""

from __future__ import annotations

import pytest
from support import cards as kit

from registry.cards.library import Library
from registry.publish import gates

PERSONAL = gates.PERSONAL


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    root = kit.make(tmp_path_factory.mktemp("gates") / "r")
    kit.write(root, "raw_datasets/logs", kit.good_card("raw_datasets/logs", f"{PERSONAL}: none\n"))
    kit.commit(root)
    return root


def reasons(root, id, **cards):
    """Why an entry may not go out with these cards in Git; then all is as before."""
    changed = {root / f"{id.replace('__', '/')}.card.md": text for id, text in cards.items()}
    before = {path: path.read_text() for path in changed}
    for path, text in changed.items():
        path.write_text(text)
    kit.commit(root)
    try:
        library = Library(root)
        return gates.reasons(library.ids[id], library)
    finally:
        for path, text in before.items():
            path.write_text(text)


def licensed(id, license):
    more = f"{PERSONAL}: none\n" if id.startswith("raw") else ""
    return kit.good_card(id, more).replace("license: cc-by-4.0", f"license: {license}")


@pytest.mark.parametrize("id", [id for id in kit.ENTRIES if not id.startswith("experiments")])
def test_a_good_chain_may_go_out(good, id):
    assert reasons(good, id) == []


def test_experiments_stay(good):
    assert reasons(good, "experiments/try")[0].startswith("experiments never leave this machine")


def test_a_non_commercial_dataset_under_a_permissive_model_is_refused_by_name(good):
    said = reasons(
        good,
        "champion_models/poet",
        raw_datasets__logs=licensed("raw_datasets/logs", "cc-by-nc-4.0"),
    )
    assert said == [
        "its license gives more than it may: processed_datasets/cut: raw_datasets/logs is under "
        "cc-by-nc-4.0, no commercial use: take cc-by-nc-4.0 or a stricter one, or build on "
        "something else"
    ]
    alike = {
        "raw_datasets__logs": licensed("raw_datasets/logs", "cc-by-nc-4.0"),
        "processed_datasets__cut": licensed("processed_datasets/cut", "cc-by-nc-4.0"),
        "champion_models__poet": licensed("champion_models/poet", "cc-by-nc-4.0"),
    }
    assert reasons(good, "champion_models/poet", **alike) == []


def test_a_license_that_nobody_knows_is_no_consent(good):
    own = licensed(
        "processed_datasets/cut", "other\nlicense_name: acme-1.0\nlicense_link: https://a.org"
    )
    assert reasons(good, "processed_datasets/cut", processed_datasets__cut=own) == [
        "its license acme-1.0 is not known to allow sharing: say what it allows in licenses.txt "
        "(docs/cards.md)"
    ]
    hub = kit.good_card("champion_models/poet", "base_model: acme/big\n")
    said = reasons(good, "champion_models/poet", champion_models__poet=hub)
    assert said == [
        "its license gives more than it may: acme/big is under unknown, not known to allow it: "
        "say what it allows in licenses.txt (docs/cards.md)"
    ]
    (good / "licenses.txt").write_text("acme/big | mit | https://acme.org\n")
    assert reasons(good, "champion_models/poet", champion_models__poet=hub) == []
    (good / "licenses.txt").unlink()


@pytest.mark.parametrize(
    ("said", "is_cleared"),
    [("none", True), ("none; no person in it is real", True), ("No persons.", True),
     ("Names of authors; cleared by Ada, 2026-11-02", True), ("Names of authors.", False),
     ("Faces, not cleared yet", False), ("nonetheless names", False),
     ("None of the names are taken out.", False), ("No, but for names of authors", False),
     ("No personal data.", True), ("None known", True)],
)  # fmt: skip
def test_data_about_people_needs_a_word(good, said, is_cleared):
    card = kit.good_card("raw_datasets/logs", f"{PERSONAL}: {said}\n")
    refused = reasons(good, "champion_models/poet", raw_datasets__logs=card)
    assert bool(refused) != is_cleared
    if refused:
        assert f"{PERSONAL} of raw_datasets/logs is not cleared" in refused[0]


def test_silence_about_people_is_no_consent_but_a_later_step_may_have_cleared_it(good):
    silent = kit.good_card("raw_datasets/logs")
    assert reasons(good, "training_results/poet-run", raw_datasets__logs=silent) == [
        "raw_datasets/logs does not say what it holds about people: add "
        f"`{PERSONAL}: none` to raw_datasets/logs.card.md"
    ]
    cut = kit.good_card("processed_datasets/cut", f"{PERSONAL}: none, names are taken out\n")
    cards = {"raw_datasets__logs": silent, "processed_datasets__cut": cut}
    assert reasons(good, "champion_models/poet", **cards) == []


def test_a_card_must_be_right_and_in_git(good):
    bad = kit.good_card("processed_datasets/cut").replace("cc-by-4.0", "free")
    said = reasons(good, "processed_datasets/cut", processed_datasets__cut=bad)
    assert said == ["its card is not right: `make check-cards DATASET=processed_datasets/cut`"]
    kit.commit(good)
    (good / "processed_datasets/cut.card.md").write_text(
        kit.good_card("processed_datasets/cut") + "\nMore.\n"
    )
    library = Library(good)
    said = gates.reasons(library.ids["processed_datasets/cut"], library)
    assert said == ["processed_datasets/cut.card.md is not committed: `git commit` it"]
    (good / "licenses.txt").write_text("acme-1.0 | yes | yes | yes | no | | https://acme.org\n")
    said = gates.reasons(library.ids["champion_models/poet"], library)  # built on it
    names = "processed_datasets/cut.card.md, licenses.txt"
    assert said == [f"{names} is not committed: `git commit` it"]
    (good / "licenses.txt").unlink()
    kit.git(good, "checkout", "-q", ".")
