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

from registry import makefile, variables

BASH = ROOT / "completions" / "data-registry.bash"
VARIABLES = [*dict.fromkeys(row.name for row in variables.table())]
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
    assert complete(anna.path, "make", "pu") == ["pull", "push", "publish"]
    assert complete(anna.path, "make", "pull", "DRY") == ["DRY_RUN="]
    assert complete(anna.path, "make", "xyz") == []


def test_bash_completes_values(anna):
    assert complete(anna.path, "make", "pull", "DATASET", "=", "processed") == [
        "processed_datasets/apples", "processed_datasets/pears", "processed_datasets/"
    ]  # fmt: skip
    offered = complete(anna.path, "make", "pull", "DATASET", "=")
    assert {"raw_datasets/base", "champion_models/m", "experiments/scrap"} < {*offered}
    assert not [name for name in offered if "template" in name or "card" in name]
    assert complete(anna.path, "make", "help", "CMD", "=", "pu") == ["pull", "push", "publish"]
    assert complete(anna.path, "make", "pull", "TAKE", "=", "") == ["local"]
    assert complete(anna.path, "./pull.sh", "champ") == ["champion_models/m", "champion_models/"]


def test_bash_leaves_other_makefiles_alone(tmp_path):
    (tmp_path / "Makefile").write_text("pull: ## not a registry\n")
    assert complete(tmp_path, "make", "pu") == []
    assert complete(tmp_path, "./pull.sh", "") == []


# A key that shows the line as it is by then; what is set here is not seen in its echo.
ZSH_SETUP = f"""autoload -Uz compinit; compinit -D -u; source {ZSH}
shown() {{ print -r -- "<LINE${{:-=}}$BUFFER>" }}; zle -N shown; bindkey '^X^X' shown
LISTMAX=0; unsetopt menucomplete automenu beep; PS1='read'y-
"""


@pytest.fixture
def zsh(anna):
    """A zsh in Anna's clone, as a person has it: a terminal to type into."""
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(anna.path)
        os.environ.update(TERM="dumb", PS1="", ZDOTDIR="/nonexistent")
        os.execvp("zsh", ["zsh", "-f", "-i"])
    try:
        os.write(terminal, ZSH_SETUP.encode())
        _read(terminal, r"ready-")
        yield terminal
    finally:
        os.kill(pid, 9)
        os.close(terminal)
        os.waitpid(pid, 0)


def _read(terminal, until, seconds=600.0):
    """What comes, until a pattern is there; fails after a time that no machine needs."""
    said, end = "", time.monotonic() + seconds
    while not re.search(until, said):
        assert time.monotonic() < end, said
        if select.select([terminal], [], [], 1.0)[0]:
            said += os.read(terminal, 65536).decode(errors="replace")
    return said


TYPED = [  # the line before TAB, the line after it, what is listed below
    ("make verif", "make verify ", []),
    ("make pul", "make pull ", []),
    ("make pu", "make pu", ["publish", "pull", "push"]),
    ("make pull DRY", "make pull DRY_RUN=", []),
    ("make pull DATASET=processed_datasets/a", "make pull DATASET=processed_datasets/apples ", []),
    ("make pull DATASET=raw_datasets/b", "make pull DATASET=raw_datasets/base ", []),
    ("make pull DATASET=champion_models/", "make pull DATASET=champion_models/",
     ["champion_models/m", "champion_models/"]),
    ("make pull TAKE=", "make pull TAKE=local ", []),
    ("make status FORMAT=j", "make status FORMAT=json ", []),
    ("make help CMD=store-s", "make help CMD=store-stop ", []),
    ("make card CODE=scri", "make card CODE=scripts/", []),
    ("./pull.sh experiments/scrap", "./pull.sh experiments/scrap ", []),
    ("./push.sh processed_datasets/p", "./push.sh processed_datasets/pears ", []),
]  # fmt: skip


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed (apt install zsh)")
def test_zsh(zsh):
    for line, completed, listed in TYPED:
        os.write(zsh, line.encode() + b"\t\x18\x18\x15")
        said = _read(zsh, "<LINE=.*?>")
        assert re.search("<LINE=(.*?)>", said)[1] == completed, said
        assert {*listed} <= {*said.split()}, said


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed (apt install zsh)")
def test_zsh_leaves_other_makefiles_alone(zsh, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "Makefile").write_text("mine:\n\ttrue\n")
    os.write(zsh, f"cd {tmp_path}/other; PS1='mov'ed-\n".encode())
    _read(zsh, "moved-")
    for line, completed in (("make mi", "make mine "), ("make pul", "make pul")):
        os.write(zsh, line.encode() + b"\t\x18\x18\x15")
        assert re.search("<LINE=(.*?)>", _read(zsh, "<LINE=.*?>"))[1] == completed


def test_the_bash_file_is_clean():
    shellcheck = os.path.join(sys.prefix, "bin", "shellcheck")
    run = subprocess.run([shellcheck, "-s", "bash", BASH], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout
