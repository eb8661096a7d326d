"""The Makefile and the shell: values arrive to the letter, and old bash and make will do."""

from __future__ import annotations

import re
import shutil

import pytest
from support.oracle import expect
from support.template import ROOT

from registry import variables

MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = re.findall(r"^([a-z-]+):", MAKEFILE, re.M)


VARIABLES = sorted({row.name for row in variables.table()})
SHELL = [*ROOT.glob("*.sh"), *ROOT.glob("scripts/*.sh"), *ROOT.glob("scripts/hooks/*"),
         ROOT / ".ci" / "run"]  # fmt: skip

HOSTILE = [
    "x; touch pwned #",
    "$(touch pwned)`touch pwned`$(shell touch pwned)${IFS}$x$$",
    "'; touch pwned; '\"; touch pwned; \"",
    "x\ntouch pwned\n\t@touch pwned\\",
    "--fix",
    "-rf * ~ {a,b} ü %s \\n",
    "  two  spaces  ",
]
# Stands where .venv/bin/python is and writes down what it was given.
RECORDER = """#!/bin/bash
{ printf '%s\\0' "$@"; printf '\\n--environment--\\0'; env -0; printf '\\n--end--\\0'; } >> "$LOG"
"""


@pytest.fixture
def recorded(clone):
    """A checkout and a function that gives [(argv, environment)] of what make starts."""
    here = clone("anna")
    (here.path / ".venv").unlink()
    (here.path / ".venv" / "bin").mkdir(parents=True)
    for file in here.path.glob("requirements*.txt"):
        shutil.copy(file, here.path / ".venv")
    python = here.path / ".venv" / "bin" / "python"
    python.write_text(RECORDER)
    python.chmod(0o755)
    log = here.tmp / "log"

    def calls(*words, **env):
        log.unlink(missing_ok=True)
        here.make(*words, LOG=str(log), **env)
        called = []
        for part in (log.read_text() if log.exists() else "").split("\n--end--\0")[:-1]:
            argv, _, rest = part.partition("\n--environment--\0")
            pairs = (line.partition("=") for line in rest.split("\0"))
            called.append((argv.split("\0")[:-1], {name: value for name, _, value in pairs}))
        return called

    return here, calls


@pytest.mark.parametrize("value", HOSTILE)
def test_values_arrive_to_the_letter(recorded, value):
    """In every target, in every variable, from the command line and from the environment."""
    here, calls = recorded
    # make drops the spaces before a value on its command line, as it does in a Makefile
    arrived = value.lstrip(" ")
    for target in set(TARGETS) - {"help", "check", "lock"}:
        taken = [row.name for row in variables.taken_by(target)]
        called = calls(target, *(f"{name}={value}" for name in taken))
        assert called, target
        for argv, environment in called:
            assert {environment[name] for name in taken} == {arrived}, target
            odd = [a for a in argv if a not in ("--", "-", arrived) and not constant(a, arrived)]
            assert not odd, (target, odd)
    argv, environment = calls("reset", **dict.fromkeys(VARIABLES, value))[0]
    assert argv[1:] == [value] and environment["DATASET"] == value
    assert not list(here.path.rglob("pwned"))


def constant(argument, value):
    """Whether an argument is the Makefile's own, alone or with the value behind its `=`."""
    name, equals, rest = argument.partition("=")
    if re.fullmatch(r"scripts/\w+\.py", argument):
        return (ROOT / argument).is_file()
    return name in MAKEFILE + PULL and (not equals or rest == value)


PULL = (ROOT / "pull.sh").read_text() + (ROOT / "push.sh").read_text()


def test_no_value_is_no_argument(recorded):
    _, calls = recorded
    for words in ((), ("DATASET=",)):
        (argv, _), *_ = calls("reset", *words)
        assert argv == ["scripts/reset_entry.py"]


@pytest.mark.parametrize("value", HOSTILE[:4])
def test_hostile_values_are_clean_errors(anna, rclone_bucket, value):
    """The same with the real scripts behind."""
    anna.point_at(rclone_bucket)
    anna.add("processed_datasets/x", {"x": b"1"})
    before, stored = anna.tree(), rclone_bucket.read()
    for target in ("pull", "push", "reset", "add", "card", "remove"):
        run = expect(anna.make(target, f"DATASET={value}"), 2)
        assert not run.left_running, run
    expect(anna.make("remote", f"URL={value}"), 2)
    expect(anna.make("restore", f"ID={value}"), 2)
    assert anna.tree() == before and rclone_bucket.read() == stored
    assert not list(anna.path.rglob("pwned"))


def test_every_command_has_a_line_of_help(clone):
    helped = re.findall(r"^([a-z-]+):.*## \S", MAKEFILE, re.M)
    assert helped == TARGETS
    phony = re.findall(r"^\.PHONY: (.*)", MAKEFILE, re.M)
    assert phony == ["$(goals)"]  # all of them, as the Makefile itself finds them
    here = clone("anna")
    for words in ((), ("help",)):
        told = expect(here.make(*words), 0).out
        assert re.findall(r"^  make ([a-z-]+) +\S", told, re.M) == TARGETS
        assert max(map(len, told.splitlines())) <= 120


def test_help_is_for_people(clone):
    here = clone("anna")
    for script in ("./pull.sh", "./push.sh"):
        run = expect(here.run(script, "--help"), 0)
        assert f"usage: {script}" in run.out and "Exit code" in run.out and run.err == ""


def test_scripts_are_short_and_strict():
    for path in [path for path in SHELL if path.name != "environment.sh"]:  # that one is read
        lines = path.read_text().splitlines()
        assert len(lines) < 50, path
        assert lines[0] == "#!/bin/bash -p" and lines[1].startswith("# "), path
        assert "set -euo pipefail" in lines, path


# What bash 3.2, make 3.81 or BSD's tools do not know, or do otherwise.
TOO_NEW = [
    r"declare -[a-zA-Z]*[Ang]", r"local -n", r"\bmapfile\b", r"\breadarray\b", r"\bcoproc\b",
    r"\$\{\w+(\^|,,?)", r"\|&", r"&>>", r";;?&", r"\[\[ -v ", r"wait -n", r"globstar",
    r"EPOCHSECONDS", r"%\(.*\)T", r"\$\{\w+\[-1\]", r"\$\{\w+@\w\}", r'"\$\{\w+\[@\]\}"',
    r"\bsed -i", r"\bsed -r", r"grep -[a-zA-Z]*P", r"readlink -f", r"\brealpath\b", r"date -d",
    r"sort -V", r"xargs -[a-z]*r", r"stat -c", r"\btac\b", r"\bflock\b", r"\btimeout\b",
    r"\bnproc\b", r"mktemp --", r"head -n -", r"cp -a",
]  # fmt: skip
TOO_NEW_FOR_MAKE = [
    r"^\.ONESHELL", r"\$\(file ", r"^\w+ *!=", r"::=", r"^private ", r"^undefine ",
    r"^\.RECIPEPREFIX", r"\$\(intcmp", r"\$\(let ", r"^\S+ &:",
]  # fmt: skip


def test_nothing_newer_than_bash_3_2_and_make_3_81():
    for path in [*SHELL, ROOT / "Makefile"]:
        text = re.sub(r"(?m)(^|\s)#.*$", "", path.read_text())
        patterns = TOO_NEW + (TOO_NEW_FOR_MAKE if path.name == "Makefile" else [])
        for pattern in patterns:
            newer = re.search(pattern, text, re.M)
            assert not newer, f"{path.relative_to(ROOT)}: {newer and newer[0]}"


def test_nothing_deletes_by_sync():
    """`aws s3 sync --delete` appears nowhere but where its dangers are told."""
    for path in [*SHELL, ROOT / "Makefile", *ROOT.glob("scripts/**/*.py")]:
        assert '"--delete"' not in path.read_text(), path
