"""Many cards without front matter are one finding with one cure, which can be typed."""

from __future__ import annotations

import json
import re

import pytest
from support import cards as kit

SECTION = "training_results"


@pytest.fixture
def registry(tmp_path):
    """Seventy cards without front matter in one section, three in another."""
    root = kit.make(tmp_path / "r")
    for number in range(70):
        kit.write(root, f"{SECTION}/run_{number:02}", f"# Run {number}\n\nAn old card.\n")
    for number in range(3):
        kit.write(root, f"champion_models/m{number}", "# M\n\nAn old card.\n")
    return root


def checked(root, *words):
    return kit.run(root, "check_cards.py", *words)


def test_seventy_are_one(registry):
    done = checked(registry)
    lines = [line for line in done.stdout.splitlines() if SECTION in line]
    (line,) = lines
    assert line.startswith(f"{SECTION}/:1: 70 cards have no front matter (run_00, "), line
    assert done.stdout.count("champion_models/m0.card.md") > 1  # three are named one by one
    shown = json.loads(checked(registry, "--format=json").stdout)
    assert [p["rule"] for p in shown if p["path"] == f"{SECTION}/"] == ["front-matter"]
    everything = int(re.search(r"(\d+) errors", done.stderr)[1])
    more = int(re.search(r"and (\d+) more problems", line)[1])
    assert everything == 70 + more + len(done.stdout.splitlines()) - 1


def test_its_cures_work(registry):
    kit.commit(registry)
    assert (
        "`make adopt DATASET=training_results/`, or `make debt` to live" in checked(registry).stdout
    )
    assert kit.run(registry, "record_debt.py").returncode == 0
    done = checked(registry)
    assert (done.returncode, done.stdout) == (0, "")
    assert "73 of them without front matter: `make adopt` begins it" in done.stderr
    kit.commit(registry)
    assert kit.run(registry, "adopt_cards.py", "--license=mit", f"{SECTION}/").returncode == 0
    assert checked(registry).returncode == 0  # its blanks, instead of the front matter
    assert kit.run(registry, "record_debt.py").returncode == 0
    kit.commit(registry)
    assert checked(registry).returncode == 0
    text = (registry / f"{SECTION}/run_00.card.md").read_text()
    more = text.replace("license: mit", "license: TODO")
    assert more != text
    kit.write(registry, f"{SECTION}/run_00", more)
    assert "cards.debt tolerates" in checked(registry).stdout  # but no more blanks than then
    debt = (registry / "cards.debt").read_text()
    grown = debt.replace("run_00.card.md blank-field ", "run_00.card.md blank-field 1")
    (registry / "cards.debt").write_text(grown)
    assert "may only shrink" in checked(registry).stdout
