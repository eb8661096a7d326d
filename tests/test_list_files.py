"""`make ls`: an entry's files, from its version's list, S3's listing, its `.dvc` file, or here."""

from __future__ import annotations

import hashlib
import json
import time

import pytest
from support.oracle import expect, marker

import list_files
from registry.entries import Entry
from registry.errors import UsageError
from registry.index.baseline import FINE_TICK_NS
from registry.inside import contents

P, X, RAW = "processed_datasets", "experiments", "raw_datasets/base"
FILES = {"a/one.txt": b"1", "a/two words.csv": b"22", "Größe.csv": b"333", "big.bin": bytes(5000)}


def listed(checkout, entry, *words, code=0, **env):
    run = expect(checkout.script("list_files", "--json", *words, entry, **env), code)
    listing = json.loads(run.out)
    return {row["path"]: row["size"] for row in listing["shown"]}, listing


def looked(checkout, entry, bucket=None):
    """The same without a command: ({path: size}, version)."""
    entry = Entry(*entry.split("/"), checkout.path)
    contained = contents.read(entry, bucket and bucket.client)
    return {file.path: file.size for file in contained.files}, contained.version


def test_patterns_are_globs_or_parts_of_a_path():
    fits = list_files.fits
    assert fits("a/two.csv", "*.csv") and fits("a/b/two.csv", "b/*") and fits("a/two.csv", "/tw")
    assert not fits("a/two.csv", "*.txt") and not fits("a/two.csv", "csv/") and fits("x", "")
    with pytest.raises(UsageError, match="SORT=path or SORT=size"):
        list_files.main(["--sort=up", "x"])


def test_files_are_listed_from_s3_and_from_here(clone, rclone_bucket):
    anna = clone("anna", rclone_bucket)
    anna.add(f"{P}/x", FILES)
    sizes = {path: len(body) for path, body in FILES.items()}
    assert looked(anna, f"{P}/x", rclone_bucket)[0] == sizes  # never pushed: from here
    time.sleep(2 * FINE_TICK_NS / 1e9)  # what is younger is not taken for known
    expect(anna.script("push_entries", f"{P}/x"), 0)
    assert listed(anna, "x", "--sort=size")[0] == sizes
    anna.write(f"{P}/x/a/one.txt", b"1, but longer here")
    files, whole = listed(anna, "x")
    assert files == sizes  # the registry's, not this machine's
    assert [row["path"] for row in whole["shown"] if not row["here"]] == ["a/one.txt"]
    run = expect(anna.make("ls", "DATASET=x", "PATTERN=*.csv", "OFFLINE=1"), 0)
    assert run.out == "3 bytes  Größe.csv\n2 bytes  a/two words.csv\n"
    assert "2 files of 4, 5 bytes" in run.err
    assert listed(anna, "x", "--pattern=nothing", code=1)[0] == {}
    assert (
        "none fits PATTERN='ONE'" in expect(anna.script("list_files", "--pattern=ONE", "x"), 1).err
    )
    # A content list of its version is believed before any listing.
    text = f"{hashlib.sha256(b'1').hexdigest()} 1 a/two words.csv\n"
    version = hashlib.sha256(text.encode()).hexdigest()
    rclone_bucket.put(f".registry/versions/{P}/x/{version}", text.encode())
    sealed = {**marker(rclone_bucket, f"{P}/x"), "version": version}
    rclone_bucket.put(f".registry/{P}/x.json", json.dumps(sealed).encode())
    files, short = looked(anna, f"{P}/x", rclone_bucket)
    assert (files, short) == ({"a/two words.csv": 1}, version[:12])
    # S3 out of reach: what is here, and why.
    anna.proxy.stop()
    run = expect(anna.script("list_files", "x"), 1)
    assert "18 bytes  a/one.txt" in run.out
    assert "ls: S3 could not be asked, so this is what is known here: " in run.err


def test_a_raw_dataset_is_what_its_dvc_file_names(clone, rclone_bucket):
    """Its sizes are those of DVC's objects in S3: nothing of it is here."""
    anna = clone("anna", rclone_bucket)
    bodies = {"a.csv": b"1,2\n", "b/c.txt": b"see"}
    digests = {path: hashlib.md5(body).hexdigest() for path, body in bodies.items()}
    rows = [{"md5": digest, "relpath": path} for path, digest in digests.items()]
    text = json.dumps(rows).encode()
    top = hashlib.md5(text).hexdigest()
    objects = {f"{d}": bodies[p] for p, d in digests.items()} | {f"{top}.dir": text}
    for name, body in objects.items():
        rclone_bucket.put(f"raw_datasets_dvc_cache/files/md5/{name[:2]}/{name[2:]}", body)
    anna.write(f"{RAW}.dvc", f"outs:\n- md5: {top}.dir\n  hash: md5\n  path: base\n".encode())
    files, whole = listed(anna, "base")
    assert files == {"a.csv": 4, "b/c.txt": 3}
    assert (whole["source"], whole["version"]) == ("its .dvc file", top[:12])
    anna.add(f"{X}/scrap", {"n": b"12"})
    assert looked(anna, f"{X}/scrap", rclone_bucket) == ({"n": 2}, "")
