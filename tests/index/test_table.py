"""The packed tables behave like dicts, and what is stored of them comes back as it was."""

from __future__ import annotations

import random

import pytest

from registry import names
from registry.entries import Entry
from registry.index import baseline, listing, scan
from registry.index import stats as index_stats
from registry.index.baseline import Baseline, Row, Rows
from registry.index.hashes import Verdicts
from registry.index.listing import Objects
from registry.index.path_ids import Numbers
from registry.index.stats import Stat, Stats
from registry.index.table import Tags, unlike
from registry.remote.s3 import Object
from registry.sync import marker

MD5 = "0123456789abcdef" * 2
TAGS = [
    MD5, f"{MD5}-1", f"{MD5}-10000", f"{MD5}-0", f"{MD5}-07", f"{MD5}-4294967294",
    f"{MD5}-4294967295", f"{MD5}-99999999999", f"{MD5}-", f"{MD5}x3", f"{MD5}0", MD5[:-2],
    MD5.upper(), MD5[:30] + " \t", "0" * 32, "", "-", "no MD5", "é" * 32, "x" * 32,
]  # fmt: skip
LONG_AGO = 1_000_000_000_000_000_000
STATS = [
    Stat(0, 0, 0, 0), Stat(-1, -1, -1, -1), Stat(5, LONG_AGO, LONG_AGO, 7),
    Stat(2**63 - 1, -LONG_AGO, 2**63 - 1, -(2**63)),
]  # fmt: skip
PATHS = ["a", "b/c", "b/d e", "é", "\udcff", "new\nline", "tab\t", *map(str, range(50))]


@pytest.mark.parametrize("tag", TAGS)
def test_any_etag_comes_back_as_it_was(tag):
    numbers = Numbers()
    cells = {other: numbers.cell(other) for other in TAGS}
    assert numbers.text(cells[tag]) == tag
    assert [other for other in TAGS if cells[other] == cells[tag]] == [tag]


@pytest.mark.parametrize("seed", range(20))
def test_a_table_is_a_dict(seed):
    rng = random.Random(seed)
    numbers = Numbers()
    numbers.of(rng.sample(PATHS, 9))
    table, known = Rows(numbers), {}
    for _ in range(200):
        path, row = rng.choice(PATHS), Row(rng.choice(STATS), rng.choice(TAGS))
        deed = rng.randrange(4)
        if deed == 0:
            assert table.pop(path, None) == known.pop(path, None)
        elif deed == 1:
            assert table.get(path) == known.get(path) and (path in table) == (path in known)
        else:
            table[path] = known[path] = row
    assert len(table) == len(known) and table == known
    assert dict(table.items()) == known and sorted(table) == sorted(known)
    assert sorted(table.values()) == sorted(known.values())
    assert table.on(Numbers()) == known
    with pytest.raises(KeyError):
        table["never there"]


@pytest.mark.parametrize("seed", range(20))
def test_what_differs_is_found(seed):
    rng, numbers = random.Random(seed), Numbers()
    paths = [str(n) for n in range(rng.choice([3, 600]))]
    one, other = Tags(numbers), Tags(numbers)
    for table in (one, other):
        rng.shuffle(paths)
        table.update((path, MD5) for path in paths[: rng.randrange(len(paths))])
    for path in rng.sample(paths, 2):
        other[path] = rng.choice(TAGS)
    flags = bytearray(len(numbers))
    unlike(flags, one, other, "tags")
    flagged = {path for path, number in numbers.items() if flags[number]}
    assert flagged == {path for path in paths if one.get(path) != other.get(path)}
    assert (one.mark("tags") == other.mark("tags")) == (not flagged)


@pytest.mark.parametrize("known", [[], ["z", "b/c"]], ids=["alone", "beside others"])
def test_a_baseline_comes_back_as_it_was(tmp_path, known):
    entry = Entry("processed_datasets", "a", tmp_path)
    rows = {path: Row(STATS[n % 3], TAGS[n % len(TAGS)]) for n, path in enumerate(PATHS)}
    base = Baseline("m", Rows(), 7)
    base.rows.update(rows)
    baseline.save(entry, "here", base, 2 * LONG_AGO)
    numbers = Numbers()
    numbers.of(known)
    loaded = baseline.load(entry, "here", numbers)
    assert (loaded.marker, loaded.device, loaded.rows) == ("m", 7, rows)
    stats = Stats()
    stats.update((path, row.stat) for path, row in sorted(rows.items(), reverse=True))
    size = sum(row.stat.size for row in rows.values())
    header = baseline.Header("m", scan.stamp(stats), len(rows), size)
    assert baseline.header(entry, "here") == header
    assert baseline.load(entry, "elsewhere", numbers) == Baseline(rows=Rows())


@pytest.mark.parametrize(
    ("age", "tick", "is_sure"),
    [(40_000_000, 1, False), (60_000_000, 1, True), (1_999_999_999, 0, False)],
)
def test_a_file_changed_just_before_the_look_is_not_trusted(tmp_path, age, tick, is_sure):
    """The same for one whose times are in whole seconds, as some disks keep them."""
    entry = Entry("processed_datasets", "a", tmp_path)
    fresh = Stat(1, LONG_AGO + tick, LONG_AGO + tick, 1)
    old = Stat(1, LONG_AGO - 10**11, LONG_AGO - 10**11, 1)
    base = Baseline()
    base.rows.update(fresh=Row(fresh, MD5), old=Row(old, MD5))
    baseline.save(entry, "here", base, LONG_AGO + tick + age)
    rows = baseline.load(entry, "here").rows
    assert rows["fresh"].stat == (fresh if is_sure else baseline.UNKNOWN)
    assert rows["old"].stat == old


def test_objects_come_back_as_they_were():
    """A marker's digest is what others wrote: it must never change."""
    times = ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00Z", ""]
    rows = [Object(f"pre/{n:02}", n**9, tag, times[n % 3]) for n, tag in enumerate(TAGS)]
    listed = listing.from_objects(rows, "pre/").files
    assert list(listed.values()) == rows
    assert listed.bytes == sum(row.size for row in rows)
    assert [*listed.by_path()] == [(row.key[4:], row.size, row.etag) for row in rows]
    two = Objects()
    two.update(b=Object("b", 2, f"{MD5}-2"), a=Object("a", 1, MD5))
    digest = "15b53845c9650b3c5436403f86fe444a6bfbe823bc831f13caae24a7c79faebd"
    assert marker.digest(two) == digest
    fine = listing.from_objects([Object("a", 1, MD5, "2026-01-01T00:00:00.123456789Z")], "").files
    assert fine["a"].modified == "2026-01-01T00:00:00Z"


def test_verdicts_are_kept_for_each_etag_of_a_path():
    verdicts = Verdicts(Numbers())
    for tag, same in zip(TAGS, [True, False, None] * 9, strict=False):
        verdicts["a", tag] = same
    verdicts["b", ""] = True
    for tag, same in zip(TAGS, [True, False, None] * 9, strict=False):
        assert ("a", tag) in verdicts and verdicts.get(("a", tag)) is same
    assert ("b", MD5) not in verdicts and verdicts.get(("b", MD5)) is None


def test_names_that_some_disks_fold_are_found():
    paths = ["A/x", "a/y", "é", "e\u0301", "b", "B/z", "c/D", "c/d", "e/f", "e-f", "g"]
    problems = names.name_twins(paths)
    assert [line.partition(":")[0] for line in problems] == ["'a'", "'b'", "'c/d'", "'é'"]
    assert names.name_twins(["a/b", "a-b", "a/c", "z"]) == []


@pytest.mark.parametrize("when", [2**63 + 5, -(2**63) - 5, 2**62])
def test_times_and_inodes_of_any_size_are_told_apart(when):
    """Some disks have inodes of 64 bits, and times beyond the year 2262."""

    class Found:
        st_size, st_mtime_ns, st_ctime_ns, st_ino = 1, when, LONG_AGO, 2**64 - 2

    stats = Stats()
    stats["a"] = index_stats.from_stat(Found)
    assert stats["a"] == index_stats.from_stat(Found)
    Found.st_mtime_ns += 1
    assert stats["a"] != index_stats.from_stat(Found)
