"""`make add`: the folder of a raw dataset becomes its new version; nothing else does."""

from __future__ import annotations

import hashlib

from support.oracle import assert_clean, expect

RAW = "raw_datasets/r ü"


def test_each_add_is_a_version(clone):
    """Without network: nothing leaves the machine."""
    anna = clone("anna")
    folder = anna.add(RAW, {"x y.txt": b"1", "sub/ü.txt": b"2"})
    run = expect(anna.make("add", f"DATASET={RAW}"), 0)
    assert f"git add '{RAW}.dvc'" in run.err and "make push" in run.err, run
    first = anna.read(f"{RAW}.dvc")
    assert b"nfiles: 2" in first
    digest = hashlib.md5(b"2").hexdigest()
    assert anna.read(f".dvc/cache/files/md5/{digest[:2]}/{digest[2:]}") == b"2"
    (folder / "x y.txt").unlink()
    anna.write(f"{RAW}/x y.txt", b"11")
    expect(anna.make("add", "DATASET=r ü"), 0)
    assert anna.read(f"{RAW}.dvc") != first
    assert anna.git("status", "--porcelain", "--untracked-files=all").count("??") == 2
    assert_clean(anna)
    anna.write("raw_datasets/other.dvc", b"outs:\n- path: other\n  path: other\n")
    anna.write(f"{RAW}/x y.txt", b"111")
    run = expect(anna.make("add", "DATASET=r ü"), 2)
    assert "raw_datasets/other.dvc:3: has the key 'path' twice" in run.err, run


MISTAKES = [
    ("", 2, "DATASET="),
    ("nosuch", 2, "is not an entry here"),
    ("processed_datasets/p", 2, "only raw datasets are added"),
    ("p", 2, "is in processed_datasets/: this is for raw_datasets only"),
    ("raw_datasets/", 2, "one entry"),
    ("raw_datasets", 2, "is a section"),
    ("../r", 2, "is a path"),
    ("/tmp", 2, "is a path"),
    ("empty", 3, "has no files here"),
    ("bad", 3, "a link that leads nowhere"),
    ("only card", 3, "has no files here"),
]


def test_what_cannot_be_added(clone):
    anna = clone("anna")
    anna.add("processed_datasets/p", {"x": b"1"})
    anna.add("raw_datasets/empty", {})
    (anna.add("raw_datasets/bad", {"x": b"1"}) / "link").symlink_to("nowhere")
    anna.card("raw_datasets/only card")
    before = sorted(anna.path.glob("*/*.dvc"))
    for word, code, says in MISTAKES:
        run = expect(anna.script("add_entry", *([word] if word else [])), code)
        assert says in run.err and run.out == "", run
    assert sorted(anna.path.glob("*/*.dvc")) == before
