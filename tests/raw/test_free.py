"""What a dead `make free` had set aside comes back, whatever its shape, or stays in the trash."""

from __future__ import annotations

import pytest

from registry import workspace
from registry.entries import Entry
from registry.index import baseline
from registry.index.baseline import Baseline
from registry.raw import free as raw_free
from registry.raw.dataset import Dataset
from registry.sync import free, trash

OUT = "- md5: d41d8cd98f00b204e9800998ecf8427e{}\n  size: 1\n  hash: md5\n  path: {}\n"
FILES = {"one/a": b"1", "one/sub/b": b"2", "two.txt": b"3"}


@pytest.fixture
def entry(tmp_path):
    """A raw dataset of a folder and a file, of other names than its own."""
    entry = Entry("raw_datasets", "both", tmp_path)
    (tmp_path / ".dvc").mkdir()
    entry.folder.parent.mkdir()
    entry.dvc_file.write_text(f"outs:\n{OUT.format('.dir', 'one')}{OUT.format('', 'two.txt')}")
    for path, body in FILES.items():
        file = entry.folder.parent / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    baseline.save(entry, "s3://x", Baseline("marker"), 0)
    return entry


def set_aside(entry):
    """As a free that dies right after."""
    free.set_aside(raw_free.places(Dataset.of(entry)), trash.new(entry, free.ASIDE))
    assert here(entry) == {} and workspace.has_begun_to_free(entry.root)


def here(entry):
    top = entry.folder.parent
    return {path: (top / path).read_bytes() for path in FILES if (top / path).exists()}


def test_several_outs_come_back(entry):
    set_aside(entry)
    assert raw_free.recover(entry.root) == [entry]
    assert here(entry) == FILES and not workspace.has_begun_to_free(entry.root)
    assert baseline.header(entry, "s3://x")


def test_what_came_in_their_place_stays_and_has_deleted_nothing(entry):
    set_aside(entry)
    (entry.folder.parent / "two.txt").write_bytes(b"new")
    assert raw_free.recover(entry.root) == []
    assert here(entry) == {**FILES, "two.txt": b"new"}
    (item,) = trash.items(entry.root)
    assert item.files() == ["two.txt"] and (item.content / "two.txt").read_bytes() == b"3"
    assert baseline.header(entry, "s3://x") is None


def test_what_was_proven_is_finished(entry):
    aside = trash.new(entry, free.DROPPED)
    free.set_aside(raw_free.places(Dataset.of(entry)), aside)
    assert raw_free.recover(entry.root) == [] and here(entry) == {}
    assert list(trash.items(entry.root)) == []
