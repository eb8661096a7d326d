"""Cards as they come from elsewhere: what real entries cannot have is not asked of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from huggingface_hub import DatasetCard, ModelCard
from support import cards as kit

from registry.cards import hub
from registry.cards.card import parse
from registry.cards.hub_keys import HUB_KEYS
from registry.cards.library import Library
from registry.cards.rules import card as rules_card
from registry.entries import Entry

CARDS = yaml.safe_load((Path(__file__).parent / "foreign_cards.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return Library(kit.make(tmp_path_factory.mktemp("foreign") / "r"))


def text_of(case):
    text = kit.good_card(case["id"])
    _, _, body = text.partition("---\n\n")
    front = f"---\npretty_name: X\nlicense: mit\n{case['front']}"
    for heading, words in case.get("body", {}).items():
        assert f"## {heading}\n\nWords." in body
        body = body.replace(f"## {heading}\n\nWords.", f"## {heading}\n\n{words}")
    return f"{front}---\n\n{body}"


@pytest.mark.parametrize("case", CARDS, ids=lambda case: case["id"])
def test_a_foreign_card_is_judged_as_it_deserves(library, case):
    card = parse(Entry(*case["id"].split("/"), library.root), text_of(case))
    problems = [p for p in rules_card.check(card, library) if p.rule != "key-order"]
    said = [f"{p.line}: {p.rule}: {p.message}" for p in problems]
    errors = sorted({p.rule for p in problems if p.level == "error"})
    warnings = sorted({p.rule for p in problems if p.level == "warning"})
    assert (errors, warnings) == (case.get("errors", []), case.get("warnings", [])), said


@pytest.mark.parametrize("case", [c for c in CARDS if "errors" not in c], ids=lambda c: c["id"])
def test_a_card_that_passes_is_read_and_exported_for_the_hub(library, case):
    card = parse(Entry(*case["id"].split("/"), library.root), text_of(case))
    kind = ModelCard if "model" in case["id"] else DatasetCard
    kind(card.text)
    data = kind(hub.readme(card, library, "")).data.to_dict()
    before = yaml.safe_load(card.text[card.where.start : card.where.end])
    for key in card.fields.keys() & {*HUB_KEYS} - {"train-eval-index"}:
        assert data[key] == before[key], key
