"""What S3 holds without a card: counted, and taken out by name, as a fresh listing shows it."""

from __future__ import annotations

from support.oracle import assert_clean, expect, marker, put_in_step

A, DARK = "processed_datasets/a", "processed_datasets/dark"


def test_what_no_card_speaks_of_is_counted_and_removed_by_name(clone, bucket):
    anna = clone("anna", bucket)
    put_in_step(bucket, A, {"x": b"1"}, anna)
    for n in range(3):
        bucket.put(f"{DARK}/{n}.bin", b"0" * 1000)
    for name in ("a.card.md", "template.card.md", ".gitignore", "data.txt"):
        bucket.put(f"processed_datasets/{name}", b"loose")
    run = anna.script("check_cards", "--remote")
    assert "(3 files, 2.9 KiB, newest of 2" in run.out, run
    assert f"or `make remove DATASET={DARK}`" in run.out and "`make remove LOOSE=1`" in run.out, run
    assert "and 1 file is not (data.txt)" in run.out, run

    told = expect(anna.script("show_status", FULL="1"), 0).err
    assert f"{DARK}: 3 files, 2.9 KiB, newest of 2" in told and "`make remove LOOSE=1`" in told, (
        told
    )
    assert "processed_datasets/: 1 file in S3 in no entry's folder: `make check-cards" in told, told
    anna.proxy.clear()
    assert DARK not in expect(anna.script("show_status"), 0).said
    assert not anna.proxy.count("GET", r"prefix=[^&]*processed_datasets/(&|$)"), "no more requests"

    run = expect(anna.make("remove", f"DATASET={DARK}"), 2)
    assert f"{DARK}: 3 files, 2.9 KiB" in run.out and "CONFIRM=dark" in run.err, run
    expect(anna.make("remove", f"DATASET={DARK}", "CONFIRM=dark"), 0)
    assert bucket.keys(f"{DARK}/") == [] and marker(bucket, DARK) == {}
    assert list(bucket.read(".registry_trash/").values()).count(b"0" * 1000) == 3

    before = bucket.read()
    run = expect(anna.make("remove", "LOOSE=1"), 2)
    assert "CONFIRM=loose" in run.err and bucket.read() == before
    expect(anna.make("remove", "LOOSE=1", "CONFIRM=loose"), 0)
    left = [key for key in bucket.keys("processed_datasets/") if key.count("/") == 1]
    assert left == ["processed_datasets/data.txt"], left
    assert list(bucket.read(".registry_trash/").values()).count(b"loose") == 3
    expect(anna.pull(), 0)
    run = expect(anna.make("remove", "DATASET=processed_datasets/nowhere"), 2)
    assert "is not an entry here" in run.err, run
    assert_clean(anna)


def test_what_others_have_a_card_of_is_not_dark(clone, rclone_bucket):
    anna = clone("anna", rclone_bucket)
    put_in_step(rclone_bucket, A, {"x": b"1"}, anna)
    anna.git("add", "-A")
    anna.git("commit", "-qm", "a")
    anna.git("init", "-q", "--bare", "../hub.git")
    anna.git("remote", "add", "origin", "../hub.git")
    anna.git("push", "-q", "-u", "origin", "main")
    anna.git("reset", "-q", "--hard", "HEAD~")
    anna.delete(A)
    before = rclone_bucket.read()
    run = expect(anna.script("remove_entry", A, CONFIRM="a"), 3)
    assert "`git pull`" in run.err and rclone_bucket.read() == before, run
