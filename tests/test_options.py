"""What a person sets means one thing everywhere, and one table says what there is."""

from __future__ import annotations

import re

import pytest
from support.oracle import expect
from support.template import ROOT

from registry import makefile, options, variables
from registry.errors import UsageError

TABLE = variables.table()
FLAGS = sorted({row.name for row in TABLE if row.is_flag})
COMMANDS = makefile.load()
A = "processed_datasets/a"


@pytest.mark.parametrize("name", FLAGS)
def test_a_flag_is_on_off_or_an_error_that_names_it(name, monkeypatch):
    for value in ("1", "yes", "on", "true", "YES", "True", " 1 "):
        monkeypatch.setenv(name, value)
        assert options.flag(name) is True, value
    for value in ("", "0", "no", "off", "false", "OFF", " "):
        monkeypatch.setenv(name, value)
        assert options.flag(name) is False, value
    monkeypatch.delenv(name)
    assert options.flag(name) is False
    for value in ("2", "maybe", "y", "1 1", "-1", "local", "ja"):
        monkeypatch.setenv(name, value)
        with pytest.raises(UsageError, match=f"^{name}='{value}'"):
            options.flag(name)


def test_a_choice_is_one_of_its_words(monkeypatch):
    monkeypatch.setenv("ENGINE", "aws")
    assert options.choice("ENGINE") == "aws"
    monkeypatch.setenv("ENGINE", "1")
    with pytest.raises(UsageError, match=r"^ENGINE='1': the choices are auto, aws"):
        options.choice("ENGINE")


def test_words_that_make_writes_are_settled():
    assert options.settle(["--fix=yes", "--remote=off", "--format=json", "--", "--all=0"]) == [
        "--fix", "--format=json", "--", "--all=0",
    ]  # fmt: skip
    with pytest.raises(UsageError, match=r"^FIX='ok'"):
        options.settle(["--fix=ok"])
    assert options.settle(["--fix", "x=1"]) == ["--fix", "x=1"]
    words = ["--format= json ", "--pattern=format=x", "--format= "]
    assert options.settle(words, "ls") == ["--format=json", "--pattern=format=x"]
    with pytest.raises(UsageError, match=r"^FORMAT='github': the choices are text, json$"):
        options.settle(["--format=github"], "ls")
    assert options.settle(["--format=github"], "check-cards") == ["--format=github"]


CALLS = [(row.name, command) for row in TABLE if row.is_flag for command in row.commands]


@pytest.mark.parametrize(("name", "command"), CALLS)
def test_every_command_reads_its_flags_alike(clone, bucket, name, command):
    """What is neither yes nor no stops each command before it does anything, and is named."""
    anna = clone("anna", bucket)
    anna.add(A, {"x": b"1"})
    before, told = anna.tree(), anna.git("status", "--porcelain")
    words = ["DATASET=a"] if "DATASET" in {row.name for row in variables.taken_by(command)} else []
    words += ["URL=s3://some-bucket/x"] if command in ("remote", "init") else []
    words += ["ID=20260101T000000Z-1"] if command == "restore" else []
    for run in (anna.make(command, *words, f"{name}=perhaps"),
                anna.make(command, *words, **{name: "perhaps"})):  # fmt: skip
        expect(run, 2)
        assert f"{name}='perhaps': write {name}=1" in run.err, run
    assert (anna.tree(), anna.git("status", "--porcelain")) == (before, told)


WORDS = [(row.name, command) for row in TABLE if row.words for command in row.commands]


@pytest.mark.parametrize(("name", "command"), WORDS)
def test_every_command_judges_its_words_at_its_start(clone, name, command):
    """A wrong word is named before S3 is asked, or anything is made; there is no bucket here."""
    anna = clone("anna")
    anna.add(A, {"x": b"1"})
    before, told = anna.tree(), anna.git("status", "--porcelain")
    words = ["DATASET=a"] if "DATASET" in {row.name for row in variables.taken_by(command)} else []
    for run in (anna.make(command, *words, f"{name}=perhaps"),
                anna.make(command, *words, **{name: "perhaps"})):  # fmt: skip
        expect(run, 2)
        assert f"{name}='perhaps': the choices are " in run.err, run  # never argparse's own words
    assert (anna.tree(), anna.git("status", "--porcelain")) == (before, told)


@pytest.mark.parametrize("command", options.EARNEST)
def test_a_dry_run_that_a_command_does_not_know_does_nothing(clone, command):
    """`make add DRY_RUN=1` was refused, and `DRY_RUN=1 make add` did it."""
    anna = clone("anna")
    anna.add("raw_datasets/r", {"x": b"1"})
    before, told = anna.tree(), anna.git("status", "--porcelain", "--ignored")
    words = ["DATASET=r"] if "DATASET" in {row.name for row in variables.taken_by(command)} else []
    run = expect(anna.make(command, *words, DRY_RUN="1"), 2)
    assert f"{command}: {command} takes no DRY_RUN, and nothing was done" in run.err, run
    assert (anna.tree(), anna.git("status", "--porcelain", "--ignored")) == (before, told)
    takes = {row.name for row in variables.taken_by(command)}
    assert command in COMMANDS and "DRY_RUN" not in takes


def test_what_somebody_else_calls_so_stops_no_hook(clone):
    """A machine of CI may have a REMOTE or a STATUS of its own."""
    anna = clone("anna")
    expect(anna.script("check_cards", "--staged", REMOTE="origin", FIX="maybe", STATUS="ok"), 0)
    expect(anna.script("install_hooks", DELETE="perhaps", TAKE="off"), 0)


def test_what_is_handed_over_as_words_is_what_the_makefile_hands_over():
    text = (ROOT / "Makefile").read_text()
    handed = set(re.findall(r'"--\w+=\$\$(\w+)"', text))
    listed = {row.name for row in TABLE if row.is_flag or row.words} & handed
    assert {*options.HANDED_OVER} == listed


@pytest.mark.parametrize("off", ["0", "no", "OFF", "false"])
def test_off_is_off(clone, bucket, off):
    """The cases that were seen: FIX=0 repaired, LOCAL=no and LOCAL=yes were mistaken."""
    anna = clone("anna", bucket)
    anna.card("experiments/unlisted")
    ledger = anna.read("experiments/.gitignore")
    anna.make("check-experiments", f"FIX={off}")
    assert anna.read("experiments/.gitignore") == ledger
    expect(anna.script("check_cards", f"--remote={off}"), 0)
    ages = re.compile(r"\b\d+[smhd] ")  # which the second may be a minute after the first
    told = [ages.sub("", anna.make("status", *words).out) for words in ([f"ALL={off}"], [])]
    assert told[0] == told[1]


def test_a_local_remote_is_local(clone, bucket):
    anna = clone("anna", bucket)
    shared = anna.read(".dvc/config")
    server = bucket.server
    words = [f"URL={bucket.url}", f"ENDPOINT={server.endpoint}", f"PROFILE={server.profile}"]
    keys = f"CREDENTIALS={server.credentials_file}"
    expect(anna.make("remote", *words, keys, "LOCAL=yes"), 0)
    assert anna.read(".dvc/config") == shared
    expect(anna.make("remote", *words, keys, "LOCAL=no"), 2)
    assert anna.read(".dvc/config") == shared


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["push", "FIX=1"], "make: push takes no FIX=; it takes DATASET, DRY_RUN,"),
        (["add", "DATASET=a", "DRY_RUN=1"], "make: add takes no DRY_RUN=; it takes DATASET"),
        (["hooks", "LOCAL=1"], "make: hooks takes no LOCAL=; it takes AWS, PYTHON"),
        (["FIX=1"], "make: help takes no FIX=; it takes CMD"),
    ],
)
def test_a_variable_that_a_command_does_not_take_stops_it(clone, words, said):
    """Else DRY_RUN=1 would be passed over, and the thing done."""
    anna = clone("anna")
    run = expect(anna.make(*words), 2)
    assert run.err.splitlines()[0].startswith(said) and run.out == "", run
    assert not (anna.path / ".registry").exists()


def test_the_table_is_well_formed():
    names = {row.name for row in TABLE}
    assert all(re.fullmatch("[A-Z][A-Z_]*", name) for name in names)
    pairs = [(row.name, command) for row in TABLE for command in row.commands]
    assert len(pairs) == len(set(pairs))
    assert {command for _, command in pairs} <= {*COMMANDS, variables.ANY}
    for row in TABLE:
        assert row.words or row.values in variables.KINDS, row


def test_the_makefile_hands_over_what_each_command_takes():
    for name, command in COMMANDS.items():
        taken = {row.name for row in variables.taken_by(name)}
        recipe = command.recipe.replace("$(dataset)", "$$DATASET")
        named = set(re.findall(r"\$\$\{?([A-Z_]+)", recipe))
        assert named <= taken, name


def test_the_page_of_options_is_the_table():
    page = (ROOT / "docs" / "options.md").read_text()
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \| (.*) \|$", page, re.M)
    for row, (name, values, commands, about) in zip(TABLE, rows, strict=True):
        every = row.commands == (variables.ANY,)
        assert (name, values, about) == (row.name, row.values, row.about)
        assert commands == ("every command" if every else ", ".join(row.commands))
