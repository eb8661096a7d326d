"""What licenses allow: the table's rows, and what one makes of the chain below it."""

from __future__ import annotations

import pytest
from support import cards as kit

from registry.cards import licenses
from registry.cards.library import Library
from registry.cards.rules import card as rules_card
from registry.cards.vocabulary import FOLDER, words

ROWS = [
    line.split("|")
    for line in (FOLDER / "license_terms.txt").read_text().splitlines()
    if not line.startswith("#")
]


def test_every_row_is_a_license_of_the_hub_and_names_its_source():
    ids = [row[0].strip() for row in ROWS]
    assert len(set(ids)) == len(ids) == len(licenses.common().terms) > 50
    assert set(ids) <= set(words("licenses")) - set(licenses.NO_LICENSE)
    for row in ROWS:
        assert row[6].strip().startswith("https://"), row
        assert set(row[5].split()) <= set(ids), row


@pytest.mark.parametrize(
    ("own", "under", "says"),
    [
        ("mit", "cc-by-nc-4.0", "no commercial use: take cc-by-nc-4.0"),
        ("cc-by-nc-4.0", "cc-by-nc-4.0", ""),
        ("cc-by-nc-sa-4.0", "cc-by-nc-4.0", ""),
        ("mit cc-by-nc-4.0", "cc-by-nc-4.0", ""),  # parts of it: as strict as the strictest
        ("mit", "cc-by-4.0", ""),
        ("cc-by-4.0", "cc-by-sa-4.0", "it stays under its license: take cc-by-sa-4.0 or gpl-3.0"),
        ("cc-by-sa-4.0", "cc-by-sa-3.0", ""),
        ("cc-by-nd-4.0", "cc-by-nd-4.0", "nothing made from it may be shared"),
        ("mit", "cc0-1.0 cc-by-nc-4.0", "no commercial use"),
        ("mit", "unknown", "not known to allow it: name its license"),
        ("mit", "acme-2.0", "say what it allows in licenses.txt"),
        ("acme-2.0", "acme-2.0", ""),
        ("acme-2.0", "cc-by-nc-4.0", ""),  # nobody knows what it gives
        ("", "cc-by-nc-4.0", ""),  # a card without a license, of which another rule tells
        ("mit", "acme-1.0", "it may not be shared: take acme-1.0"),
    ],
)
def test_what_a_license_may_give(own, under, says):
    table, wrong = licenses.parse(
        "acme-1.0 | no | yes | yes | no | | https://acme.org\n", licenses.common()
    )
    clash = table.clash(own.split(), under.split())
    assert wrong == [] and says in clash and bool(clash) == bool(says)


def test_what_may_be_shared():
    table = licenses.common()
    assert table.shared(["mit", "cc-by-nc-4.0"]) == ""
    assert "is not known" in table.shared(["mit", "grok2-community"])
    assert "name its license" in table.shared([]) and "is not known" in table.shared(["other"])


def test_rows_that_are_none_are_said_with_their_line():
    text = "# fine\n\na | yes\nb | yes | yes | maybe | no | | https://x.org\n"
    text += (
        "c | yes | yes | yes | no | | here\nd/e | mit | https://x.org\nf | mit | https://x.org\n"
    )
    table, wrong = licenses.parse(text, licenses.LicenseTable({}, {}))
    assert [line for line, _ in wrong] == [3, 4, 5, 7]
    assert (table.terms, table.works) == ({}, {"d/e": "mit"})


def test_a_card_freer_than_its_sources_is_warned_of(tmp_path):
    root = kit.make(tmp_path / "r", entries=("raw_datasets/logs",))
    strict = kit.good_card("raw_datasets/logs").replace("cc-by-4.0", "cc-by-nc-4.0")
    kit.write(root, "raw_datasets/logs", strict)
    kit.write(root, "processed_datasets/cut", kit.good_card("processed_datasets/cut"))
    model = kit.good_card("champion_models/poet", "base_model: [acme/big, acme/free]\n")
    kit.write(root, "champion_models/poet", model)
    own = "acme/free | mit | https://acme.org\nacme/big | cc-by-nd-4.0 | https://acme.org\noops\n"
    (root / "licenses.txt").write_text(own)
    done = kit.run(root, "check_cards.py")
    said = [line for line in done.stdout.splitlines() if "licens" in line]
    assert said == [
        "champion_models/poet.card.md:3: warning: license should be no freer than its sources: "
        "acme/big is under cc-by-nd-4.0, nothing made from it may be shared: build on something "
        "else",
        "licenses.txt:3: a row must be `id | share | derive | commercial | alike | also | source` "
        "with yes or no, or `owner/name | license | source`: write it so",
        "processed_datasets/cut.card.md:3: warning: license should be no freer than its sources: "
        "raw_datasets/logs is under cc-by-nc-4.0, no commercial use: take cc-by-nc-4.0 or a "
        "stricter one, or build on something else",
    ]


def test_the_samples_give_no_more_than_they_may():
    library = Library()
    for entry in library.entries:
        card = library.card(entry)
        assert not card or "license-freer" not in {p.rule for p in rules_card.check(card, library)}


def test_a_registry_may_see_a_license_otherwise(tmp_path):
    own = "cc-by-sa-4.0 | yes | yes | yes | no | | https://acme.org/our-lawyers\n"
    (tmp_path / licenses.OWN_FILE).write_text(own)
    table, wrong = licenses.read(tmp_path)
    assert wrong == [] and table.clash(["mit"], ["cc-by-sa-4.0"]) == ""
    assert licenses.common().clash(["mit"], ["cc-by-sa-4.0"])
