"""`make help`, `make help CMD=x`, and what happens to words that the Makefile does not know."""

from __future__ import annotations

import re

import pytest
from support.oracle import expect

from registry import makefile, variables

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
    assert "  TAKE         local: where both sides changed, keep what is here" in run.out
    assert "3 refused (a person must choose), 130 interrupted" in run.out
    assert run.out.count("Exit code") == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_explained(clone, name):
    run = expect(clone("anna").script("explain_command", name), 0)
    assert run.out.startswith(f"make {name}: {COMMANDS[name].summary}\n")
    assert len(re.findall("xit code", run.out)) == 1, run
    if "$(dataset)" in COMMANDS[name].recipe:
        assert "  DATASET" in run.out


@pytest.mark.parametrize("name", COMMANDS)
def test_the_variables_of_a_command_are_those_that_its_texts_name(name):
    """The table's, and what the summary, the recipe and the script say: neither has more."""
    command, taken = COMMANDS[name], {row.name for row in variables.taken_by(name)}
    text = f"{command.summary}\n{command.recipe}\n{command.explanation()}"
    every = {row.name for row in variables.table()}
    text = re.sub(rf"`make (?!{name})[^`]*`", "", text)  # another's
    named = {n for n in every if re.search(rf"(?<![A-Z_]){n}=|\b{n}:", text)}
    assert named <= taken


def test_help_says_how_many_entries_a_command_takes(clone):
    anna = clone("anna")
    for name, command in COMMANDS.items():
        if "$(dataset)" in command.recipe:
            told = expect(anna.script("explain_command", name), 0).out
            many = "which entries: " in told and "several with spaces between" in told
            assert many != ("which entry: " in told and "one at a time" in told), name


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
    assert run.code == 2, run
    assert not [*anna.path.rglob("pwned*")]
    assert "Traceback" not in run.said


def test_variables_that_are_known_reach_the_scripts_to_the_letter(clone):
    value = "a'b\"c$(shell false) $$x `y`"
    run = expect(clone("anna").make("help", f"CMD={value}"), 2)
    assert repr(value) in run.err
