"""What a checkout remembers may be lost or garbage: then it knows nothing, and loses nothing."""

from __future__ import annotations

import json

import pytest
from support.oracle import assert_clean, below, expect, put_in_step

from registry.entries import Entry
from registry.index import baseline, journal
from registry.index.baseline import UNKNOWN, Baseline, Row
from registry.index.journal import Journal
from registry.index.stats import Stat, Stats
from registry.sync import marker

A = "processed_datasets/a"
FILES = {"x.txt": b"one", "y.txt": b"two", "z.txt": b"three"}


def half(body):
    return body[: len(body) // 2]


def without_a_row(body):
    """A row is missing; the header does not say so."""
    head, _, rows = body.partition(b"\n")
    return head + b"\n" + rows[: -len(rows) // 3]


def with_header(**new):
    """The same rows under another header, as a program would write it."""

    def change(body):
        head, _, rows = body.partition(b"\n")
        assert new.keys() <= json.loads(head).keys()
        return json.dumps({**json.loads(head), **new}).encode() + b"\n" + rows

    return change


SPOILED = {
    "gone": lambda body: None,
    "empty": lambda body: b"",
    "half": half,
    "a row short": without_a_row,
    "one bit": lambda body: body[:-9] + bytes([body[-9] ^ 1]) + body[-8:],
    "garbage": lambda body: b"\x00\xff{[" * 50,
    "other JSON": lambda body: b'{"format": [], "rows": null}\n',
    "a list": lambda body: b"[1, 2]\n",
    "of another remote": with_header(remote="elsewhere"),
    "of the future": with_header(format=99),
    "of the past": with_header(format=1),
    "deeply nested": lambda body: b"[" * 100_000,
}


@pytest.fixture
def pair(clone, moto_bucket):
    anna, ben = clone("anna", moto_bucket), clone("ben", moto_bucket)
    put_in_step(moto_bucket, A, FILES, anna, ben)
    return anna, ben, moto_bucket


def spoil(person, how):
    (file,) = (person.path / ".registry" / "state" / "processed_datasets").iterdir()
    write(file, SPOILED[how](file.read_bytes()))


@pytest.mark.parametrize("how", SPOILED)
def test_a_spoiled_baseline_knows_nothing(known, how):
    """Unless every byte is right; of its header the first line is enough."""
    entry, file = known
    assert len(baseline.load(entry, "place").rows) == 1
    write(file, SPOILED[how](file.read_bytes()))
    base = baseline.load(entry, "place")
    assert not base.marker and not base.rows
    has_header = baseline.header(entry, "place") is not None
    assert has_header == (how == "one bit")


@pytest.fixture
def known(tmp_path):
    """An entry with a baseline, and its file."""
    entry, rows = Entry("processed_datasets", "a", tmp_path), baseline.Rows()
    rows["x.txt"] = Row(Stat(3, 1, 2, 4), "tag")
    baseline.save(entry, "place", Baseline("marker", rows), 10**18)
    return entry, baseline.path_of(entry)


def write(file, body):
    file.unlink()
    if body is not None:
        file.write_bytes(body)


@pytest.mark.parametrize("how", ["gone", "one bit", "of another remote"])
def test_a_spoiled_baseline_loses_nothing(pair, how):
    anna, ben, bucket = pair
    anna.write(f"{A}/y.txt", b"Anna's")
    expect(anna.script("push_entries"), 0)
    ben.write(f"{A}/x.txt", b"Ben's work")
    spoil(ben, how)
    before, here = bucket.read(), ben.tree()
    for run in (ben.pull(), ben.push()):
        expect(run, 3)
        assert "x.txt" in run.said
    assert ben.tree() == here
    assert bucket.read() == before
    assert_clean(ben)
    expect(ben.script("reset_entry", A), 0)
    assert ben.tree() == bucket.data()
    assert b"Ben's work" in ben.trash()


@pytest.mark.parametrize("how", ["gone", "garbage"])
def test_a_spoiled_baseline_is_made_again_from_equal_bytes(pair, how):
    _, ben, bucket = pair
    spoil(ben, how)
    ben.proxy.clear()
    expect(ben.pull(), 0)
    assert ben.proxy.count("GET", r"\.txt") == 0, "fetched what was there"
    ben.write(f"{A}/x.txt", b"Ben's work")
    expect(ben.script("push_entries"), 0)
    assert bucket.data() == ben.tree() == below(A, {**FILES, "x.txt": b"Ben's work"})


@pytest.mark.parametrize("how", ["empty", "half", "garbage", "a list", "deeply nested"])
def test_a_spoiled_journal_knows_nothing(tmp_path, how):
    entry = Entry("processed_datasets", "a", tmp_path)
    Journal("place", token="t", deletes=["x.txt"]).save(entry)
    assert journal.load(entry, "place").deletes == ["x.txt"]
    (file,) = (tmp_path / ".registry" / "journal" / "processed_datasets").iterdir()
    write(file, SPOILED[how](file.read_bytes()))
    assert journal.load(entry, "place") is None


@pytest.mark.parametrize("how", ["half", "garbage"])
def test_a_spoiled_journal_loses_nothing(pair, how):
    """The push was killed after its claim; then its journal was spoiled."""
    anna, _, bucket = pair
    anna.write(f"{A}/y.txt", b"Anna's")
    anna.proxy.when("PUT", r"/y\.txt", nth=1).call(lambda: anna.running.kill())
    anna.push()
    anna.proxy.clear()
    (journal,) = (anna.path / ".registry" / "journal" / "processed_datasets").iterdir()
    journal.write_bytes(SPOILED[how](journal.read_bytes()))
    before = bucket.data()
    run = expect(anna.push(), 3)
    assert "make unlock" in run.said
    assert bucket.data() == before
    assert anna.read(f"{A}/y.txt") == b"Anna's"
    expect(anna.script("unlock_entry", A, CONFIRM="a"), 0)
    expect(anna.push(), 0)
    assert bucket.data() == anna.tree()
    assert_clean(anna)


WRONG_TYPES = (
    b'{"state": "pushing", "token": null, "who": [], "host": 1, "when": 5, "commit": {}, '
    b'"files": "many", "bytes": -0.5, "digest": false}'
)


GARBAGE = {
    "empty": b"",
    "half": b"{",
    "a list": b"[]",
    "fields missing": b'{"state": "done"}',
    "no text": b"\xff\xfe",
    "deeply nested": b"[" * 99_999,
    "wrong types": WRONG_TYPES,
}


def test_a_garbage_marker_counts_as_torn(bucket):
    for body in GARBAGE.values():
        bucket.put(f".registry/{A}.json", body)
        held, etag = marker.read(bucket.client, Entry("processed_datasets", "a"))
        assert (held.state, held.token, bool(etag)) == (marker.TORN, "unreadable", True), body


@pytest.mark.parametrize("what", ["half", "wrong types"])
def test_a_garbage_marker_is_a_torn_push_to_others(pair, what):
    anna, ben, bucket = pair
    bucket.put(f".registry/{A}.json", GARBAGE[what])
    run = expect(ben.pull(), 3)
    assert "make seal" in run.said
    assert ben.tree() == below(A, FILES)
    ben.write(f"{A}/x.txt", b"Ben's work")
    expect(anna.script("seal_entries", A, CONFIRM="a"), 0)
    expect(ben.push(), 0)
    expect(anna.pull(), 0)
    assert anna.tree() == bucket.data() == below(A, {**FILES, "x.txt": b"Ben's work"})


def test_accepting_what_s3_holds_keeps_what_is_known(pair):
    """After `make seal CONFIRM=…` a pull fetches the news, and takes no work away."""
    anna, ben, bucket = pair
    bucket.put(f"{A}/y.txt", b"by hand")
    ben.write(f"{A}/x.txt", b"Ben's work")
    expect(anna.script("seal_entries", A, CONFIRM="a"), 0)
    for person in (anna, ben):
        expect(person.pull(), 0)
        assert person.read(f"{A}/y.txt") == b"by hand"
    assert ben.read(f"{A}/x.txt") == b"Ben's work"


def test_two_remotes_do_not_mix(pair, moto_server):
    """What was verified against one bucket says nothing about another."""
    anna, _, bucket = pair
    other = moto_server.new_bucket()
    anna.point_at(other)
    expect(anna.push(), 0)
    assert other.data() == bucket.data() == below(A, FILES)
    before = bucket.read()
    anna.write(f"{A}/x.txt", b"only there")
    expect(anna.script("push_entries"), 0)
    assert bucket.read() == before
    assert other.data() == anna.tree()


def test_a_file_changed_just_before_the_look_is_read_again_next_time(tmp_path):
    """An edit within the same tick of the clock would leave no other trace."""
    entry, second = Entry("processed_datasets", "a", tmp_path), 10**9
    now = 1_700_000_000 * second + 500_000_001
    ages = {"old": 3 * second, "fresh": second // 100, "coarse": 1_500_000_001, "later": -second}
    rows = baseline.Rows()
    rows.update((n, Row(Stat(1, now - age, now - age, 7), "tag")) for n, age in ages.items())
    baseline.save(entry, "place", Baseline("", rows), now)
    known = baseline.load(entry, "place").rows
    assert known["old"] == rows["old"]
    assert [known[name].stat for name in ("fresh", "coarse", "later")] == [UNKNOWN] * 3
    for name, waits in (
        ("old", (0, 0)),
        ("coarse", (0, 2 * second)),
        ("fresh", (second // 20,) * 2),
    ):
        files = Stats()
        files[name] = Stat(1, now - ages[name], now - ages[name], 7)
        told = tuple(baseline.tick_to_wait(files, now, coarse) for coarse in (False, True))
        assert told == waits, "what a look waits for, to be sure of it"
