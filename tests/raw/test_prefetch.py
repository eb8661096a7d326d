"""Raw datasets of many files: our engine fills and drains DVC's cache, and DVC finds it right."""

import hashlib
import re
import stat

import pytest
from support.oracle import below, expect, until
from support.plain_dvc import dvc

from registry.errors import RegistryError
from registry.raw import push
from registry.raw.cache import Cache
from registry.remote.session import Session

RAW = "raw_datasets/r"
COUNT = 100
FILES = {f"{n % 7}/{n:03d} é.txt": b"raw %d" % n for n in range(COUNT)}
STORED = "raw_datasets_dvc_cache/files/md5"


@pytest.fixture(autouse=True)
def by_requests_of_our_own(monkeypatch):
    monkeypatch.setenv("ENGINE", "auto")


@pytest.fixture
def pushed(anna, bucket):
    anna.add(RAW, FILES)
    dvc(anna, "add", RAW)
    expect(anna.script("push_entries"), 0)
    return anna


def take_card(ben, anna):
    ben.card(RAW)
    ben.write(f"{RAW}.dvc", anna.read(f"{RAW}.dvc"))


def by_engine(person, method):
    """How many objects of DVC's cache this person moved by the engine, and how many in all."""
    requests = [r for r in person.proxy.requests if r.method == method]
    moved = [r for r in requests if re.search(r"/files/md5/../[0-9a-f]{30}(\?|$)", r.path)]
    return sum("data-registry" in r.headers.get("user-agent", "") for r in moved), len(moved)


def test_all_objects_come_and_go_by_the_engine(pushed, ben, bucket):
    """None is left to DVC, and plain dvc commands find cache and remote in step."""
    mine, all_of_them = by_engine(pushed, "PUT")
    assert mine == all_of_them >= COUNT  # some are tried again
    take_card(ben, pushed)
    expect(ben.script("pull_entries", RAW), 0)
    mine, all_of_them = by_engine(ben, "GET")
    assert mine == all_of_them >= COUNT
    agents = {r.headers.get("user-agent", "") for r in ben.proxy.requests}
    assert not [agent for agent in agents if "Botocore" in agent], "DVC went to S3 itself"
    assert ben.tree() == pushed.tree() == below(RAW, FILES)
    for person in (pushed, ben):
        run = dvc(person, "status", "-c", f"{RAW}.dvc")
        assert "in sync" in run.out, run
    assert {stat.S_IMODE(path.stat().st_mode) for path in cached(ben)} == {0o444}
    assert not ben.strays()


def cached(person):
    return [p for p in (person.path / ".dvc/cache/files/md5").glob("??/*") if p.is_file()]


def test_an_object_that_came_damaged_is_not_put_in_the_cache(pushed, ben):
    take_card(ben, pushed)
    ben.proxy.when("GET", "/files/md5/[^.]*$", first=COUNT).flip()
    ben.pull()
    for path in cached(ben):
        digest = hashlib.md5(path.read_bytes()).hexdigest()
        assert digest == (path.parent.name + path.name).removesuffix(".dir")
    ben.proxy.clear()
    expect(ben.pull(), 0)
    assert ben.tree() == pushed.tree()


@pytest.mark.parametrize("stop", ["interrupt", "kill"])
def test_what_a_stopped_pull_brought_is_not_fetched_again(pushed, ben, stop):
    take_card(ben, pushed)
    ben.proxy.when("GET", r"/files/md5/../[0-9a-f]{30}(\?|$)").delay(2)
    pull = ben.start("./pull.sh")
    until(lambda: len(came(ben)) >= COUNT / 3)
    getattr(pull, stop)()
    pull.wait()
    ben.proxy.clear()
    before = {path.name: path.stat().st_ino for path in [*came(ben), *cached(ben)]}
    expect(ben.pull(), 0)
    assert ben.tree() == pushed.tree()
    after = {path.name: path.stat().st_ino for path in cached(ben)}
    assert len(before) >= COUNT / 3 and before.items() <= after.items(), "fetched anew"
    assert not ben.strays()


def test_other_entries_are_fetched_beside_it(pushed, ben):
    other = "processed_datasets/p"
    pushed.add(other, {"a": b"1"})
    expect(pushed.script("push_entries"), 0)
    take_card(ben, pushed)
    ben.card(other)
    ben.proxy.when("GET", r"/files/md5/../[0-9a-f]{30}(\?|$)").delay(2)
    pull = ben.start("./pull.sh")
    until((ben.path / other).exists)
    assert not (ben.path / RAW).exists()
    pull.interrupt()
    expect(pull.wait(), 130)
    ben.proxy.clear()
    expect(ben.pull(), 0)
    assert ben.tree() == pushed.tree()


def came(person):
    folder = person.path / ".registry/unfinished/raw_datasets"
    return [p for p in folder.glob("files/md5/??/*") if p.stat().st_size]


def test_a_version_that_the_cache_holds_needs_no_s3(pushed, bucket):
    """But S3 is asked whether it holds the version, or nobody else could have it."""
    pushed.delete(RAW)
    pushed.proxy.clear()
    expect(pushed.pull(), 0)
    assert pushed.tree() == below(RAW, FILES)
    assert pushed.proxy.count("GET", "/files/md5/") == 0


def test_a_damaged_list_of_files_is_not_put_in_the_cache(pushed, ben):
    take_card(ben, pushed)
    ben.proxy.when("GET", r"/files/md5/.*\.dir").flip()
    expect(ben.pull(), 1)
    assert not [path for path in cached(ben) if path.suffix == ".dir"]
    ben.proxy.clear()
    expect(ben.pull(), 0)
    assert ben.tree() == pushed.tree()


def test_all_comes_with_another_engine_too(pushed, ben):
    take_card(ben, pushed)
    expect(ben.script("pull_entries", RAW, ENGINE="aws"), 0)
    assert ben.tree() == pushed.tree()


def test_an_object_that_arrived_damaged_is_taken_out(pushed, bucket):
    """Or DVC, which only asks whether it is there, would name it in a version."""
    session = Session.open(pushed.path)
    wrong, right = [key for key in bucket.keys(STORED) if not key.endswith(".dir")][:2]
    bucket.put(wrong, b"not it")
    sent = [key.removeprefix("raw_datasets_dvc_cache/") for key in (wrong, right)]
    with pytest.raises(RegistryError, match="did not arrive"):
        push._see(session, Cache.of(pushed.path), sent, dict.fromkeys(sent, "x.txt"))
    stored = bucket.keys(STORED)
    assert wrong not in stored and right in stored
