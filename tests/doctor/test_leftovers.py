"""Doctor explains what killed runs left, with a cure that works."""

from __future__ import annotations

import os

import pytest
from support.oracle import expect

from registry.entries import Entry
from registry.index.journal import Journal
from registry.remote import dvc_config

RAW, A = "raw_datasets/r", "processed_datasets/a"


def lines(person, subject):
    out = person.script("run_doctor").out
    return [line for line in out.replace("\n      ->", " ->").splitlines() if subject in line]


def test_journals_of_this_place_and_of_others(anna):
    entry = Entry("processed_datasets", "a", anna.path)
    here = dvc_config.load(anna.path).identity
    other = "http://127.0.0.1:1 s3://other/place"
    said = {}
    for place, token in ((here, "t"), (here, ""), (other, "t"), (other, "")):
        Journal(place, token=token).save(entry)
        (said[place == here, bool(token)],) = lines(anna, "leftovers")
    file = f".registry/journal/{A}.json"
    assert said[True, True].endswith(
        f"a push of {A} was not finished here -> make push DATASET={A}"
    )
    assert said[True, False].endswith(f"pull of {A} was not finished here -> make pull DATASET={A}")
    assert "make remote URL=s3://other/place" in said[False, True], said
    assert said[False, False].endswith(f"from s3://other/place, another place -> rm {file}")
    os.truncate(anna.path / file, 10)
    (line,) = lines(anna, "leftovers")
    assert f"{file} cannot be read" in line and line.endswith(f"-> rm {file}"), line
    expect(anna.run("bash", "-c", line.split("-> ")[1]), 0)
    assert lines(anna, "leftovers") == ["ok    leftovers: none here"]


@pytest.mark.parametrize(("token", "verb"), [("t", "push"), ("", "pull")])
def test_the_cure_for_a_journal_of_this_place_works(anna, bucket, token, verb):
    anna.add(A, {"x": b"1"})
    expect(anna.script("push_entries"), 0)
    place = dvc_config.load(anna.path).identity
    Journal(place, token=token).save(Entry("processed_datasets", "a", anna.path))
    cure = lines(anna, "leftovers")[0].split("-> ")[1]
    assert cure.startswith(f"make {verb} ")
    expect(anna.run("bash", "-c", cure), 0)
    assert lines(anna, "leftovers") == ["ok    leftovers: none here"]
