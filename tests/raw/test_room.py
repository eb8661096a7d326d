"""What a raw dataset takes: in DVC's cache what is missing there, and what its checkout copies."""

from __future__ import annotations

import pytest

from registry.entries import Entry
from registry.raw import room
from registry.raw.cache import Cache
from registry.raw.dataset import Dataset

DVC_FILE = "outs:\n- md5: {md5}.dir\n  size: {size}\n  nfiles: 3\n  hash: md5\n  path: x\n"
MD5 = "d41d8cd98f00b204e9800998ecf8427e"
GIB = 2**30


@pytest.fixture
def entry(tmp_path):
    entry = Entry("raw_datasets", "x", tmp_path)
    entry.folder.parent.mkdir()
    entry.dvc_file.write_text(DVC_FILE.format(md5=MD5, size=GIB))
    (tmp_path / ".dvc").mkdir()
    return entry


def taken(entry):
    cache = Cache.of(entry.root)
    needs = room.of_files([Dataset.of(entry)], cache)
    return [("cache" if n.folder == cache.top else "here", n.bytes) for n in needs]


def test_a_version_is_taken_twice_where_it_is_copied(entry, monkeypatch):
    monkeypatch.setattr(room, "_clones", lambda *_: False)
    assert taken(entry) == [("cache", GIB), ("here", GIB)]
    entry.folder.mkdir()
    (entry.folder / "old").write_bytes(b"x" * 1000)
    assert taken(entry) == [("cache", GIB), ("here", GIB - 1000)]
    monkeypatch.setattr(room, "_clones", lambda *_: True)
    assert taken(entry) == [("cache", GIB), ("here", 0)]


@pytest.mark.parametrize("kinds", ["symlink", "hardlink,copy"])
def test_and_once_where_it_is_linked(entry, kinds):
    (entry.root / ".dvc" / "config").write_text(f"[cache]\n    type = {kinds}\n")
    assert taken(entry) == [("cache", GIB), ("here", 0)]


def test_what_the_cache_has_is_not_fetched(entry):
    (entry.root / ".dvc" / "config").write_text("[cache]\n    type = copy\n")
    held = Cache.of(entry.root).path(f"files/md5/{MD5[:2]}/{MD5[2:]}.dir")
    held.parent.mkdir(parents=True)
    held.write_text("[]")
    assert taken(entry) == [("here", GIB)]


def test_the_disk_itself_is_asked_whether_it_clones(entry):
    assert room._clones(Cache.of(entry.root), Dataset.of(entry)) in (True, False)
    assert [path.name for path in (entry.root / ".registry").iterdir()] == []
    assert list(Cache.of(entry.root).top.iterdir()) == []
