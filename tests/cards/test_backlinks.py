"""Where a card names an entry: read as the checker reads, to the letter."""

from __future__ import annotations

import pytest

from registry.cards import backlinks, card
from registry.cards.library import Library
from registry.entries import Entry

MODEL, LONGER, SPACED = "champion_models/poet", "champion_models/poet-2", "champion_models/poet xl"


@pytest.fixture
def library(tmp_path):
    for id in (MODEL, LONGER, SPACED, "raw_datasets/plays", "training_results/poet"):
        file = tmp_path / f"{id}.card.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text("")
    return Library(tmp_path)


def mentions_of(library, text, *ids, section="training_results", in_code=False):
    read = card.parse(Entry(section, "poet", library.root), text)
    return [
        (link.how, text[link.start : link.end], link.line)
        for link in backlinks.find(read, ids or (MODEL,), library, in_code)
    ]


def front(*lines):
    return "\n".join(["---", *lines, "---", "", "# Card: poet", ""])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (front(f"model: {MODEL}"), [("field", MODEL, 2)]),
        (front(f"model: [{LONGER}, '{MODEL}']"), [("field", MODEL, 2)]),
        (front(f"source_url: {MODEL}/config.json"), [("field", MODEL, 2)]),
        (front(f"# model: {MODEL}"), []),
        (front(f"code: {{repo: ., command: train {MODEL}}}"), []),
        (f"made by {MODEL}.\n", [("text", MODEL, 1)]),
        (f"{MODEL}.card.md, {MODEL}/weights, {MODEL}.\n", [("text", MODEL, 1)] * 3),
        (f"{LONGER} {SPACED} {MODEL}.json x/{MODEL} https://hub/{MODEL}\n", []),
        (f"<!-- such as {MODEL} -->\n", []),
        (f"```\nload {MODEL}\n```\n", []),
        ("[it](../champion_models/poet.card.md#use)\n",
         [("link", "../champion_models/poet.card.md", 1)]),
        ("[it][1]\n\n[1]: ../champion_models/poet/plot.png\n",
         [("link", "../champion_models/poet/plot.png", 3)]),
        ('<img src="../champion_models/poet/plot.png">\n',
         [("link", "../champion_models/poet/plot.png", 1)]),
        (f"[{MODEL}](../champion_models/poet-2.card.md)\n", [("text", MODEL, 1)]),
        ("as _poet_ does\n", []),  # the results are called so too
    ],
)  # fmt: skip
def test_what_names_an_entry(library, text, expected):
    assert mentions_of(library, text) == expected


def test_a_name_alone_is_of_all_that_have_it(library):
    (link,) = mentions_of(library, "as _poet_ does\n", MODEL, "training_results/poet")
    assert link == ("name", "poet", 1)


def test_code_names_what_it_loads_where_that_is_asked(library):
    text = f"```\nload {MODEL}\n```\n`{MODEL}/x`\n"
    assert mentions_of(library, text, in_code=True) == [("text", MODEL, 2), ("text", MODEL, 4)]


def test_names_with_spaces_and_links_to_them(library):
    text = f"{SPACED}, [it](../champion_models/poet%20xl.card.md) [it](<../{SPACED}.card.md>)\n"
    assert [how for how, _, _ in mentions_of(library, text, SPACED)] == ["text", "link", "link"]
