"""`make diff`: here against S3, or two versions; it changes nothing."""

from __future__ import annotations

import json

import pytest
from support.oracle import expect, marker, put_in_step

from registry import text_diff
from registry.index.content import Line
from registry.sync import diff

A = "processed_datasets/a"
OLD = {"same.txt": b"same", "text.txt": b"one\ntwo\n", "moved.txt": b"moved", "gone.txt": b"gone",
       "data.bin": b"\0\1"}  # fmt: skip
NEW = {"same.txt": b"same", "text.txt": b"one\n2wo\n", "sub/moved.txt": b"moved",
       "added.txt": b"added!", "data.bin": b"\0\2"}  # fmt: skip


def test_equal_bytes_elsewhere_are_a_rename_and_each_only_one():
    one, two, none = Line("1" * 64, 1), Line("2" * 64, 1), Line("0" * 64, 0)
    changes = diff.compare(
        {"a": one, "b": one, "c": two, "e": none}, {"d": one, "c": one, "f": none}
    )
    assert changes.renamed == [("a", "d")]
    assert (changes.added, changes.changed, changes.gone) == (["f"], ["c"], ["b", "e"])


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (b"a\r\nb\r\n", b"a\nb\r\n", ["@@ -1,2 +1,2 @@", "-a\r", "+a", " b\r"]),
        (b"one", b"one\n", ["@@ -1 +1 @@", "-one", text_diff.NO_END, "+one"]),
        (b"caf\xe9\n", b"caf\xe8\n", ["@@ -1 +1 @@", "-caf\\xe9", "+caf\\xe8"]),
        (b"a\x0cb\xc2\x85c\n", b"a\x0cb\n", ["@@ -1 +1 @@", "-a\x0cb\x85c", "+a\x0cb"]),
        ("ü\n".encode("utf-16"), "ö\n".encode("utf-16"), ["@@ -1 +1 @@", "-ü", "+ö"]),
        (b"", b"x\n", ["@@ -0,0 +1 @@", "+x"]),
    ],
)
def test_nothing_that_differs_is_hidden(before, after, shown):
    assert list(text_diff.unified(before, after, "old", "new"))[2:] == shown


def test_what_has_no_lines_that_differ_is_said_in_one():
    for before, after, said in (
        (b"\0\1", b"text", "no text, not shown"),
        ("ü\n".encode("utf-16"), "ü\n".encode(), "the same text, in another encoding"),
    ):
        assert list(text_diff.unified(before, after, "f (S3)", "f (here)")) == [
            f"--- f (S3): {said}"
        ]


@pytest.fixture
def edited(anna, bucket):
    put_in_step(bucket, A, OLD, anna)
    for path in OLD:
        anna.delete(f"{A}/{path}")
    for path, body in NEW.items():
        anna.write(f"{A}/{path}", body)


def test_here_against_s3_and_two_versions(anna, bucket, edited):
    before = bucket.read()
    run = expect(anna.make("diff", f"DATASET={A}", "TEXT=1"), 0)
    expected = [
        "renamed  moved.txt > sub/moved.txt  5 bytes",
        "changed  data.bin  2 bytes > 2 bytes",
        "changed  text.txt  8 bytes > 8 bytes",
        "added    added.txt  6 bytes",
        "gone     gone.txt  4 bytes",
    ]
    assert run.out.splitlines()[:5] == expected, run
    assert "--- data.bin (S3): no text, not shown" in run.out
    assert "-two\n+2wo\n" in run.out and "S3 > here: 1 file renamed, 1 file added" in run.err
    assert bucket.read() == before
    old = marker(bucket, A)["version"]
    expect(anna.script("push_entries", A), 0)
    new = marker(bucket, A)["version"]
    run = expect(anna.script("diff_entry", A), 0)
    assert run.out == "" and "no difference" in run.err
    run = expect(anna.script("diff_entry", A, TO=f"{old[:8]}..{new[:8]}"), 0)
    assert run.out.splitlines() == expected
    run = expect(anna.script("diff_entry", "--json", A, TO=old), 0)
    told = json.loads(run.out)
    assert (told["old"], told["new"]) == ("S3", f"version {old[:12]}")
    assert told["renamed"] == [["sub/moved.txt", "moved.txt"]] and told["gone"] == ["added.txt"]
    run = expect(anna.script("diff_entry", "--text", A, TO=old), 0)
    assert f"--- text.txt: its bytes of version {old[:12]} are kept no longer" in run.out
    run = expect(anna.script("diff_entry", A, TO=f"{old[:8]}.."), 0)
    assert run.out.splitlines() == expected and f"version {old[:12]} > S3" in run.err
    assert "at least 4 digits" in expect(anna.script("diff_entry", A, TO=old[:3]), 3).err
    run = expect(anna.script("diff_entry", A, TO="abcdef"), 3)
    assert f"no version 'abcdef'; it has {new[:12]} by anna" in run.err and old[:12] in run.err


def test_of_a_bucket_of_before_renames_cannot_be_told(anna, ben, bucket):
    """Nobody knows its hashes: what has the same ETag is the same, and no more is claimed."""
    for path, body in OLD.items():
        bucket.put(f"{A}/{path}", body)
    anna.add(A, NEW)
    run = expect(anna.script("diff_entry", A), 0)
    assert [line.split()[:2] for line in run.out.splitlines()] == [
        ["changed", "data.bin"], ["changed", "text.txt"], ["added", "added.txt"],
        ["added", "sub/moved.txt"], ["gone", "gone.txt"], ["gone", "moved.txt"],
    ]  # fmt: skip
    ben.card(A)
    run = expect(ben.script("diff_entry", A), 3)
    assert f"not here: `make pull DATASET={A}`" in run.err
    expect(ben.script("diff_entry", "experiments/x"), 2)


def test_a_raw_dataset_is_compared_with_the_versions_in_git(anna):
    entry = "raw_datasets/r"
    anna.add(entry, OLD)
    expect(anna.script("add_entry", entry), 0)
    anna.git("add", "-A")
    anna.git("commit", "-qm", "first")
    for path in OLD:
        anna.delete(f"{entry}/{path}")
    for path, body in NEW.items():
        anna.write(f"{entry}/{path}", body)
    expected = ["renamed", "changed", "changed", "added", "gone"]
    run = expect(anna.script("diff_entry", "--text", entry), 0)
    assert [line.split()[0] for line in run.out.splitlines()[:5]] == expected, run
    assert "-two\n+2wo\n" in run.out and "r.dvc > here" in run.err
    expect(anna.script("add_entry", entry), 0)
    anna.git("commit", "-qam", "second")
    told = json.loads(expect(anna.script("show_history", "--json", entry), 0).out)["history"]
    assert [state["files"] for state in told] == [5, 5] and told[0]["who"] == "anna.home"
    assert told[0]["change"] == {"added": 2, "changed": 2, "gone": 2}
    new, old = (state["version"] for state in told)
    assert new.endswith(".dir")
    run = expect(anna.script("diff_entry", entry, TO=f"{old[:12]}..{new[:12]}"), 0)
    assert [line.split()[0] for line in run.out.splitlines()] == expected
    run = expect(anna.script("diff_entry", entry, TO=told[1]["commit"][:7]), 0)
    assert "1 file renamed" in run.err
    run = expect(anna.script("diff_entry", entry, TO="abcdef"), 3)
    assert old[:12] in run.err
