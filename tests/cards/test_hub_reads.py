"""What we accept as front matter, the Hub's own library reads, and to the same effect."""

from __future__ import annotations

import logging
import re

import pytest
from huggingface_hub import RepoCard
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support import cards as kit

from registry.cards.card import parse
from registry.cards.repair import fixed
from registry.cards.yaml_values import UNREADABLE, scalars
from registry.entries import Entry

logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
POET = Entry("champion_models", "poet")
BITS = st.sampled_from(
    ["license", "tags", "mit", "a b", "é", ": ", ":", " ", "  ", "\t", "\n", "\r\n", "\r", "- ",
     "[", "]", "{", "}", ",", "'", '"', "#", " # ", "? ", "| ", "|-", "|#", ">", "! ", "!x",
     "!!str",
     "!!int", "!!binary", "%", "@", "`", "&a", "*a", "1", "1_0", "0o7", "0x_", "0b", "1:90", "1e5",
     ".inf", "no", "~", "=", "<<", "-", "2026-01-02", "2026-02-31", "\\", "---", "...", "\u2028",
     "\x85", "\ufeff", "\u00a0", "key: value\n", "k: v\n"]
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@example("license:\tmit")
@example("license: mit\t")
@example("a: |#\n  b")
@example("title: 2026-02-31")
@example("yes: x")
@example("<<: {a: b}")
@example("title: !!str [a]")
@example("!x\nk: v")
@given(st.lists(BITS, max_size=9).map("".join))
def test_front_matter_that_we_accept_the_hub_accepts(middle):
    text = f"---\nname: x\n{middle}\n---\n# Card: poet\n"
    card = parse(POET, text)
    odd = any(item.kind == UNREADABLE for v in card.fields.values() for item in scalars(v))
    if card.broken or odd or card.fields.twice:
        return
    assert set(RepoCard(text).data.to_dict()) <= set(card.fields)


FIRST_LINES = {
    "---  \n": "the first line must be --- alone",
    "---\t\n": "the first line must be --- alone",
    "--- # about plays\n": "the first line must be --- alone",
    "---   # about plays\r\n": "the first line must be --- alone",
}


@pytest.mark.parametrize("first", FIRST_LINES)
def test_a_first_line_that_the_hub_does_not_know_is_said_and_repaired(first):
    text = f"{first}license: mit\n---\n# Card: poet\n"
    card = parse(POET, text)
    assert [(line, FIRST_LINES[first] in said) for line, said in card.broken] == [(1, True)]
    assert card.texts("license") == [("mit", 2)]  # it is front matter: nothing else is put above it
    again, done = fixed(card)
    assert "the first line is --- alone" in done and parse(POET, again).broken == []
    assert ("# about plays" in again) == ("#" in first)
    assert RepoCard(again).data.license == "mit"


@pytest.mark.parametrize("first", [*FIRST_LINES, "---\r"])
def test_such_a_card_gets_no_second_front_matter(tmp_path, first):
    root = kit.make(tmp_path / "r", entries=())
    text = f"{first}license: mit\n---\n# Card: poet\n".replace(
        "\n", "\r" if first[-1] == "\r" else "\n"
    )
    path = kit.write(root, "champion_models/poet", text)
    kit.run(root, "adopt_cards.py")
    assert path.read_bytes().count(b"---") == 2
    done = kit.run(root, "check_cards.py", "--fix")
    assert "Traceback" not in done.stderr
    if first != "---\r":
        assert "the first line is --- alone" in done.stderr
        assert re.match(r"---\r?\n", path.read_bytes().decode())


def test_a_day_that_never_was_is_an_error_under_every_key(tmp_path):
    root = kit.make(tmp_path / "r", entries=("raw_datasets/logs",))
    odd = "contact: 2026-02-30\nfunding: {until: 2026-02-30, by: 0x_}\n"
    kit.write(root, "raw_datasets/logs", kit.good_card("raw_datasets/logs", odd))
    done = kit.run(root, "check_cards.py")
    assert done.returncode == 1
    said = [line for line in done.stdout.splitlines() if "quote it" in line]
    assert len(said) == 3 and said[0].startswith(
        "raw_datasets/logs.card.md:4: contact must be a text"
    )
    assert 'funding must be what YAML can read: quote it, "2026-02-30"' in said[1]
