"""What a push seals has a version: that of its bytes, whoever moved them, under whatever name."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from support.oracle import expect, marker, put_in_step

from registry.entries import Entry
from registry.index import content
from registry.index.content import BadList, FileHash, FileHashes, Line
from registry.index.path_ids import Numbers
from registry.remote import connect, dvc_config, s3

A, B, M = "processed_datasets/a", "processed_datasets/b", "champion_models/m"
FILES = {"x.txt": b"1", "ü/y.txt": b"22", "a b": b"", "big": b"8" * (9 * 2**20)}


def version_of(files):
    """Anew, from the format as docs/sync.md has it."""
    rows = sorted((path.encode(), body) for path, body in files.items())
    lines = (b"%s %d %s\n" % (sha256(b).hexdigest().encode(), len(b), p) for p, b in rows)
    return sha256(b"".join(lines)).hexdigest()


def test_a_list_is_of_the_bytes_alone():
    lines = {p: Line(sha256(b).hexdigest(), len(b)) for p, b in FILES.items()}
    assert content.version_of(lines) == version_of(FILES)
    assert content.parse(content.text(lines), content.version_of(lines)) == lines
    for spoiled in (content.text(lines)[:-1], b"", b"no list\n"):
        with pytest.raises(BadList):
            content.parse(spoiled, content.version_of(lines))
    with pytest.raises(BadList):  # the right name of what is no list
        content.parse(b"x\n", sha256(b"x\n").hexdigest())
    for path in ("../x", "a//b", "/etc/passwd", "a\r"):
        hostile = f"{'0' * 64} 1 {path}\n".encode()
        with pytest.raises(BadList):
            content.parse(hostile, sha256(hostile).hexdigest())


def test_what_was_read_is_remembered(tmp_path):
    entry, numbers = Entry("processed_datasets", "a", tmp_path), Numbers()
    known = FileHashes(numbers)
    known["ü"], known["b"] = FileHash("0" * 32, "1" * 64), FileHash("kms", "2" * 64)
    content.save(entry, "here", known)
    again = content.load(entry, "here", Numbers())
    assert dict(again) == dict(known)
    assert again.of("b", "kms") == "2" * 64 and again.of("b", "other") == ""
    assert not content.load(entry, "elsewhere", Numbers())
    file = tmp_path / ".registry/content/processed_datasets/a.rows"
    file.write_bytes(file.read_bytes()[:-1])
    assert not content.load(entry, "here", Numbers())


@pytest.mark.both_stores
def test_the_same_bytes_have_the_same_version(anna, ben, bucket):
    anna.add(A, FILES)
    anna.add(B, FILES)
    expect(anna.push(), 0)
    for entry in (A, B):
        named = marker(bucket, entry)["version"]
        assert named == version_of(FILES), "in whatever parts, under whatever name"
        assert sha256(bucket.get(f".registry/versions/{entry}/{named}")).hexdigest() == named
        records = bucket.keys(f".registry/versions_log/{entry}/")
        assert [json.loads(bucket.get(key)) for key in records] == [marker(bucket, entry)]
    keys = bucket.keys()
    anna.proxy.requests.clear()
    expect(anna.push(), 0)
    assert bucket.keys() == keys and len(anna.proxy.requests) == 1
    ben.card(A)
    expect(ben.pull(A), 0)
    ben.write(f"{A}/x.txt", b"new")  # of the others ben knows no hash
    ben.delete(f"{A}/a b")
    ben.proxy.requests.clear()
    expect(ben.push(A), 0)
    changed = {"x.txt": b"new", "ü/y.txt": b"22", "big": FILES["big"]}
    assert marker(bucket, A)["version"] == version_of(changed)
    assert ben.proxy.count("GET", rf"/versions/{A}/") == 1
    ben.write(f"{A}/x.txt", b"1")
    ben.write(f"{A}/a b", b"")
    ben.proxy.requests.clear()
    expect(ben.push(A), 0)
    assert marker(bucket, A)["version"] == version_of(FILES), "back to what it was"
    assert ben.proxy.count("GET", r"/versions/") == 0, "what was read is remembered"
    assert len(bucket.keys(f".registry/versions_log/{A}/")) == 3
    assert len(bucket.keys(f".registry/versions/{A}/")) == 2


def old_marker(bucket, entry):
    """As a checkout of before writes it."""
    fields = {k: v for k, v in marker(bucket, entry).items() if k not in ("version", "made_from")}
    bucket.put(f".registry/{entry}.json", json.dumps(fields, indent=1).encode())


def test_buckets_and_markers_of_before_go_on(anna, ben, bucket):
    files = {"x.txt": b"1", "y.txt": b"2"}
    put_in_step(bucket, A, files, anna)
    assert marker(bucket, A)["version"] == version_of(files), "make seal reads the bytes"
    old_marker(bucket, A)
    ben.card(A)
    expect(ben.pull(A), 0)
    expect(anna.pull(A), 0)
    expect(ben.push(A), 0)
    assert "version" not in marker(bucket, A), "a push of nothing costs nothing"
    run = expect(ben.make("status", f"DATASET={A}", "FORMAT=json"), 0)
    assert json.loads(run.out)["entries"][0]["version"] == ""
    ben.write(f"{A}/y.txt", b"two")
    expect(ben.push(A), 0)
    assert marker(bucket, A)["version"] == version_of(files | {"y.txt": b"two"})
    old_marker(bucket, A)
    expect(ben.make("seal", f"DATASET={A}"), 0)
    assert marker(bucket, A)["version"] == version_of(files | {"y.txt": b"two"})
    run = expect(ben.make("seal", f"DATASET={A}"), 0)
    assert "sealed already" in run.out


def test_verify_says_what_the_version_names_otherwise(anna, bucket):
    anna.add(A, {"x.txt": b"1"})
    expect(anna.push(A), 0)
    right = marker(bucket, A)["version"]
    expect(anna.make("verify", f"DATASET={A}"), 0)
    bucket.delete(f".registry/versions/{A}/{right}")
    run = expect(anna.make("verify", f"DATASET={A}"), 2)
    assert f"{A}: S3 lacks the list of its version {right[:12]}: `make seal" in run.out
    expect(anna.make("seal", f"DATASET={A}"), 0)
    expect(anna.make("verify", f"DATASET={A}"), 0)
    wrong = content.text({"x.txt": Line("0" * 64, 1)})
    named = sha256(wrong).hexdigest()
    bucket.put(f".registry/versions/{A}/{named}", wrong)
    fields = marker(bucket, A) | {"version": named}
    bucket.put(f".registry/{A}.json", json.dumps(fields, indent=1).encode())
    run = expect(anna.make("verify", f"DATASET={A}"), 2)
    assert f"{A}/x.txt: version {named[:12]} names other bytes: `make seal" in run.out
    expect(anna.make("seal", f"DATASET={A}"), 0)
    assert marker(bucket, A)["version"] == right
    expect(anna.make("verify", f"DATASET={A}"), 0)


def test_a_marker_says_what_it_was_made_from(anna, ben, bucket):
    anna.add(A, {"x.txt": b"1"})
    anna.add("training_results/m", {"log": b"1"})
    anna.add(M, {"weights": b"1"})
    card = anna.path / f"{M}.card.md"
    text = card.read_text().split("\n", 1)
    card.write_text(
        f"{text[0]}\nbase_model: [{B}, google/bert]\n{text[1]}".replace(
            "datasets: [", f"datasets: [{A}, "
        )
    )
    anna.add(B, {"y.txt": b"1"})
    expect(anna.script("push_entries", M, A, B), 0)  # sources first, whatever the order
    known = {A: version_of({"x.txt": b"1"}), B: version_of({"y.txt": b"1"})}
    made_from = marker(bucket, M)["made_from"]
    assert {id: made_from.get(id) for id in known} == known
    assert all(value for value in made_from.values())
    ben.write(f"{M}.card.md", card.read_bytes())  # who has none of the sources asks S3
    expect(ben.script("pull_entries", M), 0)
    ben.write(f"{M}/weights", b"2")
    expect(ben.script("push_entries", M), 0)
    assert {id: marker(bucket, M)["made_from"].get(id) for id in known} == known


def test_bytes_of_before_are_not_called_made_from_what_is_here_today(anna, bucket):
    anna.add(A, {"x.txt": b"1"})
    anna.add(M, {"weights": b"1", "log": b"1"})
    card = anna.read(f"{M}.card.md")
    anna.write(f"{M}.card.md", card.replace(b"datasets: [", f"datasets: [{A}, ".encode()))
    expect(anna.script("push_entries", A, M), 0)
    assert marker(bucket, M)["made_from"][A] == version_of({"x.txt": b"1"})
    anna.write(f"{A}/x.txt", b"2")
    anna.delete(f"{M}/log")
    expect(anna.script("push_entries", A, M), 0)
    assert marker(bucket, A)["version"] == version_of({"x.txt": b"2"})
    assert marker(bucket, M)["made_from"][A] == version_of({"x.txt": b"1"})
    old_marker(bucket, M)
    expect(anna.make("seal", f"DATASET={M}"), 0)
    assert not marker(bucket, M)["made_from"]


def test_who_may_not_write_lists_pushes_all_the_same(anna, bucket):
    anna.add(A, {"x.txt": b"1"})
    anna.proxy.when("PUT", r"/\.registry/versions").answer(403, "AccessDenied")
    run = expect(anna.push(A), 0)
    assert "what is pushed has no version" in run.err
    assert marker(bucket, A)["version"] == "" and marker(bucket, A)["state"] == "done"


@pytest.mark.both_stores
def test_lists_do_not_slow_the_listing_of_markers(anna, bucket):
    for n in range(60):
        bucket.put(f".registry/versions/{A}/{n:064}", b"")
    for entry in (A, "training_results/z", M):
        bucket.put(f".registry/{entry}.json", b"{}")
    client = s3.Client(dvc_config.load(anna.path), patience=5)
    anna.proxy.requests.clear()
    assert set(connect.read_etags(client, about=3)) == {A, "training_results/z", M}
    assert len(anna.proxy.requests) == 1
