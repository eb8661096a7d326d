"""Data of this repository that only plain dvc serves is named, never passed over in silence."""

from __future__ import annotations

import pytest
from support.oracle import expect
from support.plain_dvc import dvc

from registry.remote import dvc_config


@pytest.mark.parametrize("folder", ["", "raw_datasets/"])
def test_a_pipeline_is_named_with_commands_that_serve_it(anna, bucket, folder):
    stage = b"stages:\n  make:\n    cmd: echo made > made.txt\n    outs:\n    - made.txt\n"
    anna.write(f"{folder}dvc.yaml", stage)
    expect(anna.run(".venv/bin/dvc", "repro", f"{folder}dvc.yaml"), 0)
    status = expect(anna.script("show_status"), 0)
    doctor = anna.script("run_doctor")
    for run in (status.err, doctor.out):
        assert run.count(f"{folder}dvc.yaml: only plain dvc brings and sends") == 1, run
    pull, push = status.err.split(" -> ")[1].strip().split(", ")
    expect(anna.run("bash", "-c", push), 0)
    assert b"made\n" in bucket.read("raw_datasets_dvc_cache").values()
    anna.delete(f"{folder}made.txt", ".dvc/cache")
    expect(anna.run("bash", "-c", pull), 0)
    assert anna.read(f"{folder}made.txt") == b"made\n"


def test_a_dvc_file_at_the_top_is_named(anna):
    anna.write("big file.bin", b"1")
    expect(anna.run(".venv/bin/dvc", "add", "-q", "big file.bin"), 0)
    assert ".venv/bin/dvc pull 'big file.bin.dvc'" in expect(anna.script("show_status"), 0).err


def test_where_there_is_none_nothing_is_said(anna):
    assert "plain dvc" not in expect(anna.script("show_status"), 0).err


def test_a_card_of_what_a_pipeline_makes_stops_nobody(anna):
    """Only plain dvc makes versions of it: each of our commands says so, with those that do."""
    made, stage = "raw_datasets/made", "raw_datasets/dvc.yaml:make"
    out = "stages:\n  make:\n    cmd: echo one > made\n    outs: [made]\n"
    anna.write("raw_datasets/dvc.yaml", out.encode())
    anna.card(made)
    expect(anna.run(".venv/bin/dvc", "repro", "raw_datasets/dvc.yaml"), 0)
    for verb in ("push", "pull"):
        assert "nothing to do" in expect(getattr(anna, verb)(), 0).err
    status = expect(anna.script("show_status"), 0).out
    assert "make add" not in status and f".venv/bin/dvc status {stage}   #" in status, status
    expect(anna.script("check_cards", made), 0)
    run = expect(anna.script("add_entry", made), 3)
    assert f"is an output of {stage}" in run.err, run
    pull, commit, push = [word for word in run.err.split("`") if word.startswith(".venv")]
    anna.write(made, b"two\n")
    for command in (f"{commit} --force", push):
        expect(anna.run("bash", "-c", command), 0)
    anna.delete(made, ".dvc/cache")
    assert pull in expect(anna.pull(), 3).said
    expect(anna.run("bash", "-c", pull), 0)
    assert anna.read(made) == b"two\n"
    expect(anna.pull(), 0)


def lines(person, subject):
    out = person.script("run_doctor").out
    return [line for line in out.replace("\n      ->", " ->").splitlines() if subject in line]


OBEYED_BY_DVC_ALONE = {
    "acl": "private",
    "grant_read": "id=1",
    "version_aware": "true",
    "sse_customer_key": "k",
}


@pytest.mark.parametrize("level", ["--local", "--project", "--global"])
def test_settings_that_plain_dvc_alone_obeys(anna, level):
    url = dvc_config.options(anna.path)["url"]
    if level != "--local":
        dvc(anna, "remote", "add", level, "test", url)
    for name, value in OBEYED_BY_DVC_ALONE.items():
        dvc(anna, "remote", "modify", level, "test", name, value)
    said = lines(anna, "plain dvc")
    assert len(said) == len(OBEYED_BY_DVC_ALONE)
    for name in OBEYED_BY_DVC_ALONE:
        (line,) = (x for x in said if f"plain dvc: {name} of remote 'test' is obeyed by" in x)
        assert line.startswith("note") and "is obeyed by plain dvc alone" in line, line
        cure = line.split("unless that is meant: ")[1]
        assert level in cure or level == "--project"
        expect(anna.run("bash", "-c", cure), 0)
    assert lines(anna, "plain dvc") == []


def test_settings_that_change_nothing_are_not_named(anna):
    for name, value in (("version_aware", "false"), ("use_ssl", "false"), ("jobs", "4")):
        dvc(anna, "remote", "modify", "--local", "test", name, value)
    assert lines(anna, "plain dvc") == []
