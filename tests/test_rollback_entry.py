"""A replaced champion is not gone: what a push replaces is kept, and a rollback brings it back."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from types import SimpleNamespace

import pytest
from support import policy
from support.oracle import below, expect, marker

from registry.entries import Entry
from registry.remote import dvc_config, old_objects
from registry.remote.etag import md5
from registry.remote.s3 import Client
from registry.remote.session import Session
from registry.sync import kept
from registry.sync.survey import Survey

M = "champion_models/m"
OLD = {"weights.bin": b"good" * 100, "config.json": b"{}", "old name.txt": b"moved", "ü": b"1"}
NEW = {"weights.bin": b"bad!" * 100, "config.json": b"{}", "new/name.txt": b"moved", "more": b"2"}
BIG = {"big.bin": bytes(range(256)) * (9 * 2**20 // 256)}
KEPT = f".registry_trash/kept/{M}/"


def write(person, files):
    for path in person.tree(f"{M}/"):
        person.delete(path)
    for path, content in files.items():
        person.write(f"{M}/{path}", content)


def here(person):
    return {path[len(M) + 1 :]: body for path, body in person.tree(f"{M}/").items()}


def in_s3(bucket):
    return {path[len(M) + 1 :]: body for path, body in bucket.read(f"{M}/").items()}


@pytest.fixture
def replaced(anna, ben, bucket):
    """Anna's good model is in S3 and at Ben's; then she pushes a bad one; (good, bad) version."""
    anna.add(M, OLD | BIG)
    expect(anna.script("push_entries", M), 0)
    good = marker(bucket, M)["version"]
    ben.card(M)
    expect(ben.script("pull_entries", M), 0)
    write(anna, NEW | {"big.bin": BIG["big.bin"][::-1]})
    expect(anna.script("push_entries", M, DELETE="1"), 0)
    return good, marker(bucket, M)["version"]


def hash_of(body):
    return sha256(body).hexdigest()


@pytest.mark.both_stores
def test_a_replaced_champion_comes_back(anna, ben, bucket, replaced):
    good, bad = replaced
    gone = [OLD["weights.bin"], OLD["ü"], BIG["big.bin"]]
    assert bucket.keys(KEPT) == sorted(KEPT + hash_of(b) for b in gone), "what only moved is there"
    ben.write(f"{M}/weights.bin", b"Ben's own")
    assert ben.pull(M).code, "a conflict"
    ben.write(f"{M}/weights.bin", OLD["weights.bin"])
    ben.card("training_results/m")
    assert "S3 has news" in expect(ben.push(M), 0).said
    run = expect(ben.pull(M), 0)
    assert f"version {good[:12]} > {bad[:12]} (back: `make rollback DATASET={M} TO=" in run.out
    typed = re.search(r"back: `make (rollback [^`]*)`", run.out)[1].split()
    before = bucket.read()
    dry = expect(ben.make(*typed, "DRY_RUN=1"), 0)
    assert f"{M}/weights.bin: to be that of version {good[:12]}" in dry.out
    assert f"{M}/more: to be taken away" in dry.out and bucket.read() == before
    assert here(ben)["weights.bin"] == NEW["weights.bin"]
    run = expect(ben.make(*typed), 0)
    assert in_s3(bucket) == OLD | BIG
    sealed = marker(bucket, M)
    assert (sealed["state"], sealed["version"]) == ("done", good)

    expect(ben.pull(M), 0)
    anna.push(M)  # looks at S3's news, and forgets which version is here
    told = expect(anna.pull(M, DELETE="1"), 0).out
    assert f"back: `make history DATASET={M}` lists" in told or f"TO={bad[:12]}`" in told
    assert here(ben) == here(anna) == OLD | BIG
    expect(anna.make("verify", f"DATASET={M}"), 0)
    undo = re.search(r"to undo it: `make (rollback [^`]*)`", run.err)[1].split()
    expect(anna.make(*undo), 0)
    assert in_s3(bucket) == NEW | {"big.bin": BIG["big.bin"][::-1]}
    assert marker(bucket, M)["version"] == bad
    told = json.loads(expect(anna.make("history", f"DATASET={M}", "FORMAT=json"), 0).out)["history"]
    assert [state["version"] for state in told] == [bad, good, bad, good]
    assert told[0]["change"] == {"added": 2, "changed": 2, "gone": 2}
    assert told[-1]["change"] is None and told[0]["who"] == "anna"
    run = expect(anna.make("history", f"DATASET={M}", "LAST=1"), 0)
    assert f"{bad[:12]}" in run.out and "2 added, 2 changed, 2 gone" in run.out
    assert len(run.out.splitlines()) == 1


def test_a_bucket_with_versioning_keeps_it_by_itself(clone, moto_server):
    """Nothing is copied then, and the note leads to the bytes as long as the bucket has them."""
    bucket = moto_server.new_bucket()
    anna = clone("anna", bucket)
    switch = b"<VersioningConfiguration><Status>%s</Status></VersioningConfiguration>"
    bucket.client.request("PUT", "", {"versioning": ""}, switch % b"Enabled")
    try:
        anna.add(M, OLD | BIG)
        expect(anna.script("push_entries", M), 0)
        good = marker(bucket, M)["version"]
        write(anna, NEW | {"big.bin": BIG["big.bin"][::-1]})
        expect(anna.script("push_entries", M, DELETE="1"), 0)
        assert [key for key in bucket.keys(KEPT) if not key.endswith(".version")] == []
        assert len(bucket.keys(KEPT)) == 3
        expect(anna.script("rollback_entry", M, TO=good), 0)
        assert in_s3(bucket) == OLD | BIG and marker(bucket, M)["version"] == good
        expect(anna.pull(M, DELETE="1"), 0)
        assert here(anna) == OLD | BIG
        assert len(bucket.keys(KEPT)) == 3 + 4, "what moves back is kept while it moves"
    finally:
        bucket.client.request("PUT", "", {"versioning": ""}, switch % b"Suspended")


def test_what_no_section_keeps_comes_from_the_buckets_own_versions(clone, moto_server):
    """Proven by the digest of its seal; where one object is gone for good, nothing is touched."""
    bucket, entry = moto_server.new_bucket(), "processed_datasets/d"
    anna = clone("anna", bucket)
    switch = b"<VersioningConfiguration><Status>%s</Status></VersioningConfiguration>"
    bucket.client.request("PUT", "", {"versioning": ""}, switch % b"Enabled")
    try:
        states = [OLD, {"ü": b"2", "config.json": b"{}"}, {"ü": b"3", "more": b"4"}]
        for state in states:
            for path in anna.tree(f"{entry}/"):
                anna.delete(path)
            anna.add(entry, state)
            expect(anna.script("push_entries", entry, DELETE="1"), 0)
        assert bucket.keys(KEPT.replace(M, entry)) == []
        told = json.loads(expect(anna.make("history", f"DATASET={entry}", "FORMAT=json"), 0).out)
        sealed = [one["version"] for one in told["history"]]
        for version, state in zip(sealed[::-1], states, strict=True):
            expect(anna.script("rollback_entry", entry, TO=version), 0)
            assert bucket.read(f"{entry}/") == below(entry, state)
            assert marker(bucket, entry)["version"] == version
        (row, *_) = old_objects.read(bucket.client, bucket.key(f"{entry}/weights.bin"))
        while rows := [*old_objects.read(bucket.client, row.key)]:
            bucket.client.request("DELETE", row.key, {"versionId": rows[0].version})
        run = expect(anna.script("rollback_entry", entry, TO=sealed[-1]), 3)
        assert "no longer keeps" in run.err and "weights.bin" in run.err, run
        assert bucket.read(f"{entry}/") == below(entry, states[-1])
    finally:
        bucket.client.request("PUT", "", {"versioning": ""}, switch % b"Suspended")


NO_LIST, NO_READ = "s3:ListBucketVersions", "s3:GetObjectVersion"


@pytest.mark.parametrize("right", [NO_LIST, NO_READ])
def test_a_policy_that_hides_old_versions(clone, moto_server, right):
    """It is said which right is missing, by doctor too, and not that the bytes are gone."""
    bucket = moto_server.new_bucket()
    anna = clone("anna", bucket)
    switch = b"<VersioningConfiguration><Status>%s</Status></VersioningConfiguration>"
    bucket.client.request("PUT", "", {"versioning": ""}, switch % b"Enabled")
    try:
        entry = "processed_datasets/p" if right == NO_LIST else M  # of M notes lead to versions
        anna.add(entry, {"x": b"old"})
        expect(anna.script("push_entries", entry), 0)
        old = marker(bucket, entry)["version"]
        anna.write(f"{entry}/x", b"new")
        expect(anna.script("push_entries", entry), 0)
        before, refused = bucket.read(), policy.deny(anna.proxy, right)
        run = anna.script("rollback_entry", entry, TO=old)
        assert run.code == (3 if right == NO_LIST else 1) and "AccessDenied" in run.err, run
        assert "no longer keeps" not in run.err and bucket.read() == before, run
        assert (right if right == NO_LIST else "`make doctor` tells which rights") in run.err, run
        assert refused
        told = expect(anna.script("run_doctor"), 0).out
        assert f"allow {right} on arn:aws:s3:::" in told and "note  old versions" in told, told
    finally:
        bucket.client.request("PUT", "", {"versioning": ""}, switch % b"Suspended")


def test_what_is_no_longer_kept_is_named_and_nothing_touched(anna, ben, bucket, replaced):
    good, _ = replaced
    bucket.delete(KEPT + hash_of(OLD["weights.bin"]))
    before = bucket.read()
    run = expect(anna.script("rollback_entry", M, TO=good), 3)
    assert "no longer keeps weights.bin, and the files here are others" in run.err
    assert bucket.read() == before
    own = {"ENGINE": "auto", "AWS": "/no/such/program"}
    expect(ben.script("rollback_entry", M, TO=good, **own), 0)  # ben had not pulled
    assert in_s3(bucket) == OLD | BIG and marker(bucket, M)["version"] == good


def test_a_wrong_word_is_told_what_there_is(anna, ben, bucket, replaced):
    good, bad = replaced
    for word in ("", "abc", "zzzz", "0" * 12):
        run = ben.script("rollback_entry", M, TO=word)
        assert run.code == (3 if word else 2), run
        assert good[:12] in run.err and bad[:12] in run.err
    run = expect(ben.script("rollback_entry", M, TO=bad), 0)
    assert "already" in run.err
    run = expect(ben.script("rollback_entry", "raw_datasets/base", TO=bad), 3)
    assert "make history DATASET=raw_datasets/base" in run.err
    told = expect(ben.make("history", "DATASET=raw_datasets/base"), 0)
    assert "d41d8cd98f00" in told.out


@pytest.mark.parametrize("nth", [1, 2, 4, 7])
def test_a_rollback_that_dies_goes_on(anna, ben, bucket, replaced, nth):
    """Killed before a write; then the same command finishes it, or a push keeps what is here."""
    good, _ = replaced
    ben.proxy.when("(PUT|DELETE)", r"champion_models/m[/.]", nth=nth).call(
        lambda: ben.running.kill()
    )
    ben.script("rollback_entry", M, TO=good)
    ben.proxy.clear()
    old, new = {*OLD.values(), *BIG.values()}, {*NEW.values(), BIG["big.bin"][::-1]}
    held = {*bucket.read(f"{M}/").values(), *bucket.read(KEPT).values()}
    assert old | new <= held, "no byte of either version is lost"
    assert marker(bucket, M)["state"] == "pushing" or nth == 1
    if nth == 2:
        expect(ben.script("push_entries", M, DELETE="1"), 0, 3)
    expect(ben.script("rollback_entry", M, TO=good), 0)
    assert in_s3(bucket) == OLD | BIG and marker(bucket, M)["version"] == good


@pytest.mark.parametrize("nth", [3, 6, 8])
def test_a_push_that_dies_has_kept_what_it_replaces(anna, bucket, nth):
    """No byte of the old version is ever nowhere; running it again keeps and sends the rest."""
    anna.add(M, OLD)
    expect(anna.script("push_entries", M), 0)
    write(anna, NEW)
    rule = anna.proxy.when("(PUT|DELETE)", r"champion_models/m[/.]", nth=nth)
    rule.call(lambda: anna.running.kill())
    anna.script("push_entries", M, DELETE="1")
    anna.proxy.clear()
    held = {*bucket.read(f"{M}/").values(), *bucket.read(KEPT).values()}
    assert rule.fired and {*OLD.values()} <= held
    expect(anna.script("push_entries", M, DELETE="1"), 0)
    assert in_s3(bucket) == NEW
    assert {*bucket.read(KEPT).values()} >= {OLD["weights.bin"], OLD["ü"]}
    assert marker(bucket, M)["state"] == "done" and marker(bucket, M)["version"]


def test_expired_ones_go_at_a_later_push(anna, bucket, monkeypatch):
    anna.add(M, {"w": b"1"})
    expect(anna.script("push_entries", M), 0)
    anna.write(f"{M}/w", b"2")
    expect(anna.script("push_entries", M), 0)
    assert bucket.keys(KEPT) == [KEPT + hash_of(b"1")]
    remote = dvc_config.load(anna.path)
    session = Session(remote, Client(remote, patience=5), root=anna.path)
    keeper = kept.Keeper(Survey(Entry("champion_models", "m", anna.path), session), "")
    keeper.expire()
    assert bucket.keys(KEPT), "14 days are not over"
    year = 365 * kept.DAY
    real = kept.time.time
    monkeypatch.setattr(kept, "time", SimpleNamespace(time=lambda: real() + year))
    keeper.expire()
    assert bucket.keys(KEPT), "a clock of ours that is wrong takes nothing away"
    monkeypatch.setattr(kept, "_store_time", lambda client: real() + year)
    keeper.expire()
    assert bucket.keys(KEPT) == []


def test_what_is_in_an_archive_is_not_replaced_unkept(clone, moto_server):
    bucket = moto_server.new_bucket()
    anna = clone("anna", bucket)
    anna.add(M, {"w": b"1", "x": b"other"})
    expect(anna.script("push_entries", M), 0)
    bucket.client.put(bucket.key(f"{M}/w"), b"1", {"x-amz-storage-class": "GLACIER"})
    anna.write(f"{M}/w", b"2")
    run = expect(anna.script("push_entries", M), 3)
    assert f"{M}: refused: w is in an archive of S3" in run.err
    assert bucket.client.head(bucket.key(f"{M}/w")).etag == md5(b"1")
    assert marker(bucket, M)["state"] == "done"
    (cure,) = re.findall(r"`([^`]+aws s3api restore-object [^`]+)`", run.err)
    expect(anna.run("bash", "-c", cure), 0)
    expect(anna.script("push_entries", M), 0)
    assert bucket.get(f"{M}/w") == b"2" and bucket.get(KEPT + hash_of(b"1")) == b"1"


def test_other_sections_keep_nothing(anna, bucket):
    entry = "processed_datasets/a"
    anna.add(entry, {"x": b"1"})
    expect(anna.script("push_entries", entry), 0)
    anna.write(f"{entry}/x", b"2")
    expect(anna.script("push_entries", entry), 0)
    assert bucket.keys(".registry_trash") == []
