"""Croissant is made only of what is known, and MLCommons' own package takes every odd card."""

from __future__ import annotations

import json
import logging

import pytest

from registry.cards.card import parse
from registry.entries import Entry

mlcroissant = pytest.importorskip("mlcroissant")
from catalog import croissant  # noqa: E402
from catalog.item import Item  # noqa: E402

logging.getLogger("absl").setLevel(logging.ERROR)
GOOD = {"pretty_name": "X", "license": "mit", "source_url": "https://e.org/x",
        "retrieved": "2026-01-02"}  # fmt: skip
ODD = [
    {}, {"pretty_name": "TODO"}, {"license": "TODO"}, {"license": "[mit, apache-2.0]"},
    {"license": "other", "license_name": "acme", "license_link": "TODO"},
    {"retrieved": "TODO"}, {"retrieved": "2026-02-30"}, {"retrieved": "31.1.2026"},
    {"source_url": "TODO"}, {"source_url": "doi:10.1234/abc"}, {"source_url": "'https://a b'"},
    {"citation": "TODO"}, {"citation": "|\n  @article{a,\n    title={B}}"}, {"contact": "TODO"},
    {"tags": "[TODO, a, 1, yes, ~]"}, {"language": "[en, xx, no]"}, {"pretty_name": "{a: b}"},
    {"pretty_name": "'a \"q\" <b> \u2028 é'"}, {"source_datasets": "[original, TODO, a/b]"},
]  # fmt: skip
NAMES = ["x", "a b", "é", "a&b", "a%20b", "a'b", 'a"b', "a#b"]


@pytest.mark.parametrize("summary", ["Words.", "TODO", ""])
@pytest.mark.parametrize("odd", ODD, ids=str)
def test_an_odd_card_is_described_without_its_blanks(odd, summary):
    valid(described("x", {**GOOD, **odd}, summary))


@pytest.mark.parametrize("name", NAMES)
def test_an_odd_name_is_described(name):
    assert described(name, GOOD)["identifier"] == valid(described(name, GOOD))["identifier"]


def described(name, fields, summary="Words."):
    front = "".join(f"{key}: {value}\n" for key, value in fields.items())
    entry = Entry("raw_datasets", name)
    card = parse(entry, f"---\n{front}---\n# Card: {name}\n")
    return croissant.describe(Item(entry, card, summary=summary), "https://e.org/r/x.html")


def valid(data):
    assert "TODO" not in json.dumps(data)
    dataset = mlcroissant.Dataset(jsonld=data)  # raises for what is wrong
    assert dataset.metadata.ctx.issues.errors == set()
    return data
