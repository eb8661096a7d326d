"""How `make status` looks, from values: what is shown, how wide, in which colours."""

from __future__ import annotations

import re

import pytest

from registry.entries import Amount, Entry
from registry.status import render, summary
from registry.status.states import Condition, Judgement
from registry.sync.marker import Marker

P, M, R, RAW, X = (
    "processed_datasets", "champion_models", "training_results", "raw_datasets", "experiments",
)  # fmt: skip


def made(count, differing=0):
    """An overview of so many entries, the first of them changed here."""
    sealed = Marker(
        "done", "t", "Somebody With A Long Name", "h", "2026-01-01T00:00:00Z", "ab" * 20
    )
    conditions = []
    for number in range(count):
        state = "changed here" if number < differing else "up to date"
        entry = Entry(P, f"entry-with-quite-a-long-name-{number:05}")
        judged = Judgement([state], Amount(123456, 10**12))
        conditions.append(Condition(entry, judged, Amount(12, 34567890), sealed))
    return summary.Overview("s3://b/p", conditions)


def test_what_could_not_be_looked_at_is_not_called_nothing():
    sealed = Condition(Entry(P, "a"), Judgement(["up to date"], Amount(3, 10)), Amount(3, 10))
    closed = Condition(Entry(P, "b"), Judgement(["cannot be stored"], unseen=True), Amount(1, 1))
    empty = Condition(Entry(P, "c"), Judgement(["not pushed"]), Amount(1, 1))
    overview = summary.Overview("s3://b/p", [sealed, closed, empty])
    rows = [line.split() for line in render.Page().lines(overview)][2:5]
    assert [row[-1] for row in rows] == ["10", "?", "-"]
    assert render.totals(overview).endswith("10 bytes; what S3 has of 1 entry is not known")
    assert [row["unseen"] for row in overview.as_json()["entries"]] == [False, True, False]


def test_of_many_entries_only_those_that_differ_are_shown():
    page = render.Page(now=1767225600.0)
    lines = [*page.lines(made(500, differing=3))]
    assert len(lines) < 15
    assert sum("changed here" in line for line in lines) == 4  # three entries and the totals
    assert "  497 up to date (16.0 GiB)" in lines
    everything = [*render.Page(all=True, now=1767225600.0).lines(made(500, 3))]
    assert sum("up to date" in line for line in everything) == 498


def test_of_many_that_are_not_here_only_the_number_is_shown():
    whole = made(500, differing=3)
    for one in whole.conditions[100:]:
        one.judgement.states, one.here = ["not here"], None
    lines = [*render.Page(now=1767225600.0).lines(whole)]
    assert "  400 not here (363.8 TiB)" in lines
    assert len(lines) < 20
    assert lines[-1] == "  make status ALL=1   # name every entry"
    few = made(500, differing=3)
    for one in few.conditions[490:]:
        one.judgement.states, one.here = ["not here"], None
    lines = [*render.Page(now=1767225600.0).lines(few)]
    assert sum(bool(re.match("  entry-.*not here", line)) for line in lines) == 10


@pytest.mark.parametrize("width", [80, 100, 132])
def test_no_line_is_wider_than_the_terminal(width):
    page = render.Page(width, now=1767225600.0)
    lines = [*page.lines(made(20, differing=2))]
    table = [line for line in lines if not line.startswith("  make ")]
    assert max(map(len, table)) <= width
    assert max(map(len, table)) > 70


def test_colours_only_where_they_are_wanted():
    plain = [*render.Page(now=1.0).lines(made(3, 1))]
    coloured = [*render.Page(colours=True, now=1.0).lines(made(3, 1))]
    assert not any("\x1b" in line for line in plain)
    assert "\x1b[33mchanged here\x1b[0m" in "\n".join(coloured)
    assert [re.sub("\x1b\\[\\d*m", "", line) for line in coloured] == plain
