"""An entry is retired in its card: who builds on it is told, and it can be taken back."""

from __future__ import annotations

import pytest
from support import cards as kit

OLD, NEW = "processed_datasets/cut", "processed_datasets/cut-2"
WHY = "The test split leaked:\n  use the new one."


@pytest.fixture
def root(tmp_path):
    root = kit.make(tmp_path / "r")
    kit.write(root, NEW, kit.good_card(NEW))
    return root


def retire(root, entry=OLD, **env):
    return kit.run(root, "retire_entry.py", *([entry] if entry else []), **env)


def card(root, entry=OLD):
    return (root / f"{entry}.card.md").read_text()


def test_it_is_said_why_and_who_builds_on_it(root):
    before = card(root)
    done = retire(root, WHY=WHY, BY=NEW, DRY_RUN="1")
    assert done.returncode == 0 and card(root) == before
    done = retire(root, WHY=WHY, BY=NEW)
    assert done.returncode == 0, done.stderr
    for line in (
        "status: deprecated\n",
        'deprecated_notice: "The test split leaked: use the new one."\n',
        f"new_version: {NEW}\n",
    ):
        assert line in card(root) and f"{OLD}.card.md: + {line}" in done.stdout
    assert "champion_models/poet.card.md:4: datasets names it" in done.stdout
    assert f"git add -- {OLD}.card.md && git commit" in done.stderr
    checked = kit.run(root, "check_cards.py")
    assert checked.returncode == 0, checked.stdout
    assert f"{OLD} is deprecated: use {NEW}, or deprecate this entry too" in checked.stdout
    again = retire(root, WHY="Worse than I thought.")
    assert again.returncode == 0 and f"new_version: {NEW}\n" in card(root)
    assert card(root).count("deprecated_notice:") == 1
    done = retire(root, UNDO="1")
    assert done.returncode == 0 and card(root) == before and "in use again" in done.stderr


def test_lines_end_as_they_did_and_long_values_go_whole(root):
    text = card(root).replace("---\n", "---\nstatus: deprecated # since May\ndeprecated_notice: >\n"
                              "  It is\n  old.\n", 1)  # fmt: skip
    kit.write(root, OLD, text.replace("\n", "\r\n").encode())
    assert retire(root, UNDO="1").returncode == 0
    raw = (root / f"{OLD}.card.md").read_bytes()
    assert b"It is" not in raw and b"May" not in raw and raw.count(b"\n") == raw.count(b"\r\n")
    assert retire(root, WHY="no").returncode == 0
    raw = (root / f"{OLD}.card.md").read_bytes()
    assert b'deprecated_notice: "no"\r\n' in raw and raw.count(b"\n") == raw.count(b"\r\n")


NONSENSE = (
    ({}, 2, 'why? Add WHY="'),
    ({"WHY": "old", "BY": "processed_datasets/cut-3"}, 2, "must be an entry of processed_data"),
    ({"WHY": "old", "BY": "cut-4"}, 2, "did you mean processed_datasets/cut-2?"),
    ({"WHY": "old", "BY": "raw_datasets/logs"}, 2, "must be an entry of processed_datasets/"),
    ({"WHY": "old", "BY": OLD}, 2, "it must be another entry than the retired one"),
    ({"UNDO": "1"}, 3, "is not retired: nothing to undo"),
    ({"UNDO": "1", "WHY": "old"}, 2, "leave WHY out"),
)


def test_what_makes_no_sense_changes_nothing(root):
    before = card(root)
    for env, code, said in NONSENSE:
        done = retire(root, **env)
        assert (done.returncode, card(root)) == (code, before) and said in done.stderr, done.stderr


def test_no_way_of_successors_leads_back_or_ends_at_a_retired_one(root):
    assert retire(root, WHY="old", BY=NEW).returncode == 0
    done = retire(root, NEW, WHY="also old", BY=OLD)
    assert done.returncode == 2 and "names processed_datasets/cut-2 as its own" in done.stderr
    third = "processed_datasets/cut-3"
    kit.write(root, third, kit.good_card(third))
    done = retire(root, third, WHY="never", BY=OLD)
    assert done.returncode == 2 and f"it is retired itself: take BY={NEW}" in done.stderr


def test_a_card_that_cannot_be_read_is_left_as_it_is(root):
    kit.write(root, OLD, "no front matter\n")
    done = retire(root, WHY="old")
    assert done.returncode == 3 and "make check-cards DATASET=" in done.stderr
    assert retire(root, "", WHY="old").returncode == 2
