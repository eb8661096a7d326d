"""The network or the store fails in the middle: an honest exit code, nothing lost, run again."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from support.checkout import STARTED
from support.oracle import assert_in_time, expect
from support.process import wait_for_all
from support.world import ENTRY, NEW

FILE = rf"/{ENTRY}/(x|z|new/n)\.txt"
LIST = r"list-type=2.*prefix=[^&]*/a/"
MARKER = rf"/\.registry/{ENTRY}\.json"
ALWAYS = {}
in_silence = pytest.mark.xdist_group("silence")


def fewer_rows(body: bytes) -> bytes:
    """A listing that lacks its first two rows and says nothing about it."""
    return re.sub(rb"<Contents>.*?</Contents>", b"", body, count=2, flags=re.DOTALL)


def no_rows(body: bytes) -> bytes:
    return re.sub(rb"<Contents>.*</Contents>", b"", body, flags=re.DOTALL)


def not_xml(body: bytes) -> bytes:
    return b"<html><body>Welcome to the hotel's network!"


def login_page(body: bytes) -> bytes:
    return b"<html><body>Welcome to the hotel's network!</body></html>"


def cut_page(body: bytes) -> bytes:
    """More is promised, but no way to ask for it is given."""
    ElementTree.fromstring(body)
    return body.replace(b"<IsTruncated>false<", b"<IsTruncated>true<")


# name: (method, path, how often, fault, exit codes of the run that meets it)
LISTINGS = {
    "listing cut in the middle": ("GET", LIST, {"nth": 1}, lambda r: r.truncate(300), {0, 1}),
    "listing is not XML": ("GET", LIST, ALWAYS, lambda r: r.replace(not_xml), {1}),
    "listing is a login page": ("GET", LIST, ALWAYS, lambda r: r.replace(login_page), {1}),
    "listing without an end": ("GET", LIST, ALWAYS, lambda r: r.replace(cut_page), {1}),
    # It is not what the marker vouches for, so S3 is asked again.
    "first listing lacks rows": ("GET", LIST, {"nth": 1}, lambda r: r.replace(fewer_rows), {0}),
    "listings lack rows": ("GET", LIST, ALWAYS, lambda r: r.replace(fewer_rows), {1, 3}),
    "listings are empty": ("GET", LIST, ALWAYS, lambda r: r.replace(no_rows), {1, 3}),
}
PUSH = {
    "two 503 on uploads": ("PUT", FILE, {"first": 2}, lambda r: r.answer(503), {0}),
    "500 on every second request": ("", "", {"every": 2}, lambda r: r.answer(500), {0, 1}),
    "uploads refused": ("PUT", FILE, ALWAYS, lambda r: r.answer(403, "AccessDenied"), {1}),
    "credentials expire on the way": ("", "", {"nth": 8}, lambda r: r.answer(403), {0, 1}),
    "upload heard, answer lost": ("PUT", FILE, {"first": 1}, lambda r: r.drop_after(), {0}),
    "upload never heard": ("PUT", FILE, {"first": 2}, lambda r: r.drop_before(), {0}),
    "claim heard, answer lost": ("PUT", MARKER, {"nth": 1}, lambda r: r.drop_after(), {0}),
    "claim never heard": ("PUT", MARKER, {"nth": 1}, lambda r: r.drop_before(), {0}),
    "seal heard, answer lost": ("PUT", MARKER, {"nth": 2}, lambda r: r.drop_after(), {0}),
    "seal refused": ("PUT", MARKER, {"nth": 2}, lambda r: r.answer(403), {1}),
    "marker cannot be read": ("GET", MARKER, ALWAYS, lambda r: r.answer(403), {1}),
    "marker says nonsense": ("GET", MARKER, ALWAYS, lambda r: r.replace(not_xml), {1}),
    "delete heard, answer lost": ("DELETE", "gone", {"first": 1}, lambda r: r.drop_after(), {0}),
    "delete with old keys": ("DELETE", "gone", ALWAYS, lambda r: r.answer(403), {1}),
    "delete refused": ("DELETE", "gone", ALWAYS, lambda r: r.answer(403, "AccessDenied"), {3}),
    **LISTINGS,
    "slow uploads": ("PUT", FILE, ALWAYS, lambda r: r.delay(0.3), {0}),
}
PULL = {
    "two 503 on downloads": ("GET", FILE, {"first": 2}, lambda r: r.answer(503), {0}),
    "500 on every second request": ("", "", {"every": 2}, lambda r: r.answer(500), {0, 1}),
    "one file always 500": ("GET", r"/x\.txt", ALWAYS, lambda r: r.answer(500), {1}),
    "one file is gone": ("", r"/x\.txt", ALWAYS, lambda r: r.answer(404), {1}),
    "downloads refused": ("GET", FILE, ALWAYS, lambda r: r.answer(403, "AccessDenied"), {1}),
    "credentials expire on the way": ("", "", {"nth": 4}, lambda r: r.answer(403), {0, 1}),
    "a body cut once": ("GET", r"/x\.txt", {"nth": 1}, lambda r: r.truncate(2), {0, 1}),
    "a body always cut": ("GET", r"/x\.txt", ALWAYS, lambda r: r.truncate(2), {1}),
    "a body shorter than listed": ("GET", r"/x\.txt", ALWAYS, lambda r: r.shorten(2), {1}),
    "a flipped bit": ("GET", r"/x\.txt", ALWAYS, lambda r: r.flip(), {1}),
    "connections break": ("GET", FILE, {"first": 2}, lambda r: r.drop_before(), {0}),
    "marker cannot be read": ("GET", MARKER, ALWAYS, lambda r: r.answer(403), {1}),
    "marker says nonsense": ("GET", MARKER, ALWAYS, lambda r: r.replace(not_xml), {1, 3}),
    **LISTINGS,
    "slow downloads": ("GET", FILE, ALWAYS, lambda r: r.delay(0.3), {0}),
}


def on_both_if_of_the_marker(name):
    """Claims and seals differ from store to store; all else is on one of them."""
    is_of_marker = MARKER in PUSH[name] or not PUSH[name][1]
    return pytest.param(name, marks=pytest.mark.both_stores if is_of_marker else ())


@pytest.mark.parametrize("name", [on_both_if_of_the_marker(name) for name in PUSH])
def test_push(world, name):
    method, path, how_often, fault, codes = PUSH[name]
    world.before_push()
    rule = fault(world.anna.proxy.when(method, path, **how_often))
    reads_marker = (method, path) == ("GET", MARKER)  # else it is presumed, where that is safe
    full = {"FULL": "1"} if reads_marker else {}
    run = expect(world.anna.script("push_entries", **full), *codes)
    assert rule.fired, "the fault was never met"
    world.calm()
    world.check_during_push()
    if run.code == 0:
        world.check_pushed()
    world.check_seen_by_ben()
    assert_in_time(run.seconds, 60, expect(world.anna.script("push_entries"), 0))
    world.check_pushed()


@pytest.mark.parametrize("name", PULL)
def test_pull(world, name):
    method, path, how_often, fault, codes = PULL[name]
    world.before_pull()
    rule = fault(world.ben.proxy.when(method, path, **how_often))
    run = expect(world.ben.script("pull_entries", "processed_datasets/"), *codes)
    assert rule.fired, "the fault was never met"
    world.calm()
    world.check_during_pull()
    if run.code == 0:
        world.check_pulled()
    assert [name for name in world.ben.strays() if not name.startswith(".registry")] == []
    healthy = expect(world.ben.script("pull_entries", "processed_datasets/"), 0)
    assert_in_time(run.seconds, 60, healthy)
    world.check_pulled()


@in_silence
def test_nothing_waits_for_a_dead_server_for_longer_than_a_minute(clone, bucket):
    """Five people at once, each with another kind of silence after a while of success."""
    faults = {
        "hanging listing": ("GET", LIST, lambda r: r.hang()),
        "hanging upload": ("PUT", r"\.txt", lambda r: r.hang()),
        "hanging seal": ("PUT", r"\.json", lambda r: r.hang()),
        "storm of 503": ("", "", lambda r: r.answer(503)),
        "server gone": ("", "", lambda r: r.drop_before()),
        "a drip": ("GET", LIST, lambda r: r.rate(5)),
    }
    people = {}
    for number, (name, (method, path, fault)) in enumerate(faults.items()):
        person = people[name] = clone(f"p{number}", bucket)
        person.add(f"processed_datasets/a{number}", {"x.txt": b"x", "y.txt": b"y"})
        fault(person.proxy.when(method, path.replace("/a/", f"/a{number}/")))
        person.start(".venv/bin/python", "scripts/push_entries.py")
    runs = wait_for_all(*(person.running for person in people.values()))
    for number, (person, run) in enumerate(zip(people.values(), runs, strict=True)):
        expect(run, 1)
        person.proxy.clear()
        assert_in_time(run.seconds, 60, expect(person.script("push_entries", **STARTED), 0))
        here = {f"processed_datasets/a{number}/{n}.txt": n.encode() for n in "xy"}
        assert bucket.read(f"processed_datasets/a{number}/") == here
        assert person.strays() == []


@in_silence
def test_a_silent_server_is_not_waited_for_anew_with_every_file(clone, moto_bucket):
    """Bytes that only went out, or out again, are no sign of life: each engine's next batch has
    some, and so has each of rclone's tries."""
    # No two are the same, or the healthy run would have S3 copy them where the first one sent.
    files = {f"{number:02d}.txt": f"{number:02d}".encode() * 50 for number in range(100)}
    people = {engine: clone(engine, moto_bucket) for engine in ("aws", "auto")}
    for engine, person in people.items():
        person.add(f"processed_datasets/{engine}", files)
        person.proxy.when("PUT", r"\.txt", first=5).delay(3)
        person.proxy.when("PUT", r"[5-9].\.txt").hang()
        person.start(".venv/bin/python", "scripts/push_entries.py", ENGINE=engine)
    runs = wait_for_all(*(person.running for person in people.values()))
    for (engine, person), run in zip(people.items(), runs, strict=True):
        expect(run, 1)
        person.proxy.clear()
        healthy = expect(person.script("push_entries", ENGINE=engine, **STARTED), 0)
        assert_in_time(run.seconds, 65, healthy)
        assert moto_bucket.read(f"processed_datasets/{engine}/") == person.tree()
        assert person.proxy.count("PUT", r"[5-9].\.txt") == 50, "sent what had arrived"


@in_silence
@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="only Linux tells that DVC hangs")
def test_dvc_does_not_wait_for_a_dead_server_for_longer_than_a_minute(clone, moto_bucket):
    """Its own patience is minutes, for each file."""
    entry, files = "raw_datasets/r", {f"{n}.txt": f"{n}".encode() for n in range(9)}
    waiting = []
    for engine in ("aws", "auto"):  # by DVC alone, and where rclone comes first
        anna, ben = clone(f"anna {engine}", moto_bucket), clone(f"ben {engine}", moto_bucket)
        for person in (anna, ben):
            person.env["ENGINE"] = engine
            person.add(entry, files | {"own": person.path.name.encode()})
            expect(person.script("add_entry", entry), 0)
        expect(ben.script("push_entries", entry), 0)
        ben.delete(".dvc/cache", entry)
        anna.proxy.when("PUT", "files/md5").hang()
        ben.proxy.when("GET", "files/md5").hang()
        waiting += [(anna, "push_entries"), (ben, "pull_entries")]
    for person, verb in waiting:
        person.start(".venv/bin/python", f"scripts/{verb}.py", entry)
    runs = wait_for_all(*(person.running for person, _ in waiting))
    for (person, verb), run in zip(waiting, runs, strict=True):
        expect(run, 1)
        assert "no progress" in run.err or "does not answer" in run.err, run
        person.proxy.clear()
        assert_in_time(run.seconds, 80, expect(person.script(verb, entry, **STARTED), 0))
        own = {f"{entry}/own": person.path.name.encode()}
        assert person.tree(entry) == {f"{entry}/{name}": files[name] for name in files} | own


def test_read_only_credentials_can_pull_and_are_told_when_they_push(world):
    world.before_pull()
    world.ben.proxy.when("PUT|POST|DELETE").answer(403, "AccessDenied")
    expect(world.ben.pull(), 0)
    world.check_pulled()
    before = world.bucket.read()
    run = expect(world.ben.push(), 1)
    assert "AccessDenied" in run.said and "`make doctor` tells which rights" in run.said
    run = expect(world.ben.script("remove_entry", ENTRY, CONFIRM="a", FULL="1"), 3)
    assert re.search(rf"\(DELETE {ENTRY}/\S+\): these credentials may not delete", run.said), run
    assert world.bucket.read() == before and world.ben.strays() == [], (
        "nothing is to be gone on with"
    )
    assert world.ben.tree().items() >= NEW.items() - {
        ("processed_datasets/a/keep/k.txt", b"same k")
    }
