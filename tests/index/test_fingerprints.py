"""Stamps taken by several processes are the very ones that one process takes."""

import os
from pathlib import Path

import pytest

from registry.entries import Entry
from registry.index import fingerprints, scan
from registry.index.fingerprints import Stamps


@pytest.fixture
def many(monkeypatch):
    """As if the entries had so many files that helpers are worth it."""
    monkeypatch.setattr(fingerprints, "WORTH_FILES", 0)


@pytest.fixture
def entries(tmp_path: Path) -> list[Entry]:
    for n in range(7):
        (tmp_path / "processed_datasets" / f"e {n}" / "sub").mkdir(parents=True)
        (tmp_path / "processed_datasets" / f"e {n}" / "sub" / "a.txt").write_text(str(n))
    (tmp_path / "processed_datasets" / "e 3" / "broken").symlink_to("nowhere")
    return [Entry("processed_datasets", f"e {n}", tmp_path) for n in range(8)]  # one is not here


@pytest.mark.parametrize("worth", [0, 4000])
def test_all_cores_see_what_one_sees(entries, worth, monkeypatch):
    monkeypatch.setattr(fingerprints, "WORTH_FILES", worth)
    stamps = Stamps(entries)
    for entry in entries:
        assert stamps.of(entry).stamp == scan.scan(entry.folder).stamp
    assert [e.name for e in entries if not stamps.of(e).is_fit] == ["e 3"]


def test_a_helper_that_was_killed_is_replaced_by_looking_again(entries, many, monkeypatch):
    begin = fingerprints._begin

    def killed(folders: list[str]) -> tuple[int, int]:
        process, pipe = begin(folders)
        os.kill(process, 9)
        return process, pipe

    monkeypatch.setattr(fingerprints, "_begin", killed)
    stamps = Stamps(entries)
    assert [stamps.of(e).stamp for e in entries] == [scan.scan(e.folder).stamp for e in entries]


def test_no_helper_is_left_when_nobody_asks(entries, many):
    stamps = Stamps(entries)
    helpers = [process for _, process, _ in stamps._helpers]
    stamps.close()
    for process in helpers:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
