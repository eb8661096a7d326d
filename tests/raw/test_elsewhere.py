"""Raw data that is kept elsewhere than with the other raw data, or by links: plain DVC judges."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from support.checkout import Checkout
from support.oracle import below, expect
from support.plain_dvc import dvc
from support.plain_dvc import run as run_dvc
from support.servers import Bucket

RAW = "raw_datasets/r"
FILES = {"x.txt": b"first", "sub/y.txt": b"second"}
STORED = "raw_datasets_dvc_cache"
KINDS = ["symlink", "hardlink,copy", "reflink,copy"]  # of links; SWEEP=full takes all of them


def hand_over(anna: Checkout, ben: Checkout, entry: str) -> None:
    """What Git brings."""
    ben.card(entry)
    ben.write(f"{entry}.dvc", anna.read(f"{entry}.dvc"))


def assert_all_well(person: Checkout, entry: str) -> None:
    """Pull, push, verify and reset have nothing to do, status and DVC find it as it should be."""
    expect(person.pull(entry), 0)
    expect(person.push(entry), 0)
    assert "0 differences" in expect(person.script("verify_entries", entry), 0).err
    assert "0 files brought back" in expect(person.make("reset", f"DATASET={entry}"), 0).err
    status = expect(person.make("status", f"DATASET={entry}"), 0)
    assert "not committed" in status.out and "make " not in status.out, status
    assert "up to date" in dvc(person, "status", f"{entry}.dvc").out


def assert_edits_are_seen(person: Checkout, entry: str, file: str) -> None:
    """Kept by pull, refused by push, told by status and verify, set aside by reset."""
    before = person.read(file)
    (person.path / file).unlink()
    person.write(file, b"an edit")
    assert "kept" in expect(person.pull(entry), 0).err
    assert "not added" in expect(person.push(entry), 3).err
    assert f"{file}: differs" in expect(person.script("verify_entries", entry), 1).out
    assert "1 not added" in person.make("status", f"DATASET={entry}").out
    assert person.read(file) == b"an edit"
    assert "1 file brought back" in expect(person.make("reset", f"DATASET={entry}"), 0).err
    assert person.read(file) == before and b"an edit" in person.trash()


def add_cloud(person: Checkout, bucket: Bucket) -> None:
    """A second remote that keeps versions: dvc writes their ids into the `.dvc` file."""
    lines = (person.path / ".dvc/config.local").read_text().splitlines()
    options = dict(line.strip().split(" = ", 1) for line in lines if " = " in line)
    dvc(person, "remote", "add", "--local", "cloud", f"{bucket.url}/versions")
    for name in ("endpointurl", "region", "profile", "credentialpath"):
        dvc(person, "remote", "modify", "--local", "cloud", name, options[name])
    dvc(person, "remote", "modify", "--local", "cloud", "version_aware", "true")


def test_files_that_the_cloud_versions(clone, moto_server):
    moto_bucket = replace(moto_server, bucket="versioned").new_bucket()  # others want none
    moto_bucket.client.request("PUT", "")
    anna, ben = clone("anna", moto_bucket), clone("ben", moto_bucket)
    name = moto_bucket.url.split("/")[2]
    words = ("--bucket", name, "--versioning-configuration", "Status=Enabled")
    expect(anna.aws("s3api", "put-bucket-versioning", *words), 0)
    add_cloud(anna, moto_bucket)
    add_cloud(ben, moto_bucket)
    anna.add(RAW, FILES)
    dvc(anna, "add", RAW)
    anna.write(f"{RAW}.dvc", anna.read(f"{RAW}.dvc") + b"  remote: cloud\n")
    assert "pushed by dvc" in expect(anna.push(RAW), 0).out
    assert anna.read(f"{RAW}.dvc").count(b"version_id") == 2
    assert_all_well(anna, RAW)
    hand_over(anna, ben, RAW)
    expect(ben.script("pull_entries", RAW), 0)
    assert ben.tree() == below(RAW, FILES)
    assert_all_well(ben, RAW)
    assert_edits_are_seen(ben, RAW, f"{RAW}/sub/y.txt")

    anna.write(f"{RAW}/x.txt", b"newer")  # the other file's version id is not dropped
    expect(anna.script("add_entry", RAW), 0)
    assert anna.read(f"{RAW}.dvc").count(b"version_id") == 1
    expect(anna.push(RAW), 0)
    hand_over(anna, ben, RAW)
    expect(ben.script("pull_entries", RAW), 0)
    assert ben.tree() == anna.tree() == below(RAW, {**FILES, "x.txt": b"newer"})
    assert_all_well(ben, RAW)


def test_what_is_not_to_be_pushed_stays_here_and_that_is_said(anna, ben, bucket):
    anna.add(RAW, FILES)
    dvc(anna, "add", RAW)
    version = anna.read(f"{RAW}.dvc")
    anna.write(f"{RAW}.dvc", version + b"  push: false\n")
    for words in ({"DRY_RUN": "1"}, {}):
        run = expect(anna.push(RAW, **words), 0)
        assert "nothing to push: it is not to be pushed" in run.out, run
    assert "0 raw datasets up to date in S3, 1 with nothing to push" in run.err, run
    assert bucket.keys(STORED) == []
    assert_all_well(anna, RAW)
    assert_edits_are_seen(anna, RAW, f"{RAW}/x.txt")

    hand_over(anna, ben, RAW)
    for run in (expect(ben.pull(RAW), 1), expect(ben.script("reset_entry", RAW), 1)):
        assert "take `push: false` out of r.dvc" in run.err, run
    anna.write(f"{RAW}.dvc", version)
    expect(anna.push(RAW), 0)
    hand_over(anna, ben, RAW)
    expect(ben.script("pull_entries", RAW), 0)
    assert ben.tree() == below(RAW, FILES)


@pytest.fixture
def source(tmp_path: Path, anna: Checkout) -> Path:
    """Another team's DVC project, with `data/` in it."""
    top = tmp_path / "source"
    (top / "data/sub").mkdir(parents=True)
    (top / "data/x.txt").write_bytes(b"first")
    (top / "data/sub/y.txt").write_bytes(b"second")
    git(anna, top, "init -q .")
    for words in ("init -q", "remote add -d store ../store", "add -q data"):
        expect(run_dvc(anna, *words.split(), cwd=top), 0)
    git(anna, top, "add -A", "commit -qm first")
    expect(run_dvc(anna, "push", "-q", cwd=top), 0)
    return top


def git(person: Checkout, folder: Path, *commands: str) -> None:
    for words in commands:
        expect(person.run("git", "-C", str(folder), *words.split()), 0)


def test_an_import_from_another_project(anna, ben, bucket, source):
    anna.card(RAW)
    dvc(anna, "import", str(source), "data", "-o", RAW)
    assert b"frozen: true" in anna.read(f"{RAW}.dvc")
    run = expect(anna.push(RAW), 0)
    assert "nothing to push: it is a `dvc import`" in run.out, run
    assert bucket.keys(STORED) == []
    assert_all_well(anna, RAW)
    hand_over(anna, ben, RAW)
    assert "make pull" in ben.make("status", f"DATASET={RAW}").out
    expect(ben.pull(RAW), 0)
    assert ben.tree() == below(RAW, FILES)
    assert_all_well(ben, RAW)
    assert_edits_are_seen(ben, RAW, f"{RAW}/x.txt")


def test_an_edited_import_is_not_told_to_be_added(anna, source):
    """`make add` does not take it."""
    anna.card(RAW)
    dvc(anna, "import", str(source), "data", "-o", RAW)
    anna.write(f"{RAW}/x.txt", b"an edit")
    status = anna.make("status", f"DATASET={RAW}")
    for said in (status.out, expect(anna.pull(RAW), 3).err, expect(anna.push(RAW), 3).err):
        assert "make reset" in said and "make add" not in said, said


def test_an_import_whose_source_is_gone(anna, ben, source, tmp_path):
    anna.card(RAW)
    dvc(anna, "import", str(source), "data", "-o", RAW)
    hand_over(anna, ben, RAW)
    (tmp_path / "store").rename(tmp_path / "gone")
    run = expect(ben.pull(RAW), 1)
    assert f"data of {source} does not give this version" in run.err, run
    assert "make push" not in run.err and f"dvc update {RAW}.dvc" in run.err, run
    assert ben.tree() == {}
    (source / "data/x.txt").write_bytes(b"newer")
    expect(run_dvc(anna, "add", "-q", "data", cwd=source), 0)
    git(anna, source, "commit -qam newer")
    expect(run_dvc(anna, "push", "-q", cwd=source), 0)
    dvc(anna, "update", f"{RAW}.dvc")
    assert anna.read(f"{RAW}/x.txt") == b"newer"
    assert_all_well(anna, RAW)


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_an_import_that_was_never_downloaded(anna, ben, tmp_path, kind):
    """It names no version, so what is here is never overwritten; DVC brings no folder of it."""
    source = tmp_path / "plain"
    file = f"{RAW}/x.txt" if kind == "folder" else RAW
    (source if kind == "folder" else tmp_path).mkdir(exist_ok=True)
    (source / "x.txt" if kind == "folder" else source).write_bytes(b"plain")
    anna.card(RAW)
    dvc(anna, "import-url", "--no-download", str(source), RAW)
    hand_over(anna, ben, RAW)
    ben.write(file, b"my own")
    assert "kept" in expect(ben.pull(RAW), 0).err
    assert "names no MD5" in expect(ben.push(RAW), 3).err
    assert "make reset" in ben.make("status", f"DATASET={RAW}").out
    assert "unverifiable" in expect(ben.script("verify_entries", RAW), 0).out
    run = ben.script("reset_entry", RAW)
    if kind == "folder":
        assert expect(run, 1) and ben.read(file) == b"my own"
        assert f"`.venv/bin/dvc update {RAW}.dvc` downloads" in run.err, run
        ben.delete(RAW)
        run = expect(ben.pull(RAW), 1)
        assert "`dvc pull` brought no files of it" in run.err and "a remote" not in run.err, run
        assert (ben.path / RAW).is_dir(), "empty, as plain dvc leaves it"
        assert "nothing to push: it is an import" in expect(ben.push(RAW), 0).out
        dvc(ben, "update", f"{RAW}.dvc")
        expect(ben.pull(RAW), 0)
    else:
        assert "1 file brought back" in expect(run, 0).err and b"my own" in ben.trash()
        assert "nothing to do" in expect(ben.pull(RAW), 0).err
    assert ben.read(file) == b"plain"
    assert "nothing to push" in expect(ben.push(RAW), 0).out or kind == "folder"


def test_dvcs_stale_index_takes_no_files(anna, ben, tmp_path):
    """After a failed `dvc pull` of such a folder plain `dvc checkout` deletes what it has."""
    source = tmp_path / "plain"
    source.mkdir()
    (source / "x.txt").write_bytes(b"plain")
    anna.card(RAW)
    dvc(anna, "import-url", "--no-download", str(source), RAW)
    hand_over(anna, ben, RAW)
    expect(run_dvc(ben, "pull", f"{RAW}.dvc"), 1)
    dvc(ben, "update", f"{RAW}.dvc")
    expect(ben.pull(RAW), 0)
    assert ben.tree() == {f"{RAW}/x.txt": b"plain"}


def test_a_link_that_the_disk_does_not_know_is_named(anna):
    """Plain DVC says that files are missing."""
    anna.add(RAW, FILES)
    dvc(anna, "add", RAW)
    expect(anna.script("push_entries", RAW), 0)
    dvc(anna, "config", "--local", "cache.type", "reflink")
    anna.delete(RAW)
    if run_dvc(anna, "checkout", f"{RAW}.dvc").code == 0:
        pytest.skip("this disk knows reflinks")
    run = expect(anna.pull(RAW), 1)
    cure = ".venv/bin/dvc config --local cache.type reflink,copy"
    assert f"`{cure}`" in run.err and "author" not in run.err, run
    expect(anna.run("bash", "-c", cure), 0)
    expect(anna.pull(RAW), 0)
    assert anna.tree() == below(RAW, FILES)
    assert_all_well(anna, RAW)


@pytest.mark.parametrize("kind", KINDS if os.environ.get("SWEEP") == "full" else KINDS[:1])
def test_a_cache_that_people_share(anna, ben, tmp_path, kind):
    """Outside of both clones, written by a group."""
    for person in (anna, ben):
        for name, value in (("dir", str(tmp_path / "shared")), ("shared", "group"), ("type", kind)):
            dvc(person, "config", "--local", f"cache.{name}", value)
    anna.add(RAW, FILES)
    dvc(anna, "add", RAW)
    expect(anna.script("push_entries", RAW), 0)
    assert not (anna.path / ".dvc/cache/files").exists()
    assert_all_well(anna, RAW)
    hand_over(anna, ben, RAW)
    expect(ben.script("pull_entries", RAW), 0)
    assert ben.tree().keys() == below(RAW, FILES).keys()
    assert {ben.read(path) for path in ben.tree()} == {*FILES.values()}
    assert_all_well(ben, RAW)
    assert_edits_are_seen(ben, RAW, f"{RAW}/x.txt")
    folders = [p for p in (tmp_path / "shared").rglob("*") if p.is_dir()]
    assert all(folder.stat().st_mode & 0o2070 == 0o2070 for folder in folders)


def test_a_cache_that_moved_is_filled_again(anna, tmp_path):
    anna.add(RAW, FILES)
    dvc(anna, "add", RAW)
    expect(anna.script("push_entries", RAW), 0)
    dvc(anna, "config", "--local", "cache.dir", str(tmp_path / "moved"))
    assert_all_well(anna, RAW)
    anna.delete(RAW, ".dvc/cache")
    expect(anna.pull(RAW), 0)
    assert anna.tree() == below(RAW, FILES)
    assert [p for p in (tmp_path / "moved/files/md5").glob("??/*.dir")]
    assert_all_well(anna, RAW)


def test_the_outs_that_are_to_be_pushed_are_pushed_beside_others(anna, ben, bucket):
    """One `push: false` kept all of them here, with exit 0."""
    entry = "raw_datasets/s"
    text = b"outs:\n- path: mine\n  hash: md5\n  push: false\n- path: ours\n  hash: md5\n"
    for name in ("mine", "ours"):
        anna.write(f"raw_datasets/{name}", name.encode())
    anna.card(entry)
    anna.write(f"{entry}.dvc", text)
    dvc(anna, "commit", "-f", f"{entry}.dvc")
    expect(anna.pull(entry), 0)  # which brings nothing, and proves nothing of S3
    assert "not in S3" in expect(anna.script("verify_entries", entry), 1).out
    run = expect(anna.push(), 0)
    assert "pushed, but for a part: it is not to be pushed" in run.out, run
    assert [*bucket.read(STORED).values()] == [b"ours"]
    assert_all_well(anna, entry)


def test_a_pull_of_what_the_cache_has_is_no_proof_that_another_remote_has_it(anna, tmp_path):
    """The push that came after it had nothing to do, and the remote stayed empty."""
    dvc(anna, "remote", "add", "--local", "other", str(tmp_path / "other"))
    anna.add(RAW, FILES)
    dvc(anna, "add", RAW)
    anna.write(f"{RAW}.dvc", anna.read(f"{RAW}.dvc") + b"  remote: other\n")
    expect(anna.pull(), 0, 1)
    expect(anna.make("reset", f"DATASET={RAW}"), 0)
    assert "pushed by dvc" in expect(anna.push(), 0).out
    assert [p for p in (tmp_path / "other").rglob("*.dir")]
    assert "nothing to do" in expect(anna.push(), 0).err
    assert "nothing to do" in expect(anna.pull(RAW), 0).err


def test_what_dvc_keeps_no_copy_of_promises_none(anna, ben):
    entry = "raw_datasets/n.txt"
    anna.card(entry)
    anna.write(entry, b"one")
    anna.write(f"{entry}.dvc", b"outs:\n- path: n.txt\n  hash: md5\n  cache: false\n")
    dvc(anna, "commit", "-f", f"{entry}.dvc")
    assert "nothing to push: DVC keeps no copies" in expect(anna.push(entry), 0).out
    hand_over(anna, ben, entry)
    run = expect(ben.pull(entry), 1)
    assert "by hand" in run.err and "make push" not in run.err, run
    advice = expect(ben.script("show_status", entry), 0).out
    assert f"git log -1 -- {entry}.dvc" in advice and "make pull" not in advice, advice
    ben.write(entry, b"one")
    expect(ben.pull(entry), 0)
    anna.write(entry, b"two")
    run = expect(anna.push(entry), 3)
    assert "make add" in run.err and "make reset" not in run.err, run
    assert "by hand" in expect(anna.script("reset_entry", entry), 1).err
    assert anna.read(entry) == b"two"
