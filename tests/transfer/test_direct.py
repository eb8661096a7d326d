"""The engine of our own, mostly with a twin: what it moves, how it fails, how many connections."""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import os
import random
import threading
import time

import pytest
from support.oracle import assert_clean, below, expect, marker, until

from registry import interrupt
from registry.remote import etag
from registry.transfer import governor
from registry.transfer.governor import Governor, Pace
from registry.transfer.job import Content
from registry.transfer.pool import Pool

ENTRIES = [f"processed_datasets/{name}" for name in ("a", "b ü", "c", "d", "e", "f")]
FILES = {"x y.txt": b"one", "sub/#1.txt": b"two", "empty": b"", "a+b %.txt": b"+" * 70_000}
LARGE = os.urandom(3 * etag.PART + 1)


@pytest.fixture
def many(clone, moto_bucket):
    anna = clone("anna", moto_bucket)
    anna.env |= {"ENGINE": "auto", "REGISTRY_TWIN": "1"}
    for entry in ENTRIES:
        anna.add(entry, {**FILES, "name.txt": entry.encode()})
    return anna


@pytest.fixture
def other(clone, moto_bucket):
    ben = clone("ben", moto_bucket)
    ben.env |= {"ENGINE": "auto", "REGISTRY_TWIN": "1"}
    for entry in ENTRIES:
        ben.card(entry)
    return ben


def all_of(*entries):
    every = {}
    for entry in entries:
        every |= below(entry, {**FILES, "name.txt": entry.encode()})
    return every


def test_many_entries_arrive(many, other, moto_bucket):
    expect(many.push(), 0)
    assert moto_bucket.data() == all_of(*ENTRIES) == many.tree()
    other.proxy.requests.clear()
    expect(other.pull(), 0)
    assert other.tree() == many.tree()
    files = len(all_of(*ENTRIES))
    assert other.proxy.count("GET", r"/(name|x y|sub/#1|a\+b %)\.txt$") + len(ENTRIES) == files
    assert other.proxy.count("HEAD") == 0, "asked again about what it had checked on the way"
    assert_clean(many, other)


def test_a_refused_download_fails_its_own_entry_alone(many, other):
    expect(many.push(), 0)
    other.proxy.when("GET", r"/processed_datasets/c/x").answer(403, "AccessDenied")
    run = expect(other.pull(), 1)
    assert "processed_datasets/c: failed: x y.txt: " in run.said and "AccessDenied" in run.said, run
    assert run.said.count(": failed: ") == 1, run
    assert other.tree() == all_of(*(entry for entry in ENTRIES if entry[-1] != "c"))
    other.proxy.clear()
    expect(other.pull(), 0)
    assert other.tree() == many.tree()
    assert_clean(many, other)


def test_a_refused_upload_fails_its_own_entry_alone(many, moto_bucket):
    many.proxy.when("PUT", r"/processed_datasets/c/x").answer(403, "AccessDenied")
    run = expect(many.push(), 1)
    assert "processed_datasets/c: failed: x y.txt: " in run.said, run
    assert run.said.count(": failed: ") == 1, run
    for entry in ENTRIES:
        assert marker(moto_bucket, entry)["state"] == (
            "pushing" if entry.endswith("/c") else "done"
        )
    many.proxy.clear()
    expect(many.push(), 0)
    assert moto_bucket.data() == all_of(*ENTRIES)
    assert_clean(many)


def test_an_object_sent_as_gzip_comes_as_it_is_stored(many, other, moto_bucket):
    """By aws from elsewhere; an engine that unpacked it would bring other bytes."""
    path = f"{ENTRIES[0]}/x y.txt"
    many.write(path, gzip.compress(b"hello " * 999))
    expect(many.push(ENTRIES[0]), 0)
    run = many.run(
        ".venv/bin/python", "-m", "awscli", "s3", "cp", "--content-encoding=gzip",
        "--profile", moto_bucket.server.profile, "--endpoint-url", moto_bucket.server.endpoint,
        str(many.path / path), f"s3://registry/{moto_bucket.base}/{path}",
        AWS_SHARED_CREDENTIALS_FILE=moto_bucket.server.credentials_file,
    )  # fmt: skip
    expect(run, 0)
    expect(other.pull(ENTRIES[0]), 0)
    assert other.read(path) == many.read(path)


@pytest.mark.both_stores
def test_large_files_travel_in_parts(clone, bucket):
    """And get the ETags that aws gives them; one whose part fails once comes all the same."""
    anna, ben = clone("anna", bucket), clone("ben", bucket)
    entry, files = ENTRIES[0], {"large.bin": LARGE, "one part": LARGE[: etag.PART]}
    anna.add(entry, files)
    anna.proxy.when("PUT", "partNumber=2", first=1).drop_after()
    expect(anna.push(ENGINE="auto"), 0)
    assert bucket.data() == below(entry, files)
    assert anna.proxy.count("PUT", r"large\.bin\?partNumber") == 5
    ben.card(entry)
    ben.proxy.when("GET", r"large\.bin", first=1).truncate(1000)
    expect(ben.pull(ENGINE="auto"), 0)
    assert ben.tree() == anna.tree()
    expect(anna.pull(ENGINE="aws"), 0)
    assert_clean(anna, ben)


@pytest.mark.both_stores
def test_a_large_file_that_changes_before_it_goes_is_sent_as_it_is_then(clone, bucket):
    """Its parts were hashed before that: no store joins others in their place."""
    anna = clone("anna", bucket)
    anna.add(ENTRIES[0], {"large.bin": LARGE})
    edited = LARGE[:-9] + b"meanwhile"
    file = anna.path / ENTRIES[0] / "large.bin"
    anna.proxy.when("POST", "uploads", nth=1).call_after(lambda: file.write_bytes(edited))
    expect(anna.push(ENGINE="auto"), 0)
    assert anna.proxy.count("POST", r"\?uploads") == 2
    assert bucket.data() == below(ENTRIES[0], {"large.bin": edited})
    assert_clean(anna)


def test_parts_that_never_became_a_file_are_forgotten(clone, moto_bucket):
    anna = clone("anna", moto_bucket)
    anna.add(ENTRIES[0], {"large.bin": LARGE})
    anna.proxy.when("PUT", "partNumber=3").answer(403, "AccessDenied")
    expect(anna.push(ENGINE="auto"), 1)
    assert anna.proxy.count("DELETE", "uploadId=") == 1
    body = moto_bucket.client.request("GET", "", {"uploads": ""}).body
    assert f"<Key>{moto_bucket.key(ENTRIES[0])}/".encode() not in body
    anna.proxy.clear()
    expect(anna.push(ENGINE="auto"), 0)
    assert moto_bucket.data() == anna.tree()


def test_a_store_that_asks_for_less_gets_less(many, other, moto_bucket):
    expect(many.push(), 0)
    other.proxy.when("GET", r"\.txt$", every=2).answer(503)
    expect(other.pull(), 0)
    assert other.tree() == many.tree()


@pytest.mark.parametrize(
    "name, value", [("LIMIT", "fast"), ("LIMIT", "-1"), ("CONNECTIONS", "0"), ("ENGINE", "rclone")]
)
def test_values_that_are_none(many, name, value):
    run = expect(many.make("push", f"{name}={value}"), 2)
    assert f"{name}='{value}'" in run.err, run


def test_a_limit_is_kept(clone, moto_bucket):
    anna = clone("anna", moto_bucket)
    anna.add(ENTRIES[0], {f"{n}": b"x" * 40_000 for n in range(10)})
    run = expect(anna.push(ENGINE="auto", LIMIT="200K", CONNECTIONS="3"), 0)
    assert run.seconds > 1.5, run
    assert moto_bucket.data() == anna.tree()


class Clock:
    """Time that passes when it is told to."""

    now = 0.0

    def __init__(self, monkeypatch):
        monkeypatch.setattr(time, "monotonic", lambda: self.now)


def play(clock, governor, rate, seconds, busy=0.0):
    """So many seconds of `rate(limit)` requests a second; one thread does `busy` of each."""
    end = clock.now + seconds
    while clock.now < end:
        clock.now += 1 / rate(governor.limit)
        governor.worked(busy / rate(governor.limit))
        governor.done()
    return governor.limit


def test_connections_grow_as_long_as_it_pays(monkeypatch):
    clock = Clock(monkeypatch)
    assert play(clock, Governor(1000), lambda n: min(n, 30) * 25, 9) == 128
    assert play(clock, Governor(20), lambda n: n * 25, 9) == 20
    assert play(clock, Governor(3), lambda n: 300, 9) == 3


def test_connections_do_not_grow_where_one_thread_has_all_it_can_do(monkeypatch):
    clock = Clock(monkeypatch)
    assert play(clock, Governor(1000), lambda n: n * 25, 9, busy=0.9) == governor.FEWEST
    assert play(clock, Governor(1000), lambda n: n * 25, 9, busy=0.5) == 1000


def test_connections_fall_when_the_store_is_busy(monkeypatch):
    clock, one = Clock(monkeypatch), Governor(128)
    assert play(clock, one, lambda n: n * 25, 9) == 128
    clock.now += 1
    for _ in range(9):  # all of one moment are one call
        one.hesitate()
    assert one.limit == 64
    for _ in range(9):
        clock.now += 1
        one.hesitate()
    assert one.limit == 1
    assert 1 < play(clock, one, lambda n: n * 25, 3) < 20, "one more at a time"


def test_all_tasks_of_all_jobs_are_done_once():
    crowd, done = Pool(Governor(16), Pace(0)), []

    def job(name):
        crowd.run((lambda n=n: done.append((name, n)) for n in range(500)), lambda: None)

    jobs = [threading.Thread(target=job, args=(name,)) for name in "abc"]
    for one in jobs:
        one.start()
    for one in jobs:
        one.join(20)
    assert sorted(done) == [(name, n) for name in "abc" for n in range(500)]


def test_tasks_that_end_before_anybody_listens_hold_nobody():
    crowd = Pool(Governor(2000), Pace(0))

    def jobs():
        for _ in range(3):
            crowd.run((lambda: None for _ in range(600)), lambda: None)

    one = threading.Thread(target=jobs, daemon=True)
    one.start()
    one.join(60)
    assert not one.is_alive(), "whoever rings waits for somebody to hear it"


def test_a_failed_task_ends_its_job_and_no_other():
    crowd, done = Pool(Governor(4), Pace(0)), []

    def fail():
        raise ValueError("first")

    def bad():
        yield fail
        while True:
            yield lambda: time.sleep(0.001)

    def broken():
        yield lambda: None
        raise KeyError("no such path")

    other = threading.Thread(
        target=crowd.run, args=((lambda: done.append(1) for _ in range(300)), lambda: None)
    )
    other.start()
    with pytest.raises(ValueError, match="first"):
        crowd.run(bad(), lambda: None)
    with pytest.raises(KeyError):
        crowd.run(broken(), lambda: None)
    other.join()
    assert len(done) == 300


def test_ctrl_c_ends_what_is_waited_for(monkeypatch):
    crowd, cut = Pool(Governor(4), Pace(0)), threading.Event()
    monkeypatch.setattr(interrupt, "asked", threading.Event())
    threading.Timer(0.2, interrupt.asked.set).start()
    with pytest.raises(KeyboardInterrupt):
        crowd.run((lambda: cut.wait(20) for _ in range(9)), cut.set)


def test_a_pace_is_shared(monkeypatch):
    """Six hands ask at one moment: each waits for those before it, and the last for 0.3 s."""
    Clock(monkeypatch)
    pace, waits = Pace(1_000_000), []
    monkeypatch.setattr(interrupt.asked, "wait", waits.append)
    hands = [threading.Thread(target=pace.take, args=(50_000,)) for _ in range(6)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sorted(waits) == pytest.approx([0.05, 0.1, 0.15, 0.2, 0.25, 0.3])


def test_what_a_content_is_of():
    digest, other = bytes.fromhex(etag.md5(b"x")), bytes.fromhex(etag.md5(b"y"))
    assert Content(1, etag.md5(b"x")).is_of([digest])
    assert Content(1, "5f-9", md5=etag.md5(b"x")).is_of([digest])
    assert Content(1, etag.joined([digest])).is_of([digest])
    assert Content(2, etag.joined([digest, other])).is_of([digest, other])
    assert not Content(2, etag.joined([digest, other])).is_of([other, digest])
    assert not Content(1, etag.md5(b"y")).is_of([digest])


def test_the_open_files_bound_the_connections(monkeypatch):
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda what: (256, 4096))
    assert governor.bound(0) == (256 - governor.SPARE_FILES) // 2
    assert governor.bound(5) == 5
    monkeypatch.setattr(resource, "getrlimit", lambda what: (40, 4096))
    assert governor.bound(0) == 1


def test_one_changed_file_costs_few_requests(many, other, moto_bucket):
    expect(many.push(), 0)
    expect(other.pull(), 0)
    for number, words in enumerate([(), (ENTRIES[0],)]):
        many.write(f"{ENTRIES[0]}/x y.txt", b"changed %d" % number)
        many.proxy.requests.clear()
        other.proxy.requests.clear()
        expect(many.push(*words), 0)
        # LIST, PUT marker over the one that is known, the file, the list of contents beside the
        # record of the push, PUT marker; and whether the quiet ones are torn, all of them at once.
        asked = 6 + (not words)
        assert len(many.proxy.requests) <= asked, many.proxy.requests
        expect(other.pull(), 0)
        assert len(other.proxy.requests) <= 4, other.proxy.requests
        assert other.tree() == many.tree() == moto_bucket.data()


@pytest.mark.parametrize("name", ["x y.txt", "new.txt"])
def test_what_a_stranger_wrote_at_the_last_moment_is_not_overwritten(many, moto_bucket, name):
    """After the listing and our claim: the store itself refuses it then."""
    expect(many.push(), 0)
    path = f"{ENTRIES[0]}/{name}"
    many.write(path, b"ours")
    many.proxy.when("PUT", r"/a\.json", nth=1).call(lambda: moto_bucket.put(path, b"theirs"))
    run = expect(many.push(), 1)
    assert f"{name}: it changed in S3 meanwhile" in run.said, run
    assert moto_bucket.get(path) == b"theirs" and many.read(path) == b"ours"
    many.proxy.clear()
    expect(many.push(), 3)
    assert moto_bucket.get(path) == b"theirs" and many.read(path) == b"ours"
    expect(many.push(TAKE="local"), 0)
    assert moto_bucket.data() == many.tree()
    assert b"theirs" in moto_bucket.read(".registry_trash").values()


def test_an_upload_whose_answer_was_lost_is_known_again(many, moto_bucket):
    many.proxy.when("PUT", r"\.txt$", every=3).drop_after()
    expect(many.push(), 0)
    many.write(f"{ENTRIES[0]}/x y.txt", b"changed")
    many.proxy.clear()
    many.proxy.when("PUT", r"\.txt$", first=1).drop_after()
    expect(many.push(), 0)
    assert moto_bucket.data() == many.tree()


@pytest.mark.parametrize("stop", ["interrupt", "kill"])
def test_what_a_stopped_pull_had_whole_does_not_come_again(many, other, stop):
    entry = ENTRIES[0]
    expect(many.push(entry), 0)
    other.proxy.when("GET", r"/x y\.txt").hang()
    pull = other.start("./pull.sh", entry)
    until(lambda: other.proxy.count("GET", r"\.txt|empty") == 5 and len(staged(other)) == 4)
    getattr(pull, stop)()
    pull.wait()
    assert not (other.path / entry).exists()
    other.proxy.clear()
    expect(other.pull(entry), 0)
    assert other.proxy.count("GET", r"/a/.*(\.txt|empty)$") == 1, other.proxy.requests
    assert other.tree() == all_of(entry)
    assert_clean(other)


def is_unlocked(checkout):
    with open(checkout.path / ".registry/lock") as lock, contextlib.suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def test_a_pull_that_is_killed_again_and_again_never_fetches_twice_what_was_whole(many, other):
    """SWEEP=full kills it twenty times."""
    entry, chance = "processed_datasets/long", random.Random(20)
    files = {f"{n % 7}/{n:03d}.txt": b"%d" % n * (n + 1) for n in range(240)}
    many.add(entry, files)
    other.card(entry)
    expect(many.script("push_entries", entry), 0)
    other.proxy.when("GET", r"\.txt$").delay(0.03)
    whole, kills = set(), 20 if os.environ.get("SWEEP") == "full" else 5
    for _ in range(kills):
        other.proxy.requests.clear()
        pull, further = other.start("./pull.sh", entry), chance.randrange(1, 240 // kills)
        until(lambda: other.proxy.count("GET", r"\.txt$") >= further)  # noqa: B023
        pull.kill()
        pull.wait()
        until(lambda: is_unlocked(other))  # its twin, which dies with it, may write until then
        assert whole.isdisjoint(fetched(other, entry)), "fetched again"
        assert not (other.path / entry).exists()
        whole |= {path for path, body in under_way(other, entry).items() if body == files[path]}
    other.proxy.clear()
    expect(other.pull(entry), 0)
    assert whole and set(fetched(other, entry)) == files.keys() - whole
    assert other.tree(entry) == below(entry, files)
    assert_clean(other)


def fetched(person, entry):
    """Which of its files were asked for."""
    asked = [r.path.partition(f"/{entry}/") for r in person.proxy.requests if r.method == "GET"]
    return [path for _, _, path in asked if path]


def under_way(person, entry):
    """{path: bytes} of what waits in the stage, or was kept of an earlier one."""
    tops = [person.path / ".registry" / room / entry for room in ("stage", "unfinished")]
    every = [(top, path) for top in tops for path in top.rglob("*") if path.is_file()]
    return {path.relative_to(top).as_posix(): path.read_bytes() for top, path in every}


def staged(person):
    stage = person.path / ".registry/stage" / ENTRIES[0]
    return [path for path in stage.rglob("*") if path.is_file()]


def test_keys_that_expire_are_looked_for_again(many, moto_bucket):
    """Whoever renews them writes the file that they are read from."""
    keys = many.home / "credentials"
    keys.write_text("[test]\naws_access_key_id = tests\naws_secret_access_key = old\n")
    config = many.path / ".dvc" / "config.local"
    lines = config.read_text().splitlines()
    lines = [f"    credentialpath = {keys}" if "credentialpath" in x else x for x in lines]
    config.write_text("\n".join(lines) + "\n")

    def renew():
        keys.write_text("[test]\naws_access_key_id = fresh\naws_secret_access_key = new\n")

    rule = many.proxy.when("PUT", r"\.txt", nth=3).answer(403, "ExpiredToken")
    refuse = rule.before
    rule.before = lambda request: (renew(), refuse(request))[1]
    expect(many.push(), 0)
    assert rule.fired and moto_bucket.data() == many.tree()
    used = {r.headers["authorization"].split("Credential=")[1][:5] for r in many.proxy.requests}
    assert used == {"tests", "fresh"}
    assert many.proxy.count("PUT", r"\.txt$|empty$") == 1 + len(all_of(*ENTRIES)), "sent again"
