"""The checkout's lock: whoever gets it finds nothing that a killed command left half-made."""

import fcntl
import os
import subprocess
import sys

import pytest

from registry import lock
from registry.errors import RegistryError


@pytest.fixture
def taken(monkeypatch):
    """Take the lock as a process of its own would, and leave it."""
    monkeypatch.setattr(lock, "_kept", [])
    yield lambda root: lock.take(root, "make reset")
    os.close(lock._kept[0])


@pytest.mark.parametrize("folder", ["state", "content", "journal", "freed", "moves"])
def test_what_a_killed_command_began_to_write_goes(tmp_path, taken, folder):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    place = tmp_path / ".registry" / folder / "processed_datasets"
    place.mkdir(parents=True)
    left, others, whole = place / f".a.{dead.pid}", place / f".b.{os.getpid()}", place / "a.rows"
    for path in (left, others, whole):
        path.write_text("x")
    taken(tmp_path)
    assert {*place.iterdir()} == {others, whole}, "one is of a process that runs"


def test_what_a_killed_command_had_fetched_is_kept_for_the_next(tmp_path, taken):
    stage = tmp_path / ".registry" / "stage" / "processed_datasets" / "a"
    stage.mkdir(parents=True)
    (stage / "x.txt").write_text("x")
    taken(tmp_path)
    kept = tmp_path / ".registry" / "unfinished" / "processed_datasets" / "a" / "x.txt"
    assert kept.read_text() == "x" and not stage.exists()


def test_nothing_goes_while_another_command_has_the_lock(tmp_path, taken, monkeypatch):
    half = tmp_path / ".registry" / "stage" / "processed_datasets" / "a" / "x.txt"
    half.parent.mkdir(parents=True)
    half.touch()
    monkeypatch.setenv("REGISTRY_LOCK_WAIT", "0")
    with open(tmp_path / ".registry" / "lock", "w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(RegistryError, match="wait for it, then run again"):
            taken(tmp_path)
    assert half.exists()


def test_the_file_that_a_killed_publish_had_fetched_goes(tmp_path, taken):
    fetched = tmp_path / ".registry" / "stage" / "publish" / "tmp1"
    fetched.parent.mkdir(parents=True)
    fetched.touch()
    taken(tmp_path)
    assert [*tmp_path.rglob("tmp1")] == [], "no publish takes it up again"
