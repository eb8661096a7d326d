"""Names and keys that break other tools: they travel byte for byte, or are refused by name."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from support.oracle import assert_clean, below, expect, marker, put_in_step

A = "processed_datasets/a"
NAMES = [
    "a b  c.txt", " leading", "trailing ", "-rf", "--delete", "#%*?[]\\", "a+b&c=d;e,f@g:h!",
    "'q\"", "$(touch pwned)", "`touch pwned`", "${HOME}", "~", "%41%2F..%2f", "é-nfc",
    "e\u0301o-nfd", "日本語",
    "🦉 owl", "ﬁ-ligature", "\u200bzero\u00a0width", ".hidden", "..double", "...", "CON", "x" * 255,
    "é" * 127, "sub dir/-x/ü #1.bin", "d/" * 20 + "deep", "a.txt.12345678", "file.0a1b2c3d",
]  # fmt: skip


@pytest.mark.both_stores
def test_odd_names_arrive_byte_for_byte(anna, ben, bucket):
    files = {name: f"content of {name!r}".encode() for name in NAMES}
    anna.add(A, files)
    expect(anna.script("push_entries"), 0)
    assert bucket.data() == below(A, files)
    ben.card(A)
    expect(ben.script("pull_entries", A), 0)
    assert ben.tree() == below(A, files)
    ben.write(f"{A}/#%*?[]\\", b"changed")
    ben.delete(f"{A}/-rf")
    expect(ben.script("push_entries"), 0)
    expect(anna.pull(), 0)
    assert anna.tree() == ben.tree() == bucket.data()
    assert not list(anna.path.rglob("pwned"))
    assert {Path(name).name for name in anna.strays() + ben.strays()} == set(NAMES[-2:])


@pytest.mark.both_stores
def test_a_few_odd_names_are_fetched_and_no_others(anna, ben, bucket):
    """They are asked for by name: what a name would match as a pattern stays where it is."""
    decoys = {"#%abc[]\\": b"1", "a+b&c=d;e,f@g:h!!": b"2", "sub dir/-x/other": b"3", "rf": b"4"}
    put_in_step(bucket, A, {name: name.encode() for name in NAMES} | decoys, anna, ben)
    for name in NAMES:
        anna.write(f"{A}/{name}", b"changed, and longer: " + name.encode())
    expect(anna.script("push_entries", A), 0)
    ben.proxy.clear()
    expect(ben.script("pull_entries", A), 0)
    assert ben.tree() == anna.tree() == bucket.data()
    gets = [r.path for r in ben.proxy.requests if r.method == "GET" and f"/{A}/" in r.path]
    assert len(gets) >= len(NAMES)
    assert not [path for path in gets if path.endswith(("abc%5B%5D%5C", "!!", "other", "/rf"))]


def test_an_entry_with_an_odd_name(anna, ben, bucket):
    entry = "training_results/my run, é (2)"
    anna.add(entry, {"log 1.txt": b"log"})
    expect(anna.script("push_entries"), 0)
    ben.card(entry)
    expect(ben.script("pull_entries", entry), 0)
    assert ben.tree() == bucket.data() == {f"{entry}/log 1.txt": b"log"}
    assert marker(bucket, entry)["state"] == "done"


BAD = {
    "newline": [b"new\nline"],
    "control": [b"bell\x07"],
    "delete": [b"del\x7f"],
    "tab": [b"a\tb"],
    "not utf-8": [b"caf\xe9.txt"],
    "case pair": [b"Read.me", b"read.ME"],
    "folders in a case pair": [b"Sub/x", b"sub/y"],
    "accent pair": ["é".encode(), "e\u0301".encode()],
}


@pytest.mark.skipif(sys.platform != "linux", reason="macOS takes none of these names")
@pytest.mark.parametrize("names", BAD.values(), ids=BAD.keys())
def test_names_that_other_disks_do_not_take_are_refused(clone, moto_bucket, names):
    anna = clone("anna", moto_bucket)
    put_in_step(moto_bucket, A, {"good.txt": b"good"}, anna)
    before = moto_bucket.read()
    anna.write(f"{A}/good.txt", b"changed")
    for name in names:
        path = os.path.join(os.fsencode(anna.path / A), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(b"x")
    run = expect(anna.push(), 3)
    shown = repr(names[-1].decode(errors="surrogateescape").rpartition("/")[2])[1:-1]
    assert shown in run.said or names[-1].decode(errors="replace") in run.said, str(run)
    assert moto_bucket.read() == before
    assert_clean(anna)


def test_a_key_too_long_for_s3_is_refused(clone, moto_bucket):
    anna = clone("anna", moto_bucket)
    anna.add(A, {"/".join(["x" * 200] * 5) + "/last": b"x"})
    run = expect(anna.push(), 3)
    assert "1024" in run.said
    assert moto_bucket.data() == {}


KEYS = {
    "up": ["../../../pwned"],
    "up inside": ["sub/../../pwned"],
    "dot": ["./x"],
    "two slashes": ["sub//x"],
    "leading slash": ["/pwned"],
    "control": ["bell\x07"],
    "name too long for a disk": ["x" * 256],
    "file and folder": ["both", "both/x"],
    "folder with bytes": ["sub/"],
}


@pytest.mark.parametrize("keys", KEYS.values(), ids=KEYS.keys())
def test_keys_that_must_not_come_here_are_refused(clone, moto_bucket, keys):
    anna, ben = clone("anna", moto_bucket), clone("ben", moto_bucket)
    for entry in (A, "training_results/good"):
        put_in_step(moto_bucket, entry, {"good.txt": b"good"}, anna, ben)
    moto_bucket.put("training_results/good/more.txt", b"more")
    moto_bucket.put(f"{A}/good.txt", b"changed")
    for key in keys:
        moto_bucket.put(f"{A}/{key}", b"hostile")
    everything = {p for p in ben.path.parent.rglob("*") if ".registry" not in p.parts}
    before = ben.tree()
    run = expect(ben.pull(A, "training_results/good", FULL="1"), 3)
    assert A in run.said
    now = {p for p in ben.path.parent.rglob("*") if ".registry" not in p.parts}
    assert {p.name for p in now - everything} == {"more.txt"}, "only the good entry came"
    assert {n: b for n, b in ben.tree().items() if n.startswith(A)} == {
        n: b for n, b in before.items() if n.startswith(A)
    }
    assert b"hostile" not in ben.contents()
    assert not list(ben.path.rglob("pwned*"))
    assert_clean(ben)
    cures = re.findall(r"`([^`]*aws s3 mv [^`]+)`", run.said)
    assert len(cures) == (not {*keys} & {"bell\x07", "both"})
    for cure in cures:  # as it is printed: the key gets another name, beside what is there
        expect(ben.run("sh", "-c", cure), 0)
        expect(ben.pull(A), 0)
        assert b"hostile" in ben.contents()


def test_folder_objects_of_the_console_are_no_files(clone, moto_bucket):
    anna, ben = clone("anna", moto_bucket), clone("ben", moto_bucket)
    anna.add(A, {"sub/x": b"x"})
    expect(anna.script("push_entries"), 0)
    for key in (f"{A}/", f"{A}/sub/", f"{A}/empty/"):
        moto_bucket.put(key, b"")
    ben.card(A)
    expect(ben.script("pull_entries", A), 0)
    assert ben.tree() == {f"{A}/sub/x": b"x"}
    ben.write(f"{A}/sub/x", b"y")
    expect(ben.script("push_entries"), 0)
    assert moto_bucket.get(f"{A}/sub/x") == b"y"
