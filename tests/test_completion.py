"""Completion in real shells: bash through its completion function, zsh by typing TAB in a pty."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time

import pytest
from support.template import ROOT

from registry import makefile, options

BASH = ROOT / "completions" / "data-registry.bash"
VARIABLES = [*dict.fromkeys(row.name for row in options.table())]
ZSH = ROOT / "completions" / "data-registry.zsh"


@pytest.fixture
def anna(clone):
    checkout = clone("anna")
    for name in ("processed_datasets/apples", "processed_datasets/pears", "champion_models/m"):
        checkout.card(name)
    checkout.write("experiments/scrap/n", b"1")
    checkout.write("raw_datasets/base.dvc", b"")
    return checkout


def complete(where, *words):
    """What bash offers for the last of these words; they are split as readline does, at "="."""
    script = """
      source "$1"; shift
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
      function=$(complete -p "$1" | sed 's/.*-F \\([^ ]*\\).*/\\1/')
      "$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
    """
    run = subprocess.run(
        ["bash", "--norc", "-c", script, "bash", str(BASH), *words],
        cwd=where, capture_output=True, text=True, check=True, timeout=900,
    )  # fmt: skip
    assert run.stderr == ""
    return run.stdout.split()


def test_bash_completes_commands_and_variables(anna):
    everything = complete(anna.path, "make", "")
    names = [name for name in everything if not name.endswith("=")]
    assert names == [*makefile.load()]
    assert [n.rstrip("=") for n in everything if n.endswith("=")] == VARIABLES
    assert complete(anna.path, "make", "pu") == ["pull", "push"]
    assert complete(anna.path, "make", "pull", "DRY") == ["DRY_RUN="]
    assert complete(anna.path, "make", "xyz") == []


def test_bash_completes_values(anna):
    assert complete(anna.path, "make", "pull", "DATASET", "=", "processed") == [
        "processed_datasets/apples", "processed_datasets/pears", "processed_datasets/"
    ]  # fmt: skip
    found = complete(anna.path, "make", "pull", "DATASET", "=")
    assert {"raw_datasets/base", "champion_models/m", "experiments/scrap"} < {*found}
    assert not [name for name in found if "template" in name or "card" in name]
    assert complete(anna.path, "make", "help", "CMD", "=", "pu") == ["pull", "push"]
    assert complete(anna.path, "make", "pull", "TAKE", "=", "") == ["local"]
    assert complete(anna.path, "./pull.sh", "champ") == ["champion_models/m", "champion_models/"]


def test_bash_leaves_other_makefiles_alone(tmp_path):
    (tmp_path / "Makefile").write_text("pull: ## not a registry\n")
    assert complete(tmp_path, "make", "pu") == []
    assert complete(tmp_path, "./pull.sh", "") == []


def type_in_zsh(where, line):
    """What zsh shows after this line and TAB, as text."""
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(where)
        os.environ.update(TERM="dumb", PS1="", ZDOTDIR="/nonexistent")
        os.execvp("zsh", ["zsh", "-f", "-i"])
    try:
        setup = f"autoload -Uz compinit; compinit -D -u; source {ZSH}; LISTMAX=0; PS1=READY-; "
        os.write(terminal, f"{setup}unsetopt menucomplete automenu beep\n".encode())
        _read(terminal, "READY-$")
        os.write(terminal, line.encode() + b"\t")
        return _read(terminal, None)
    finally:
        os.kill(pid, 9)
        os.close(terminal)
        os.waitpid(pid, 0)


def _read(terminal, until, seconds=300.0):
    """What comes, until it ends with a pattern or, without one, nothing more comes for 3 s."""
    said, end = "", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([terminal], [], [], 3.0)[0]:
            said += os.read(terminal, 65536).decode(errors="replace")
        elif until is None and said:
            break
        if until and re.search(until, said):
            break
    return said


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed (apt install zsh)")
@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("make verif", "make verify "),
        ("make pull DRY", "make pull DRY_RUN="),
        ("make pull DATASET=processed_datasets/a", "DATASET=processed_datasets/apples "),
        ("make pull DATASET=champion_models/", "champion_models/   champion_models/m"),
        ("make pull TAKE=", "TAKE=local "),
        ("make help CMD=store-s", "CMD=store-stop "),
        ("./pull.sh experiments/scr", "experiments/scra"),
    ],
)
def test_zsh(anna, line, shown):
    assert shown in type_in_zsh(anna.path, line)


def test_the_bash_file_is_clean():
    shellcheck = os.path.join(sys.prefix, "bin", "shellcheck")
    run = subprocess.run([shellcheck, "-s", "bash", BASH], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout
