"""Ctrl-C, a killed parent, two commands at once: one clean end each, and nothing runs on."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from support.checkout import STARTED
from support.oracle import assert_clean, assert_in_time, below, expect, marker, until

ENTRIES = ["processed_datasets/a", "processed_datasets/b", "training_results/c"]
FILES = {"x.txt": b"x" * 1000, "y.txt": b"y" * 1000}
SLOW = r"/b/[xy]\.txt"  # of the entries, b is the one that does not get done


@pytest.fixture
def pair(clone, moto_bucket):
    anna, ben = clone("anna", moto_bucket), clone("ben", moto_bucket)
    for entry in ENTRIES:
        anna.add(entry, FILES)
        ben.card(entry)
    return anna, ben, moto_bucket


def interrupt_and_go_on(pair, push):
    """Ctrl-C ends the push in time; the next one sends only what has not arrived."""
    anna, ben, bucket = pair
    push.interrupt()
    began = time.monotonic()
    run = expect(push.wait(), 130)
    took = time.monotonic() - began
    assert_clean_but_journal(anna)
    anna.proxy.clear()
    assert_in_time(took, 30, expect(anna.push(**STARTED), 0))
    assert bucket.data() == anna.tree()
    assert anna.proxy.count("PUT", r"/[ac]/[xy]\.txt") == 0, f"sent what was sent already\n{run}"
    expect(ben.pull(), 0)
    assert ben.tree() == anna.tree()
    assert_clean(anna, ben)


def test_ctrl_c_in_a_push(pair):
    anna, _, bucket = pair
    anna.proxy.when("PUT", SLOW).hang()
    push = anna.start("./push.sh", ENGINE="aws")  # one start for each entry
    done = {f".registry/{e}.json" for e in ENTRIES if not e.endswith("/b")}
    until(lambda: anna.proxy.count("PUT", SLOW) and all(
        marker(bucket, key[len(".registry/") : -len(".json")]).get("state") == "done"
        for key in done))  # fmt: skip
    interrupt_and_go_on(pair, push)


def test_ctrl_c_while_several_entries_share_a_start(pair):
    """What has arrived is not sent again, though its entry could not be sealed."""
    anna, _, bucket = pair
    # a goes alone, and is held up until the claims of the other two have long arrived.
    is_claimed = lambda: anna.proxy.count("PUT", r"/[bc]\.json") >= 2  # noqa: E731
    is_sent = lambda: anna.proxy.count("PUT", r"/a/[xy]\.txt")  # noqa: E731
    anna.proxy.when("PUT", r"/[bc]\.json", first=2).call(lambda: until(is_sent))
    anna.proxy.when("PUT", r"/a/[xy]\.txt", first=2).call(
        lambda: (until(is_claimed), time.sleep(3))
    )
    anna.proxy.when("PUT", SLOW).hang()
    push = anna.start("./push.sh", ENGINE="auto")
    others = {f"{e}/{n}" for e in ENTRIES if not e.endswith("/b") for n in FILES}
    until(lambda: anna.proxy.count("PUT", SLOW) and set(bucket.data()) >= others)
    interrupt_and_go_on(pair, push)


def test_ctrl_c_in_a_pull(pair):
    anna, ben, _ = pair
    expect(anna.push(), 0)
    ben.proxy.when("GET", SLOW).hang()
    pull = ben.start("./pull.sh", ENGINE="aws")
    until(lambda: ben.proxy.count("GET", SLOW) and len(ben.tree()) == 4 and len(ben.state()) == 2)
    pull.interrupt()
    began = time.monotonic()
    expect(pull.wait(), 130)
    took = time.monotonic() - began
    assert set(ben.tree()) == {f"{e}/{n}" for e in ENTRIES if not e.endswith("/b") for n in FILES}
    assert_clean(ben)
    ben.proxy.clear()
    assert_in_time(took, 30, expect(ben.pull(**STARTED), 0))
    assert ben.tree() == anna.tree()
    assert ben.proxy.count("GET", r"/[ac]/[xy]\.txt") == 0, "fetched what was there already"


def test_ctrl_c_in_a_pull_of_several_with_one_start(pair):
    anna, ben, _ = pair
    expect(anna.push(), 0)
    ben.proxy.when("GET", SLOW).hang()
    pull = ben.start("./pull.sh", ENGINE="auto")
    until(lambda: ben.proxy.count("GET", SLOW))
    pull.interrupt()
    expect(pull.wait(), 130)
    whole = [entry for entry in ENTRIES if (ben.path / entry).exists()]
    assert set(ben.tree()) == {f"{entry}/{name}" for entry in whole for name in FILES}
    assert_clean(ben)
    ben.proxy.clear()
    expect(ben.pull(), 0)
    assert ben.tree() == anna.tree()


def test_a_second_command_waits_for_the_first(pair):
    anna, _, bucket = pair
    go_on = threading.Event()
    anna.proxy.when("PUT", SLOW, first=1).call(go_on.wait)
    first = anna.start("./push.sh")
    until(lambda: anna.proxy.count("PUT", SLOW))
    second = anna.start("./push.sh", REGISTRY_LOCK_WAIT="600")
    until(lambda: "waiting" in second.said_so_far())
    go_on.set()
    expect(first.wait(), 0)
    assert "push.sh" in expect(second.wait(), 0).err
    assert bucket.data() == anna.tree()
    assert_clean(anna)


def test_a_second_command_says_who_runs_and_gives_up(pair):
    anna, _, bucket = pair
    go_on = threading.Event()
    anna.proxy.when("PUT", SLOW, first=1).call(go_on.wait)
    first = anna.start("./push.sh")
    until(lambda: anna.proxy.count("PUT", SLOW))
    for command in ("./pull.sh", "./push.sh"):
        second = expect(anna.run(command, REGISTRY_LOCK_WAIT="0.3"), 1)
        assert "./push.sh" in second.err and "since" in second.err, str(second)
    go_on.set()
    expect(first.wait(), 0)
    assert bucket.data() == anna.tree()


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="finds the orphan by /proc")
def test_a_mover_that_outlives_its_parent_keeps_the_checkout_locked(pair):
    """Or the next push would send beside it."""
    anna, _, bucket = pair
    expect(anna.push("processed_datasets/a", "training_results/c"), 0)
    anna.proxy.when("PUT", SLOW).hang()
    push = anna.start("./push.sh", ENGINE="aws")
    until(lambda: anna.proxy.count("PUT", SLOW))
    lines = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in push.wait_for_pids(2)}
    (orphan,) = [pid for pid, line in lines.items() if "awscli" in line]
    os.kill(orphan, signal.SIGSTOP)  # or it gives up by itself, on a slow machine before we look
    for pid in lines.keys() - {orphan}:
        os.kill(pid, signal.SIGKILL)
    try:
        second = expect(anna.run("./push.sh", REGISTRY_LOCK_WAIT="0.5"), 1)
        assert "in this checkout" in second.err
    finally:
        push.kill()
    push.popen.wait()
    anna.proxy.clear()
    expect(anna.push(), 0)
    assert (
        bucket.data()
        == anna.tree()
        == {name: body for entry in ENTRIES for name, body in below(entry, FILES).items()}
    )
    assert_clean(anna)


def assert_clean_but_journal(person):
    """A push that was cut off remembers its plan, and nothing else."""
    assert [name for name in person.strays() if "/journal/" not in name] == []


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to see who reads what")
def test_ctrl_c_while_a_file_of_hundreds_of_gigabytes_is_read(pair):
    """Reading it takes minutes; stopping may not."""
    anna, _, bucket = pair
    healthy = expect(anna.push(**STARTED), 0)
    before = bucket.read()
    large = anna.path / "processed_datasets/a/x.txt"
    os.truncate(large, 300 * 2**30)  # a hole, which takes no room
    push = anna.start("./push.sh")
    until(lambda: is_read(large))
    push.interrupt()
    began = time.monotonic()
    expect(push.wait(), 130)
    assert_in_time(time.monotonic() - began, 30, healthy)
    assert bucket.read() == before
    assert_clean(anna)


def is_read(path):
    """Whether any process has the file open."""
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if os.readlink(link) == str(path):
                return True
    return False
