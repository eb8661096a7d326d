"""What only a person who is not root meets: files and folders that say no, other people's locks.

Where the tests run as root, the commands run without root's rights.
"""

from __future__ import annotations

import os
import stat
import sys

import pytest
from support.oracle import assert_clean, below, expect, put_in_step

A, B = "processed_datasets/a", "processed_datasets/b"
FILES = {"x.txt": b"one", "sub/y.txt": b"two", "sub/z.txt": b"three", "w.txt": b"four"}
NOBODY = 65534

pytestmark = pytest.mark.skipif(
    os.geteuid() == 0 and sys.platform != "linux", reason="root keeps its rights here"
)


@pytest.fixture
def ben(ben):
    ben.is_plain_user = True
    return ben


@pytest.fixture
def shared(anna, ben, bucket):
    put_in_step(bucket, A, FILES, anna, ben)
    put_in_step(bucket, B, {"b.txt": b"b"}, anna, ben)
    return bucket


@pytest.fixture
def locked(ben):
    """locked(path): it says no until the test is over."""
    changed = []

    def lock(path, mode):
        changed.append((path, path.stat().st_mode))
        path.chmod(mode)

    yield lock
    for path, mode in reversed(changed):
        if path.exists():
            path.chmod(mode)


@pytest.mark.parametrize("what", ["file", "new file", "folder", "folder that is listed only"])
def test_what_cannot_be_read_is_refused_by_name_and_stops_nothing_else(ben, shared, locked, what):
    if what == "new file":
        ben.write(f"{A}/new.txt", b"new")
    name = {"file": "x.txt", "new file": "new.txt"}.get(what, "sub")
    locked(ben.path / A / name, 0o400 if what.endswith("only") else 0)
    ben.write(f"{B}/b.txt", b"Ben's b")
    run = expect(ben.script("push_entries"), 3)
    assert name in run.said and "cannot be read" in run.said, run
    if what == "file":
        assert f"`chmod u+r {A}/x.txt`" in run.said, run
    assert shared.data() == below(A, FILES) | below(B, {"b.txt": b"Ben's b"})
    run = expect(ben.script("show_status"), 0)
    assert f"{B[: B.index('/')]}" in run.out and "b" in run.out, run
    assert_clean(ben)


def test_diff_calls_nothing_changed_that_it_cannot_read(ben, shared, locked):
    ben.write(f"{A}/w.txt", b"more than four")
    for name in ("w.txt", "x.txt"):
        locked(ben.path / A / name, 0)
    (ben.path / A / "x.txt").touch()
    run = expect(ben.script("diff_entry", A, "--text"), 0)
    assert run.out.splitlines()[:2] == [
        "changed  w.txt  4 bytes > 14 bytes", "unknown  x.txt  3 bytes, and cannot be read",
    ], run  # fmt: skip
    assert "1 file changed, 1 file unreadable" in run.said, run


def test_pull_and_verify_name_a_file_that_cannot_be_read(anna, ben, shared, locked):
    anna.write(f"{A}/x.txt", b"eno")
    expect(anna.script("push_entries"), 0)
    locked(ben.path / A / "x.txt", 0)
    run = expect(ben.script("pull_entries", A, B), 3)
    assert "x.txt: cannot be read" in run.said, run
    run = expect(ben.script("verify_entries"), 1)
    assert f"{A}/x.txt: cannot be read" in run.out and f"{A}/w.txt" not in run.out, run
    (ben.path / A / "x.txt").chmod(0o644)
    expect(ben.script("pull_entries", A), 0)
    assert ben.tree() == shared.data()


@pytest.mark.parametrize("command", ["pull_entries", "reset_entry"])
@pytest.mark.parametrize("news", ["changed", "new", "vanished"])
def test_a_folder_that_may_not_be_written_to_is_named_before_anything_moves(
    anna, ben, shared, locked, command, news
):
    if news == "vanished":
        anna.delete(f"{A}/sub/y.txt")
    else:
        anna.write(f"{A}/sub/" + ("y.txt" if news == "changed" else "deep/new.txt"), b"news")
    anna.write(f"{A}/w.txt", b"Anna's w")
    expect(anna.script("push_entries"), 0)
    before = ben.tree()
    locked(ben.path / A / "sub", 0o555)
    run = expect(ben.script(command, A), 3)
    assert f"`chmod u+w {A}/sub`" in run.said and ".registry" not in run.said, run
    assert ben.tree() == before and ben.trash() == []
    expect(ben.run("chmod", "u+w", f"{A}/sub"), 0)
    expect(ben.script(command, A), 0)
    assert ben.tree() == shared.data() == anna.tree()
    assert_clean(ben)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("engine", ["aws", "auto"])
def test_somebody_elses_file_of_the_same_size_and_an_old_time_is_sent(ben, shared, engine):
    file = ben.write(f"{A}/x.txt", b"eno")
    os.utime(file, (1, 1))
    os.chown(file, NOBODY, NOBODY)
    expect(ben.script("push_entries", ENGINE=engine), 0)
    assert shared.data() == ben.tree()
    assert file.stat().st_mtime == 1 and file.read_bytes() == b"eno"
    assert_clean(ben)


@pytest.mark.parametrize("mask", [0o022, 0o002])
def test_nobody_else_can_hold_the_locks(ben, shared, mask):
    """Who may read a lock's file may also hold it."""
    folder = ben.path / ".registry"
    folder.chmod(0o777 & ~mask)
    expect(ben.pull(), 0)
    mode = stat.S_IMODE(folder.stat().st_mode)
    assert mode == (0o770 if mask == 0o002 else 0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_another_user_cannot_even_open_them(ben, shared):
    expect(ben.pull(), 0)
    code = f"import os; os.setuid({NOBODY}); open('.registry/lock')"
    ben.is_plain_user = False
    run = ben.run(sys.executable, "-c", code)
    assert run.code == 1 and "Permission denied" in run.err, run
