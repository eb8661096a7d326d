"""`make help`, `make help CMD=x`, and what happens to words that the Makefile does not know."""

from __future__ import annotations

import re

import pytest
from support.checkout import ROOT
from support.oracle import expect

from registry import makefile

COMMANDS = makefile.load()


def test_help_groups_every_command(clone):
    run = expect(clone("anna").make(), 0)
    assert run.out == expect(clone("ben").make("help"), 0).out
    assert re.findall("^  make ([a-z-]+)", run.out, re.MULTILINE) == [*COMMANDS]
    assert "\nEvery day\n  make pull " in run.out


def test_one_command_is_explained(clone):
    run = expect(clone("anna").make("help", "CMD=pull"), 0)
    assert run.out.startswith("make pull: bring everything here up to date with S3")
    assert "usage: ./pull.sh [section/name" in run.out
    assert "  TAKE     local: where both sides changed, keep what is here" in run.out
    assert "3 refused (a person must choose), 130 interrupted" in run.out
    assert run.out.count("Exit code") == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_explained(clone, name):
    run = expect(clone("anna").script("explain_command", name), 0)
    assert run.out.startswith(f"make {name}: {COMMANDS[name].summary}\n")
    assert len(re.findall("xit code", run.out)) == 1, run
    if "$(dataset)" in COMMANDS[name].recipe:
        assert "  DATASET" in run.out


def test_every_variable_of_the_makefile_is_described():
    text = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    names = re.search("^VARIABLES := (.*)$", text, re.MULTILINE)
    assert names and names.group(1).split() == [*makefile.VARIABLES]


def test_the_variables_of_a_command_are_all_named():
    named = {name: command.variables() for name, command in COMMANDS.items()}
    assert named["pull"] == named["push"]
    assert named["pull"] == ["DATASET", "DRY_RUN", "DELETE", "TAKE", "FULL", "ENGINE", "AWS"]
    assert named["catalog"] == ["URL", "OUT", "STATUS", "OFFLINE"]
    assert named["remote"] == ["URL", "ENDPOINT", "PROFILE", "REGION", "CREDENTIALS", "LOCAL"]


def test_only_what_runs_no_script_shows_its_recipe():
    bare = {name for name, command in COMMANDS.items() if not command.explanation()}
    assert bare == {"help", "check", "test", "bench", "lock"}


UNKNOWN = "is not a variable of any command"
FORGOTTEN = "is no command: to name what it is for, write DATASET="


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pul"], "make: there is no command 'pul'; did you mean `make pull`?"),
        (["check-crd"], "make: there is no command 'check-crd'; did you mean `make check-cards`?"),
        (["pull", "DATSET=x"], f"make: DATSET= {UNKNOWN}; did you mean DATASET=…?"),
        (["dataset=x"], f"make: dataset= {UNKNOWN}; did you mean DATASET=…?"),
        (["push", "DRYRUN=1"], f"make: DRYRUN= {UNKNOWN}; did you mean DRY_RUN=…?"),
        (["push", "xyzzy"], "make: 'xyzzy' is not a command; bare `make` prints them all"),
        (["pull", "raw_datasets/base"], f"make: 'raw_datasets/base' {FORGOTTEN}raw_datasets/base"),
        (["pull", "base"], f"make: 'base' {FORGOTTEN}base"),
        (["status", "experiments/"], f"make: 'experiments/' {FORGOTTEN}experiments/"),
        (["push", "QQ=1"], f"make: 'QQ' {UNKNOWN}; bare `make` prints them all"),
        (["help", "CMD=pul"], "help: there is no command 'pul': did you mean 'pull'?"),
    ],
)
def test_a_mistyped_word_is_noticed_and_nothing_is_done(clone, words, said):
    anna = clone("anna")
    run = expect(anna.make(*words), 2)
    assert run.err.splitlines()[0] == said
    assert run.out == ""
    assert not (anna.path / ".registry").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["$(shell touch pwned)"],
        ["a;touch pwned"],
        ["'$(touch pwned)'"],
        ["`touch pwned`"],
        ["x$(shell touch pwned)=1"],
        ["help", "DATSET=$(shell touch pwned)"],
        ["help", "a';touch pwned;'=1"],
        ["help", "DATASET=$(shell touch pwned)`touch pwned`"],
        ["help", "CMD=$(shell touch pwned);touch pwned"],
        ["help", "CMD=pull';touch pwned"],
    ],
)
def test_no_word_is_ever_run(clone, words):
    anna = clone("anna")
    run = anna.make(*words)
    assert run.code == (0 if words[-1].startswith("DATASET") else 2), run
    assert not [*anna.path.rglob("pwned*")]
    assert "Traceback" not in run.said


def test_variables_that_are_known_reach_the_scripts_to_the_letter(clone):
    value = "a'b\"c$(shell false) $$x `y`"
    run = expect(clone("anna").make("help", f"CMD={value}"), 2)
    assert repr(value) in run.err
