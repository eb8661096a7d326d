"""Which files of a folder a scan takes, and how it names those of nested folders and links."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from registry.index import scan

LITTER = (".DS_Store", "Thumbs.db", "._x", "._", "a.card.md", ".card.md", "data.dvc", ".dvc")
DATA = ("a.card.md.txt", "x._y", "dvc", "card.md", ".github", "DS_Store", "line\nfeed", "é")


@pytest.mark.parametrize("litter", LITTER)
def test_litter_is_left_out_wherever_it_stands_in_the_row(tmp_path: Path, litter: str) -> None:
    for name in ("0", litter, "~"):
        (tmp_path / name).write_bytes(b"")
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / litter).write_bytes(b"")
    seen = scan.scan(tmp_path)
    assert sorted(seen.files) == ["0", "~"]
    assert sorted(seen.left_out) == sorted([litter, f"alone/{litter}"])
    assert litter in scan.scan(tmp_path, everything=True).files


def test_names_that_only_resemble_litter_are_data(tmp_path: Path) -> None:
    for name in DATA:
        (tmp_path / name).write_bytes(b"")
    assert sorted(scan.scan(tmp_path).files) == sorted(DATA)


def test_deep_folders_and_links_are_seen_from_any_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / "entry" / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "file").write_bytes(b"1234")
    (deep / ".git").write_bytes(b"gitdir: elsewhere")
    os.symlink("b", deep.parent / "link")
    os.symlink("../..", deep / "loop")
    os.symlink("/etc", deep / "out")
    monkeypatch.chdir(tmp_path)
    seen = scan.scan("entry")
    assert {path: stat.size for path, stat in seen.files.items()} == {
        "a/b/file": 4,
        "a/link/file": 4,
    }
    assert sorted(seen.in_git) == ["a/b/.git", "a/link/.git"]
    assert sorted(line.split(":")[0] for line in seen.problems) == [
        f"a/{way}/{name}" for way in ("b", "link") for name in ("loop", "out")
    ]
