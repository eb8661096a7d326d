"""A pull says what comes, and begins nothing that has no room; WITH=deps brings its sources."""

from __future__ import annotations

import subprocess

import pytest
from support.oracle import assert_clean, expect

from registry import console
from registry.entries import Entry
from registry.errors import Refusal, Unreachable
from registry.parallel import Result

ONE, LEFT, RIGHT, TOP = (f"processed_datasets/{name}" for name in ("one", "left", "right", "top"))
MIB = 2**20
# Run where nobody else sees the disk: the cards move onto it, and all is looked at before it goes.
ON_A_SMALL_DISK = """
cp -Rp processed_datasets "$TMPDIR/cards"
mount -t tmpfs -o size=$SIZE none processed_datasets
cp -Rp "$TMPDIR/cards/." processed_datasets/ && rm -r "$TMPDIR/cards"
before=$(find processed_datasets -type f | sort)
make -s pull DATASET=top WITH=deps || echo "code $?"
[ "$before" = "$(find processed_datasets -type f | sort)" ] && echo "as it was"
mount -o remount,size=1g processed_datasets
make -s pull DATASET=top WITH=deps && cat processed_datasets/*/x.bin | wc -c
"""


@pytest.fixture
def ben(anna, ben):
    """Four datasets, a diamond, in S3; Ben has the cards."""
    made = {ONE: (), LEFT: (ONE,), RIGHT: (ONE,), TOP: (LEFT, RIGHT)}
    for entry, sources in made.items():
        anna.add(entry, {"x.bin": entry.encode() * (MIB // len(entry))})
        if sources:
            text = anna.read(f"{entry}.card.md").replace(
                b"[raw_datasets/base]", f"[{', '.join(sources)}]".encode()
            )
            anna.write(f"{entry}.card.md", text)
    expect(anna.script("push_entries", *made), 0)
    for entry in made:
        ben.write(f"{entry}.card.md", anna.read(f"{entry}.card.md"))
    return ben


def test_a_small_disk_gets_nothing_and_a_larger_one_a_diamond_once(ben, bucket):
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
        pytest.skip("NO SMALL DISK COULD BE MOUNTED: unshare -rm does not work here")
    size = str(7 * MIB)
    run = ben.run("unshare", "-rm", "bash", "-eu", "-c", ON_A_SMALL_DISK, SIZE=size)
    expect(run, 0)
    assert "code 3" in run.said or "Error 3" in run.said, run
    assert "as it was" in run.said and "no room on the disk of" in run.said
    assert "the largest: processed_datasets/" in run.said
    assert "`make free NEED=9M DATASET=processed_datasets/`" in run.said
    sizes = sum(MIB // len(entry) * len(entry) for entry in (ONE, LEFT, RIGHT, TOP))
    assert f"{sizes}" in run.out.split(), run
    assert ben.proxy.count("GET", f"{ONE}/x.bin") == 1
    assert ben.tree() == {}


def test_what_is_lost_is_named_and_the_rest_comes(ben):
    (ben.path / f"{RIGHT}.card.md").unlink()
    run = expect(ben.make("pull", "DATASET=top", "WITH=deps"), 2)
    assert f"{RIGHT}: refused: {TOP}.card.md:" in run.said, run
    assert {path.split("/")[1] for path in ben.tree()} == {"one", "left", "top"}
    assert "MiB of disk needed for 3 entries" in run.said
    assert_clean(ben)
    run = expect(ben.make("pull", "WITH=nothing"), 2)
    assert "WITH='nothing': the choices are deps, all" in run.said


def test_what_is_true_of_many_entries_is_said_once(anna):
    """A registry that was taken over had 70 cards with nothing in S3: 70 lines at each pull."""
    ids = [f"training_results/run_{number:02}" for number in range(70)]
    for id in ids:
        anna.card(id)
    said = f"{', '.join(ids[:3])} and 67 more: refused: it has a card, but S3 holds nothing for it"
    for run in (anna.make("pull"), anna.make("pull", "DRY_RUN=1")):
        told = [line for line in expect(run, 2).err.splitlines() if "run_" in line]
        assert len(told) == 1 and told[0].startswith(said), run
        assert told[0].endswith("ask its author to push it; `make status ALL=1` lists them")
    listed = expect(anna.make("status", "ALL=1"), 0).out
    assert all(id.split("/")[1] in listed for id in ids), listed
    told = expect(anna.make("pull", f"DATASET={' '.join(ids[:3])}"), 2).err.splitlines()
    assert [line.split(":")[0] for line in told if "refused" in line] == ids[:3]


def test_what_fails_alike_is_said_once_and_its_code_kept(capsys):
    """Neighbours: a network that is gone, and refusals with a cure of their own for each entry."""
    down = [
        Result(Entry("champion_models", f"m{n}"), error=Unreachable("no answer")) for n in range(4)
    ]
    own = [Result(Entry("champion_models", f"n{n}"), error=Refusal(f"take n{n}")) for n in range(4)]
    assert console.report([*down, *own]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "champion_models/m0, champion_models/m1, champion_models/m2 and 1 more: failed: no answer",
        *(f"champion_models/n{n}: refused: take n{n}" for n in range(4)),
    ]
