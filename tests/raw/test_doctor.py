"""Doctor sees raw versions that nobody can pull, and explains what killed runs left."""

from __future__ import annotations

import os

import pytest
from support.oracle import expect
from support.plain_dvc import dvc

from registry.entries import Entry
from registry.index.journal import Journal
from registry.remote import dvc_config

RAW, A = "raw_datasets/r", "processed_datasets/a"
STORED = "raw_datasets_dvc_cache"


def lines(person, subject):
    out = person.script("run_doctor").out
    return [line for line in out.replace("\n      ->", " ->").splitlines() if subject in line]


@pytest.fixture
def pushed(anna):
    for entry in ("raw_datasets/base.dvc", "raw_datasets/base.card.md"):
        anna.delete(entry)
    anna.add(RAW, {"x.txt": b"first", "y.txt": b"second"})
    dvc(anna, "add", RAW)
    expect(anna.script("push_entries"), 0)
    return anna


def test_raw_objects_that_cannot_be_had(pushed, bucket):
    assert lines(pushed, "raw objects") == ["ok    raw objects: 1 version can be read"]
    (key,) = [key for key in bucket.keys(STORED) if key.endswith(".dir")]
    body = bucket.get(key)
    bucket.put(key, b"[]")
    (line,) = lines(pushed, "raw objects")
    assert f"BAD   raw objects: {RAW}: the list of its files is damaged in S3" in line
    bucket.delete(key)
    (line,) = lines(pushed, "raw objects")
    assert "S3 lacks its version" in line and f"`make push DATASET={RAW}`" in line
    expect(pushed.make("push", f"DATASET={RAW}"), 0)
    assert bucket.get(key) == body
    pushed.proxy.when("GET", r"\.dir").answer(403, "InvalidObjectState")
    (line,) = lines(pushed, "raw objects")
    assert line.startswith("BAD") and "S3 does not give" in line, line


def test_a_file_that_is_here_counts_as_here(pushed):
    pushed.card("raw_datasets/x.csv")
    pushed.write("raw_datasets/x.csv", b"1,2")
    dvc(pushed, "add", "raw_datasets/x.csv")
    assert "0 bytes of the registry not here" in lines(pushed, "disk:")[0]


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
