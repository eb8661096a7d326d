"""Every shape of `.dvc` file: plain DVC of the pinned version judges what we do with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from support.checkout import Checkout
from support.oracle import expect
from support.plain_dvc import dvc

from registry.raw import objects

STORED = "raw_datasets_dvc_cache"


@dataclass
class Shape:
    """`make` gives Anna the entry with its `.dvc` file; `edit` changes a file of it."""

    name: str
    make: Callable[[Checkout], None]
    edited: str
    keeps: str = ""


def replace(person: Checkout, path: str, content: bytes) -> None:
    """Write it anew, and not through a link into DVC's cache."""
    (person.path / path).unlink(missing_ok=True)
    person.write(path, content)


def legacy(person: Checkout, name: str, files: dict[str, bytes]) -> None:
    """What DVC 2.x left: objects at `xx/yyy`, text named by its MD5 with LF for CR LF."""

    def keep(digest: str, body: bytes) -> None:
        file = person.write(f".dvc/cache/{digest[:2]}/{digest[2:]}", body)
        file.chmod(0o444)

    rows = []
    for path, body in sorted(files.items()):
        folded = body.replace(b"\r\n", b"\n") if objects.is_text(body) else body
        digest = hashlib.md5(folded).hexdigest()
        keep(digest, body)
        rows.append({"md5": digest, "relpath": path})
    body = json.dumps(rows, sort_keys=True).encode()
    digest = hashlib.md5(body).hexdigest() + ".dir"
    keep(digest, body)
    person.write(f"raw_datasets/{name}.dvc", f"outs:\n- md5: {digest}\n  path: {name}\n".encode())
    dvc(person, "checkout", f"raw_datasets/{name}.dvc")


def make_single(person: Checkout) -> None:
    person.write("raw_datasets/x.csv", b"1,2\n")
    dvc(person, "add", "raw_datasets/x.csv")


def make_several(person: Checkout) -> None:
    text = b"# keep me\ndesc: words\nouts:\n- path: a.txt\n  hash: md5\n- path: b\n  hash: md5\n"
    person.write("raw_datasets/s.dvc", text)
    person.write("raw_datasets/a.txt", b"a")
    person.write("raw_datasets/b/b.txt", b"b")
    dvc(person, "commit", "-f", "raw_datasets/s.dvc")


def make_other_name(person: Checkout) -> None:
    text = b"# keep me\nwdir: ..\nfrozen: true\nouts:\n- path: raw_datasets/e\n  hash: md5\n"
    person.write("raw_datasets/o.dvc", text + b"meta:\n  who: me\n")
    person.write("raw_datasets/e/e.txt", b"e")
    dvc(person, "commit", "-f", "raw_datasets/o.dvc")


def make_legacy(person: Checkout) -> None:
    legacy(person, "old", {"a.csv": b"x,y\r\n1,2\r\n", "b/c.bin": b"\0\r\nq"})


SHAPES = [
    Shape("x.csv", make_single, "raw_datasets/x.csv"),
    Shape("s", make_several, "raw_datasets/b/b.txt", "# keep me"),
    Shape("o", make_other_name, "raw_datasets/e/e.txt", "# keep me"),
    Shape("old", make_legacy, "raw_datasets/old/a.csv"),
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_it_travels_as_by_plain_dvc(anna, ben, bucket, shape):
    entry = f"raw_datasets/{shape.name}"
    anna.card(entry)
    shape.make(anna)
    expect(anna.push(), 0)
    assert "in sync" in dvc(anna, "status", "-c", f"{entry}.dvc").out
    ben.card(entry)
    ben.write(f"{entry}.dvc", anna.read(f"{entry}.dvc"))
    expect(ben.pull(), 0)
    assert raw_files(ben) == raw_files(anna)
    assert "up to date" in dvc(ben, "status", f"{entry}.dvc").out
    expect(ben.script("verify_entries", entry), 0)
    assert f"{shape.name} not committed" in " ".join(ben.make("status").out.split())

    replace(anna, shape.edited, b"edited\r\n")
    assert "not added" in expect(anna.push(), 3).err
    assert "make add" in anna.make("status", f"DATASET={entry}").out
    run = expect(anna.script("add_entry", entry), 0)
    assert ("DVC 2.x" in run.err) == (shape.name == "old"), run
    assert shape.keeps in anna.read(f"{entry}.dvc").decode()
    assert "no new version" in expect(anna.script("add_entry", entry), 0).err
    expect(anna.push(), 0)
    replace(ben, shape.edited, b"Ben's")
    ben.write(f"{entry}.dvc", anna.read(f"{entry}.dvc"))
    expect(ben.pull(), 3)
    assert ben.read(shape.edited) == b"Ben's"
    expect(ben.make("reset", f"DATASET={entry}"), 0)
    assert raw_files(ben) == raw_files(anna) and b"Ben's" in ben.trash()


def raw_files(person: Checkout) -> dict[str, bytes]:
    """Every file of raw_datasets/ but cards and `.dvc` files, also those that are no folder's."""
    top = person.path / "raw_datasets"
    files = (p for p in top.rglob("*") if p.is_file())
    return {
        p.relative_to(top).as_posix(): p.read_bytes()
        for p in files
        if not p.name.endswith((".card.md", ".dvc", ".gitignore"))
    }


def test_the_folders_of_several_outs_are_no_entries(anna):
    anna.card("raw_datasets/s")
    make_several(anna)
    assert '"raw_datasets/b"' not in anna.make("status", FORMAT="json").out


def test_a_merge_conflict_stops_that_dataset_alone(anna):
    anna.add("raw_datasets/r", {"x": b"1"})
    dvc(anna, "add", "raw_datasets/r")
    anna.card("raw_datasets/c")
    text = b"outs:\n<<<<<<< HEAD\n- md5: 1\n=======\n- md5: 2\n>>>>>>> theirs\n  path: c\n"
    anna.write("raw_datasets/c.dvc", text)
    run = expect(anna.push(), 3)
    assert "raw_datasets/c.dvc:2: a merge conflict" in run.err, run
    assert "raw_datasets/r: S3 holds the version" in run.out, run
    run = expect(anna.pull(), 3)
    assert "raw_datasets/c.dvc:2: a merge conflict" in run.err, run
    assert "a merge conflict" in expect(anna.make("status"), 0).out
    run = expect(anna.script("check_cards", "raw_datasets/c"), 1)
    assert "raw_datasets/c.dvc:2: a merge conflict" in run.out, run


def test_a_nested_dvc_project_is_named_with_a_cure_that_works(anna):
    """The layout of registries that began with `dvc init` inside raw_datasets/."""
    entry = "raw_datasets/r"
    anna.add(entry, {"x": b"1", "y": b"2"})
    top = anna.path / "raw_datasets"
    expect(anna.run("sh", "-c", "cd raw_datasets && ../.venv/bin/dvc init --subdir"), 0)
    expect(anna.run("sh", "-c", "cd raw_datasets && ../.venv/bin/dvc add r"), 0)
    assert (top / ".dvc/cache").is_dir() and (top / "r.dvc").is_file()
    assert ".dvc/" not in anna.git("status", "--porcelain", "--untracked-files=all", "raw_datasets")
    for verb, code in (("push", 3), ("pull", 3), ("add", 3), ("reset", 3), ("check-cards", 1)):
        run = anna.make(verb, *([] if verb == "check-cards" else [f"DATASET={entry}"]))
        assert "raw_datasets/.dvc/ is a DVC project of its own" in run.said, run
        assert f"exit code {code}" in run.err or verb in ("add", "reset", "check-cards"), run
    status = json.loads(anna.make("status", FORMAT="json").out)
    assert [e["entry"] for e in status["entries"] if not e["entry"].split("/")[1]] == []
    cure = next(part for part in run.said.split("`") if part.startswith(("mkdir", "git rm")))
    expect(anna.run("bash", "-c", cure), 0)
    assert not (top / ".dvc").exists()
    expect(anna.push(entry), 0)
    assert "up to date" in dvc(anna, "status", f"{entry}.dvc").out


def test_a_dvc_file_in_a_subfolder_is_named(anna):
    anna.card("raw_datasets/sub")
    anna.write("raw_datasets/sub/d/x", b"1")
    anna.write("raw_datasets/sub/d.dvc", b"outs:\n- path: d\n  hash: md5\n")
    run = expect(anna.push(), 3)
    assert "it holds raw_datasets/sub/d.dvc" in run.err, run


def test_imports_come_from_where_they_come_and_are_never_pushed(anna, ben, tmp_path):
    source = tmp_path / "plain.txt"
    source.write_bytes(b"plain")
    entry = "raw_datasets/i.txt"
    anna.card(entry)
    dvc(anna, "import-url", "--no-download", str(source), entry)
    run = expect(anna.push(entry), 0)
    assert "nothing to push: it is an import that names no version" in run.out, run
    ben.card(entry)
    ben.write(f"{entry}.dvc", anna.read(f"{entry}.dvc"))
    expect(ben.pull(), 0)
    assert ben.read(entry) == b"plain"
    assert "nothing to do" in expect(ben.pull(entry), 0).err
    run = expect(ben.script("add_entry", entry), 3)
    assert "dvc update raw_datasets/i.txt.dvc" in run.err, run


def test_what_is_kept_on_another_remote_goes_there(anna, bucket, tmp_path):
    dvc(anna, "remote", "add", "--local", "other", str(tmp_path / "other"))
    anna.add("raw_datasets/r", {"x": b"1"})
    dvc(anna, "add", "raw_datasets/r")
    anna.write("raw_datasets/r.dvc", anna.read("raw_datasets/r.dvc") + b"  remote: other\n")
    run = expect(anna.push(), 0)
    assert "pushed by dvc: it is kept on the remote 'other'" in run.out, run
    assert bucket.keys(STORED) == []
    assert [p for p in (tmp_path / "other").rglob("*.dir")]
    anna.delete("raw_datasets/r", ".dvc/cache")
    expect(anna.pull(), 0)
    assert anna.read("raw_datasets/r/x") == b"1"


def test_what_dvc_leaves_out_is_left_out_and_named(anna):
    entry = "raw_datasets/r"
    anna.write("raw_datasets/.dvcignore", b"*.tmp\nskip/\n!keep.tmp\n")
    assert ".dvcignore" in anna.git("status", "-s"), "others need it as well"
    files = {"x.txt": b"1", "a.tmp": b"t", "keep.tmp": b"k", "skip/z": b"z", ".git/config": b"g"}
    folder = anna.add(entry, files)
    (folder / "empty").mkdir()
    (folder / "link").symlink_to("skip")
    (folder / "x.txt").chmod(0o755)
    run = expect(anna.script("add_entry", entry), 0)
    for what in (".git/", "a.tmp", "link/", "empty", "x.txt"):
        assert what in run.err, run
    assert b"nfiles: 2\n" in anna.read(f"{entry}.dvc")
    expect(anna.push(), 0)
    expect(anna.script("verify_entries", entry), 0)
    assert "up to date" in dvc(anna, "status", f"{entry}.dvc").out


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_it_is_removed_and_restored_as_a_whole(anna, shape):
    """A file, several outs and an out of another name stayed where they were, unsaid."""
    entry = f"raw_datasets/{shape.name}"
    anna.card(entry)
    shape.make(anna)
    before = raw_files(anna)
    anna.git("add", "-A")
    anna.git("commit", "-qm", "with it")
    replace(anna, shape.edited, b"an edit")
    run = expect(anna.script("remove_entry", entry, CONFIRM=shape.name), 3)
    assert "not added" in run.err and anna.read(shape.edited) == b"an edit", run
    expect(anna.script("reset_entry", entry), 0)
    run = expect(anna.script("remove_entry", entry, CONFIRM=shape.name), 0)
    assert f"{len(before)} file" in run.out and raw_files(anna) == {}, run
    ids = {p.name.split("-")[1]: p.name for p in (anna.path / ".registry/trash").iterdir()}
    run = expect(anna.script("restore_trash", ids["removed"]), 0)
    assert raw_files(anna) == before and f"{len(before)} file" in run.err, run
    anna.git("checkout", "HEAD", "--", f"{entry}.dvc", f"{entry}.card.md")
    assert "up to date" in dvc(anna, "status", f"{entry}.dvc").out
    (anna.path / shape.edited).unlink()
    expect(anna.script("restore_trash", ids["reset"]), 0)
    assert anna.read(shape.edited) == b"an edit"


@pytest.mark.parametrize("verb", ["add", "remove", "reset"])
@pytest.mark.parametrize(
    "text",
    [
        b"outs:\n<<<<<<< HEAD\n- md5: 1\n=======\n",
        b"outs: [\n",
        b"outs:\n- md5: " + b"AB" * 16 + b"\n  hash: md5\n  path: r\n",
    ],
    ids=["conflict", "no YAML", "capitals"],
)
def test_nothing_writes_over_a_dvc_file_that_nobody_can_read(anna, verb, text):
    anna.add("raw_datasets/r", {"x": b"1"})
    dvc(anna, "add", "raw_datasets/r")
    anna.git("add", "-A")
    anna.git("commit", "-qm", "with it")
    anna.write("raw_datasets/r.dvc", text)
    run = expect(anna.script(f"{verb}_entry", "raw_datasets/r", CONFIRM="r"), 3)
    assert "raw_datasets/r.dvc:2: " in run.err and "git checkout" in run.err, run
    assert anna.read("raw_datasets/r.dvc") == text and anna.read("raw_datasets/r/x") == b"1"
    assert anna.trash() == []
