"""What a person's shell, or another repository's Git hook, has set does not mislead the scripts."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
from support.oracle import expect

A = "processed_datasets/a"
LIES = ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE",
        "GIT_PREFIX"]  # fmt: skip


@pytest.fixture
def anna(clone, rclone_bucket):
    here = clone("anna", rclone_bucket)
    here.add(A, {"x": b"1"})
    here.git("add", "-A")
    here.git("commit", "-qm", "x")
    return here


@pytest.fixture
def hostile(anna, clone, tmp_path):
    """An environment in which each of these leads to somebody else's repository or modules."""
    other = clone("other")
    modules = tmp_path / "modules"
    modules.mkdir()
    for name in ("registry", "configobj", "json", "dataclasses", "awscli", "dvc", "yaml"):
        (modules / f"{name}.py").write_text("raise SystemExit('a module of somebody else')\n")
    rc = tmp_path / "rc"
    rc.write_text(f"cd {other.path}; echo from BASH_ENV; grep() {{ false; }}\n")
    lies = {name: str(other.path / ".git") for name in LIES}
    return other, {
        **lies,
        "GIT_WORK_TREE": str(other.path),
        "GIT_INDEX_FILE": str(other.path / ".git" / "index"),
        "BASH_ENV": str(rc),
        "ENV": str(rc),
        "CDPATH": str(other.path),
        "PYTHONPATH": str(modules),
        "PYTHONSAFEPATH": "1",
        "PYTHONHOME": "/nowhere",
    }


def test_the_commands_act_on_their_own_clone(anna, hostile, rclone_bucket):
    other, env = hostile
    before = sorted(other.path.rglob("*")), other.git("status", "--porcelain")
    for command in (["./push.sh", "--help"], ["make", "-s"], ["make", "-s", "help", "CMD=pull"]):
        assert expect(anna.run(*command, **env), 0).said == anna.run(*command).said
    expect(anna.run("./push.sh", **env), 0)
    assert rclone_bucket.get(f"{A}/x") == b"1"
    anna.delete(A)
    expect(anna.run("make", "-s", "pull", **env), 0)
    assert anna.read(f"{A}/x") == b"1"
    anna.card("champion_models/new")
    told = expect(anna.run("make", "-s", "status", **env), 0)
    assert told.out == anna.make("status").out and "git add --" in told.out
    for command in (["check-cards"], ["check-experiments"], ["pul"], ["trash"]):
        assert anna.make(*command, **env).said == anna.make(*command).said
    assert (sorted(other.path.rglob("*")), other.git("status", "--porcelain")) == before


def test_a_name_without_a_slash_is_not_looked_for_elsewhere(anna, hostile, tmp_path):
    """`bash anna/pull.sh` with a CDPATH that has another `anna`."""
    other, _ = hostile
    lure = tmp_path / "lure"
    shutil.copytree(other.path, lure / anna.path.name, symlinks=True)
    run = subprocess.run(
        ["bash", f"{anna.path.name}/pull.sh"], cwd=anna.path.parent, capture_output=True,
        text=True, env={**anna.env, "CDPATH": str(lure)},
    )  # fmt: skip
    assert run.returncode == 0 and (anna.path / ".registry" / "lock").exists(), run
    assert not (lure / anna.path.name / ".registry").exists()


def test_a_hook_of_this_repository_judges_what_is_committed(anna):
    """`git commit -a` and `git commit path` have an index of their own, and Git names it."""
    expect(anna.make("hooks"), 0)
    card = anna.read(f"{A}.card.md")
    bad = card.replace(b"license:", b"licence:")
    for words in (["-a"], [f"{A}.card.md"], ["-i", f"{A}.card.md"]):
        anna.write(f"{A}.card.md", bad)
        run = anna.run("git", "commit", "-qm", "x", *words)
        assert run.code == 1 and "license" in run.said, run
        anna.write(f"{A}.card.md", card + b"\nMore words.\n")
        expect(anna.run("git", "commit", "-qm", "x", *words), 0)
        card = anna.read(f"{A}.card.md")
        assert anna.git("status", "--porcelain") == ""


def test_a_hook_of_another_repository_may_run_make(anna, clone, rclone_bucket):
    """Git gives a hook its own GIT_DIR and GIT_INDEX_FILE: not for `make -C registry push`."""
    other = clone("parent")
    hook = other.write(
        ".git/hooks/pre-commit", f"#!/bin/sh\nmake -s -C {anna.path} push\n".encode()
    )
    hook.chmod(0o755)
    other.write("news", b"1")
    other.git("add", "news")
    expect(other.run("git", "commit", "-qm", "x", "news", **anna.env), 0)
    assert rclone_bucket.get(f"{A}/x") == b"1"


def test_the_python_that_is_missing_our_modules_is_no_longer_ours(anna):
    """PYTHONSAFEPATH ended every command with a traceback."""
    run = anna.run(sys.executable, "-c", "import registry", PYTHONSAFEPATH="1")
    assert run.code == 1  # the lie is one
    assert "Traceback" not in expect(anna.pull(PYTHONSAFEPATH="1"), 0).said
