"""A machine with git, make and Python: clone, pull, change, push; the embedded store, by itself."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from support.checkout import Checkout
from support.oracle import assert_clean, expect
from support.own_store import OwnStore
from support.template import ROOT

RAW = "raw_datasets/lighthouse-logs"
MODEL = "champion_models/lighthouse-language"
STORED = ROOT / "examples" / "store"

pytestmark = pytest.mark.xdist_group("fresh")  # one worker, so that it is prepared once


@pytest.fixture(scope="module")
def pulled(tmp_path_factory):
    """A clone after its first `make pull`; each test but the last leaves it as it was."""
    fresh = OwnStore(tmp_path_factory.mktemp("fresh") / "clone")
    fresh.forks = ""  # a person's first day: each command is a start
    run = expect(fresh.make("pull"), 0)
    assert "36 files" in run.said
    yield fresh
    fresh.close()


def samples() -> dict[str, bytes]:
    """path -> bytes of every sample entry, worked out from examples/store without our code."""
    mirrored = {
        p.relative_to(STORED).as_posix(): p.read_bytes()
        for p in STORED.rglob("*")
        if p.is_file() and "raw_datasets_dvc_cache" not in p.parts
    }
    return mirrored | raw_samples()


def raw_samples() -> dict[str, bytes]:
    dvc_file = (ROOT / f"{RAW}.dvc").read_text()
    digest = re.search(r"md5: (\w+\.dir)", dvc_file)[1]
    cache = STORED / "raw_datasets_dvc_cache" / "files" / "md5"
    rows = json.loads((cache / digest[:2] / digest[2:]).read_bytes())
    return {
        f"{RAW}/{row['relpath']}": (cache / row["md5"][:2] / row["md5"][2:]).read_bytes()
        for row in rows
    }


def test_all_entries_are_here_with_the_right_bytes(pulled):
    assert pulled.tree() == samples()
    assert len({name.split("/")[0] for name in pulled.tree()}) == 4
    assert pulled.git("status", "--porcelain") == ""
    assert_clean(pulled)


def test_a_second_pull_and_push_have_nothing_to_do(pulled):
    for run in (pulled.make("pull"), pulled.make("push")):
        expect(run, 0)
    assert pulled.tree() == samples()
    assert pulled.git("status", "--porcelain") == ""


def test_a_deleted_entry_comes_back_with_pull(pulled):
    pulled.delete(MODEL, RAW)
    expect(pulled.run("./pull.sh"), 0)
    assert pulled.tree() == samples()
    assert_clean(pulled)


def test_dvc_by_hand_against_the_embedded_store(pulled):
    """`cd raw_datasets && dvc add x && dvc push`, and `dvc checkout x`."""
    dvc = str(pulled.path / ".venv" / "bin" / "dvc")
    in_raw = f"cd raw_datasets && {shlex.quote(dvc)}"
    pulled.add("raw_datasets/by hand", {"a.txt": b"by hand", "sub/ü.txt": b"2"})
    expect(pulled.run("bash", "-ec", f"{in_raw} add 'by hand' && {shlex.quote(dvc)} push"), 0)
    status = pulled.git("status", "--porcelain", "--untracked-files=all")
    assert status.count("??") == 2, status  # the card and the .dvc file; no data
    stored = pulled.store / "data" / "registry" / "raw_datasets_dvc_cache" / "files" / "md5"
    md5 = hashlib.md5(b"by hand").hexdigest()
    assert (stored / md5[:2] / md5[2:]).read_bytes() == b"by hand"

    pulled.write("raw_datasets/by hand/a.txt", b"spoilt")
    expect(pulled.run("bash", "-ec", f"{in_raw} checkout --force 'by hand.dvc'"), 0)
    assert pulled.read("raw_datasets/by hand/a.txt") == b"by hand"
    pulled.delete("raw_datasets/by hand")
    expect(pulled.run("bash", "-ec", f"{in_raw} checkout 'by hand'"), 0)
    assert pulled.read("raw_datasets/by hand/sub/ü.txt") == b"2"
    pulled.delete(
        "raw_datasets/by hand", "raw_datasets/by hand.dvc", "raw_datasets/by hand.card.md"
    )


def test_a_second_clone_receives_a_change_and_the_store_ends(pulled, tmp_path):
    """With the very line that `make store` prints; then a restart keeps all, a stop ends all."""
    line = re.search(r"^ *make (remote .*)$", expect(pulled.make("store"), 0).out, re.M)[1]
    other = Checkout(tmp_path / "other", samples=True)
    expect(other.make(*shlex.split(line)), 0)
    expect(other.pull(), 0)
    assert other.tree() == samples()

    pulled.write(f"{MODEL}/notes ü.txt", b"better")
    pulled.write(f"{RAW}/more.txt", b"more logs")
    expect(pulled.make("add", f"DATASET={RAW}"), 0)
    run = expect(pulled.make("push"), 0)
    assert f"git add -- {RAW}.dvc" in run.said, run
    other.write(f"{RAW}.dvc", pulled.read(f"{RAW}.dvc"))  # as `git pull` brings it
    expect(other.pull(), 0)
    assert other.tree() == pulled.tree() != samples()
    assert other.git("status", "--porcelain").split() == ["M", f"{RAW}.dvc"]

    expect(pulled.make("store-stop"), 0)
    assert pulled.alive() == []
    pulled.delete(MODEL)
    expect(pulled.pull(), 0)
    assert pulled.read(f"{MODEL}/notes ü.txt") == b"better"
    expect(pulled.make("store-stop"), 0)
    assert pulled.alive() == []
    assert_clean(pulled, other)
    other.close()


@pytest.mark.network
@pytest.mark.skipif("CI" not in os.environ, reason="needs a package index; set CI=1")
def test_the_set_up_makes_itself_from_nothing_but_the_pinned_packages(tmp_path):
    fresh = OwnStore(tmp_path / "clone", venv=False)
    try:
        bare = f"{Path(sys.base_prefix) / 'bin'}:/usr/bin:/bin"
        run = expect(fresh.make("pull", PATH=bare), 0)
        assert "setup: done" in run.said and fresh.tree() == samples(), run
        assert fresh.git("status", "--porcelain") == ""
    finally:
        fresh.close()
    assert fresh.alive() == []


def test_no_file_names_a_package_index():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in os.fsdecode(listed.stdout).split("\0"):
        if not name or not (ROOT / name).is_file():
            continue
        text = (ROOT / name).read_bytes()
        assert not re.search(rb"(?m)^\s*(--(extra-)?index-" rb"url|-i |--find-links)", text), name
        assert b"pypi" + b".org" not in text and b"pythonhosted" + b".org" not in text, name
