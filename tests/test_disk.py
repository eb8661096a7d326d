"""Room for what is to come: counted by disk, as much as is taken at one time."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry import disk
from registry.disk import SPARE_BYTES, SPARE_LEAST, Need
from registry.entries import Entry
from registry.errors import Refusal

BIG, SMALL = Entry("champion_models", "big"), Entry("champion_models", "small")
GIB = 2**30


def looked(needs, free, at_once=1):
    return disk.disks(needs, at_once, lambda folder: free)


def test_what_fits_with_some_to_spare_is_not_refused(tmp_path):
    needs = [Need(BIG, tmp_path / "not" / "yet", 6), Need(SMALL, tmp_path, 4)]
    fits = looked(needs, 10 + SPARE_LEAST)
    disk.refuse_lack(fits)
    assert str(fits[0]).startswith("10 bytes of disk needed for 2 entries, ")
    with pytest.raises(Refusal, match=r"no room .*1 byte more.*champion_models/big 6 bytes, "):
        disk.refuse_lack(looked(needs, 9 + SPARE_LEAST))


def test_what_is_spared_goes_with_what_comes(tmp_path):
    """A disk with 20 MiB free took no dataset of 275 bytes: 64 MiB had to be left."""
    disk.refuse_lack(looked([Need(SMALL, tmp_path, 275)], 20 * 2**20))
    assert disk.spare(10 * 2**20) == 10 * 2**20
    assert disk.spare(GIB) == SPARE_BYTES


def test_nothing_to_come_needs_no_room(tmp_path):
    assert looked([Need(BIG, tmp_path, 0)], 0) == []


def test_what_is_replaced_is_counted_once_it_is_gone(tmp_path):
    """Two models of 10 in place of two of 9: one at a time, 11 are taken at most, and not 20."""
    needs = [Need(entry, tmp_path, 10, released=9) for entry in (BIG, SMALL)]
    assert [d.bytes for d in looked(needs, GIB)] == [11]
    assert [d.bytes for d in looked(needs, GIB, at_once=2)] == [20]
    shrinking = [Need(BIG, tmp_path, 10, released=30), Need(SMALL, tmp_path, 5)]
    assert [d.bytes for d in looked(shrinking, GIB)] == [15]


def test_each_disk_is_counted_for_itself(tmp_path):
    other = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path("/proc")
    if other.stat().st_dev == tmp_path.stat().st_dev:
        other = Path("/proc")
    disks = looked([Need(BIG, tmp_path, 3), Need(BIG, other, 4), Need(SMALL, tmp_path, 5)], GIB)
    assert sorted(d.bytes for d in disks) == [4, 8]


def test_a_hole_takes_no_room(tmp_path):
    with open(tmp_path / "hole", "wb") as file:
        file.truncate(GIB)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x").write_bytes(b"12345")
    assert 0 < disk.kept(tmp_path) <= 2**20
    assert disk.kept(tmp_path / "none") == 0
