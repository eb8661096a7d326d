"""Croissant is made only of what is known, and MLCommons' own package takes every odd card."""

from __future__ import annotations

import importlib.util
import json
import logging
import re

import pytest
from support import many
from support.sites import build

from registry.cards.card import parse
from registry.entries import Entry

if importlib.util.find_spec("mlcroissant") is None:  # it imports pandas: not in every worker
    pytest.skip("mlcroissant is not installed: scripts/setup.sh dev", allow_module_level=True)
from catalog import croissant
from catalog.item import Item, Link
from registry.publish.layout import FileLine

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
STRANGE = [
    "citation: {a: [1, 2]}", "tags: {a: b}", "tags: 12", "language: no", "language: {en: yes}",
    "license: [mit, [x]]", "retrieved: 2026-01-02T10:00:00Z", "retrieved: [2026-01-02]",
    "contact: [a, b]", "contact: {mail: a@b.org}", "version: 1.10", "size_categories: [n<1K, 7]",
    "task_categories: [[a], {b: c}, ~]", "source_url: [https://e.org/a, ftp://e.org/b, 3]",
    "source_url: https://user:secret@e.org/a", "pretty_name: 0123456", "pretty_name: ''",
    "pretty_name: \"</script><b>\"", "citation: \"\\u0085 \\ud7ff \\x07\"", "code: {repo: [x]}",
    "annotations_creators: &a [x]\ntags: *a", "license: other\nlicense_name: [x]",
    "license_link: ../LICENSE", "source_datasets: {a: b}", "new_version: raw_datasets/none",
    "status: {deprecated: yes}", "configs:\n- config_name: x", "dataset_info: [1, {a: 2}]",
]  # fmt: skip
NAMES = ["x", "a b", "é", "a&b", "a%20b", "a'b", 'a"b', "a#b"]


@pytest.mark.parametrize("summary", ["Words.", "TODO", ""])
@pytest.mark.parametrize("odd", ODD, ids=str)
def test_an_odd_card_is_described_without_its_blanks(odd, summary):
    valid(described("x", {**GOOD, **odd}, summary))


def test_several_licenses_are_all_named():
    both = described("x", {**GOOD, "license": "[mit, apache-2.0]"})
    assert both["license"] == ["mit", "apache-2.0"] and valid(both)
    assert described("x", GOOD)["license"] == "mit"


@pytest.mark.parametrize("name", NAMES)
def test_an_odd_name_is_described(name):
    assert described(name, GOOD)["identifier"] == valid(described(name, GOOD))["identifier"]


def test_every_page_of_a_registry_is_described(clone):
    """Each odd field is in some card, with its key once."""
    checkout = clone("anna")
    cards = [p for p in many.fill(checkout.path, 1000) if p.startswith(("raw", "processed"))]
    for entry, odd in zip(cards, STRANGE, strict=False):
        path = checkout.path / f"{entry}.card.md"
        _, head, body = path.read_text().split("---\n", 2)
        for key in re.findall(r"^(\w+):", odd, re.MULTILINE):
            head = re.sub(rf"^{key}: .*\n", "", head, flags=re.MULTILINE)
        path.write_text(f"---\n{head}{odd}\n---\n{body}")
    site, _ = build(checkout)
    described = {str(p.relative_to(site)): p for p in site.glob("*/*.croissant.json")}
    assert {f"{entry}.croissant.json" for entry in cards} <= described.keys()
    assert len(cards) == 500 > len(STRANGE)
    for entry in cards:
        data = valid(json.loads(described[f"{entry}.croissant.json"].read_text()))
        page = (site / f"{entry}.html").read_text()
        shown = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1]
        assert json.loads(shown) == data


def described(name, fields, summary="Words."):
    front = "".join(f"{key}: {value}\n" for key, value in fields.items())
    entry = Entry("raw_datasets", name)
    card = parse(entry, f"---\n{front}---\n# Card: {name}\n")
    return croissant.describe(Item(entry, card, summary=summary), "https://e.org/r/x.html")


def valid(data):
    assert "TODO" not in json.dumps(data)
    copy = json.loads(json.dumps(data))  # it puts a context of its own into what it is given
    import mlcroissant

    dataset = mlcroissant.Dataset(jsonld=copy)  # raises for what is wrong
    assert dataset.metadata.ctx.issues.errors == set()
    return data


def test_a_published_dataset_names_each_file_with_its_address_and_hash():
    entry = Entry("raw_datasets", "x")
    front = "".join(f"{key}: {value}\n" for key, value in GOOD.items())
    item = Item(entry, parse(entry, f"---\n{front}---\n# Card: x\n"), size=5)
    item.made_from = [Link("made from", "acme/source")]
    lines = [FileLine("ab" * 32, 2, "train/a b.csv"), FileLine("cd" * 32, 3, "ü #1.bin")]
    mirror = croissant.Mirror("https://e.org/m", "12" * 32, lines)
    data = valid(croissant.describe(item, "https://e.org/m/entries/raw_datasets/x/card.md", mirror))
    rows = {row["name"]: row for row in data["distribution"]}
    assert rows.keys() == {"train/a b.csv", "ü #1.bin"}
    row = rows["train/a b.csv"]
    assert row["contentUrl"] == f"https://e.org/m/blobs/sha256/ab/{'ab' * 32}"
    assert (row["sha256"], row["encodingFormat"]) == ("ab" * 32, "text/csv")
    assert "acme/source" in data["isBasedOn"] and data["version"] == "0.0.0+121212121212"
