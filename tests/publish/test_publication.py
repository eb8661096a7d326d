"""One entry to a mirror: whole or not at all, by a copy or through here, read back, taken out."""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import replace

import pytest
from support import cards as kit
from support import mirrors
from support.consumer import App, served, tree

from registry.cards import card as cards_card
from registry.entries import Entry
from registry.errors import Refusal, RegistryError
from registry.publish import delisting, documents, layout, visitors
from registry.publish.bucket import Bucket
from registry.publish.carrier import Carrier
from registry.publish.delisting import Shelf
from registry.publish.folder import Folder
from registry.publish.publication import Publication
from registry.publish.visitors import Unserved
from registry.remote.location import DVC_FOLDER
from registry.remote.s3 import Client

RAW = "raw_datasets/logs"
A, B = "processed_datasets/a", "champion_models/b"
OLD = {"x.txt": b"old", "same.bin": b"same" * 99, "sub/ü é.txt": b"", "gone.txt": b"was here"}
NEW = {"x.txt": b"new!", "same.bin": b"same" * 99, "sub/ü é.txt": b"", "two.txt": b"new!"}
DAY = datetime.datetime(2026, 11, 28, tzinfo=datetime.timezone.utc)
WEEK = datetime.timedelta(days=7, seconds=1)


def publication(session, target, id, way=None, versions=()):
    entry = Entry(*id.split("/"), session.root)
    card = cards_card.parse(entry, kit.good_card(id))
    carrier = Carrier(session, target, target.sizes(layout.BLOBS))
    way = way or visitors.reader(target, "")
    made = Publication(entry, card, carrier, way, lambda *_: {}, list(versions))
    made.look()
    return made


def publish(session, target, ids=(A,), way=None):
    """All that `make publish` does to a mirror, in its order."""
    shelf = Shelf.read(target)
    shelf.take_out(shelf.gone(ids), DAY)
    rows = {}
    for id in ids:
        old = shelf.taken.get(id, {}).get("versions", [])
        one = publication(session, target, id, way, versions=old)
        if not one.is_idle:
            one.carry_out(lambda size: None)
        rows[id] = documents.row(one.told)
    shelf.put_in(rows)
    return shelf


def test_a_folder_gets_exactly_the_version(bucket, tmp_path):
    session, top = mirrors.session(bucket, tmp_path), tmp_path / "public"
    first = mirrors.seal(bucket, A, OLD)
    publish(session, Folder(top))
    assert mirrors.read(top) == {A: OLD}
    told = json.loads((top / f"entries/{A}/latest.json").read_text())
    assert (told["version"], told["commit"], told["status"]) == (first, mirrors.COMMIT, "active")
    assert told["bytes"] == sum(map(len, OLD.values())) and told["versions"] == [first]
    assert (top / f"entries/{A}/card.md").read_text() == kit.good_card(A)
    stamps = {path: path.stat().st_mtime_ns for path in top.rglob("*") if path.is_file()}
    publish(session, Folder(top))  # nothing is written again
    assert stamps == {path: path.stat().st_mtime_ns for path in top.rglob("*") if path.is_file()}
    second = mirrors.seal(bucket, A, NEW)
    todo = publication(session, Folder(top), A)
    assert sorted(source.path for source in todo.missing) == ["two.txt", "x.txt"]
    publish(session, Folder(top))
    assert mirrors.read(top) == {A: NEW}
    told = json.loads((top / f"entries/{A}/latest.json").read_text())
    assert told["versions"] == [second, first]  # who pinned the first still gets it
    assert (top / f"entries/{A}/{first}.files").exists()
    assert not [p for p in top.rglob("*") if p.name.startswith(".")]
    assert not list((tmp_path / ".registry/stage/publish").iterdir())


def test_a_pin_of_last_month_holds_on_a_mirror_that_has_moved_on(bucket, tmp_path, monkeypatch):
    session, top = mirrors.session(bucket, tmp_path), tmp_path / "public"
    mirrors.seal(bucket, A, OLD)
    publish(session, Folder(top))
    with served(top) as web:
        app = App(tmp_path / "app", web.url).entered(monkeypatch)
        assert app.run("pin", A)[0] == 0
        mirrors.seal(bucket, A, NEW)
        publish(session, Folder(top))
        client = app.load()
        assert tree(client.path(A)) == OLD and app.run("outdated")[0] == 1
        assert app.run("pin", "--all")[0] == 0 and tree(client.path(A)) == NEW
        publish(session, Folder(top), ())  # taken out: who pinned it still has it
        monkeypatch.setenv("DATA_REGISTRY_CACHE", str(tmp_path / "other cache"))
        assert tree(client.path(A)) == NEW
        app.lock.unlink()
        with pytest.raises(client.NotFound, match=f"{A} is not in {web.url}"):
            client.path(A)


def test_a_bucket_of_the_same_store_gets_copies_without_a_byte_through_here(bucket, tmp_path):
    session = mirrors.session(bucket, tmp_path)
    target = Bucket(mirrors.beside(session, f"{bucket.base}-public"))
    mirrors.seal(bucket, A, OLD)
    asked = []

    def request(method, key, *words, **more):
        asked.append((method, key))
        return type(session.client).request(session.client, method, key, *words, **more)

    session.client.request = request
    todo = publication(session, target, A, way=Keyed(target))
    todo.carry_out(lambda size: None)
    assert not [key for method, key in asked if method == "GET" and key.endswith((".txt", ".bin"))]
    for path, body in OLD.items():
        assert target.read(layout.blob(mirrors.sha256(body))) == body, path
    assert documents.read(target, layout.latest(todo.entry))["files"] == len(OLD)
    todo.carrier.public.clear()  # and where the store copies nothing, through here
    todo.carrier._copies = False
    for body in OLD.values():
        target.delete(layout.blob(mirrors.sha256(body)))
    todo.carry_out(lambda size: None)
    blobs = {target.read(layout.blob(mirrors.sha256(body))) for body in OLD.values()}
    assert blobs == {*OLD.values()}


def test_another_bucket_of_the_store_gets_copies_too(moto_bucket, tmp_path):
    session = mirrors.session(moto_bucket, tmp_path)
    remote = replace(session.remote, bucket="everybodys", base="")
    target = Bucket(replace(session, remote=remote, client=Client(remote)))
    target.session.client.request("PUT", "")
    mirrors.seal(moto_bucket, A, OLD)
    todo = publication(session, target, A, way=Keyed(target))
    assert all(todo.carrier._copied(source, source.sha256) for source in todo.held.sources)
    assert todo.missing == []
    for body in OLD.values():
        assert target.read(layout.blob(mirrors.sha256(body))) == body


class Keyed:
    """Reads with keys: the stores of the tests give nothing without."""

    def __init__(self, target):
        self.target = target

    def fetch(self, name, sink):
        sink.restart()
        sink.write(memoryview(self.target.read(name)))

    def size(self, name):
        return len(self.target.read(name))


class Killed(BaseException):
    """The power went."""


class Fragile(Folder):
    """A folder that dies before, or in the middle of, its n-th change."""

    left, look = 0, staticmethod(lambda: None)

    def _step(self):
        type(self).look()
        if type(self).left == 0:
            raise Killed
        type(self).left -= 1

    def write(self, name, body):
        self._step()
        super().write(name, body)

    def put(self, name, path, is_ours):
        self._step()
        super().put(name, path, is_ours)

    def delete(self, name):
        self._step()
        super().delete(name)


def test_a_reader_sees_whole_versions_only_while_publish_is_killed_at_every_step(bucket, tmp_path):
    session, top = mirrors.session(bucket, tmp_path), tmp_path / "public"
    mirrors.seal(bucket, A, OLD)
    mirrors.seal(bucket, B, OLD)
    publish(session, Folder(top), (A, B))
    mirrors.seal(bucket, A, NEW)
    seen = []

    def look():
        entries = mirrors.read(top)  # fails for a torn state
        assert entries.pop(A) in (OLD, NEW) and set(entries) <= {B}
        seen.append(len(entries))

    Fragile.look = staticmethod(look)
    for step in range(100):
        Fragile.left = step  # each run goes on where the last was killed, and gets further
        try:
            publish(session, Fragile(top), (A,))  # B was taken out of public.yml
        except Killed:
            look()
            continue
        break
    assert step > 0 and mirrors.read(top) == {A: NEW} and 0 in seen and 1 in seen
    Fragile.left = 0
    publish(session, Fragile(top), (A,))  # nothing is left to do
    assert json.loads((top / layout.DELISTED).read_text()).keys() == {B}


def test_from_nothing_killed_at_every_step(bucket, tmp_path):
    """As above, but each kill meets a fresh mirror, and one run more mends it."""
    session = mirrors.session(bucket, tmp_path)
    mirrors.seal(bucket, A, {"x": b"1"})
    Fragile.look = staticmethod(lambda: None)
    for step in range(20):
        top = tmp_path / f"public{step}"
        Fragile.left = step
        try:
            publish(session, Fragile(top))
        except Killed:
            assert mirrors.read(top) in ({}, {A: {"x": b"1"}})
            publish(session, Folder(top))
            assert mirrors.read(top) == {A: {"x": b"1"}}
            continue
        break
    assert step > 3


def test_what_is_taken_out_leaves_the_index_at_once_and_its_bytes_a_week_later(bucket, tmp_path):
    session, top = mirrors.session(bucket, tmp_path), tmp_path / "public"
    version = mirrors.seal(bucket, A, OLD)
    mirrors.seal(bucket, B, {"x.txt": b"old", "own.txt": b"only here"})
    publish(session, Folder(top), (A, B))
    shelf = publish(session, Folder(top), (B,))
    assert mirrors.read(top).keys() == {B} and not (top / f"entries/{A}/latest.json").exists()
    pinned = layout.parse((top / f"entries/{A}/{version}.files").read_bytes(), A)
    assert all((top / layout.blob(line.sha256)).exists() for line in pinned)  # for a week
    assert shelf.overdue(DAY + delisting.KEPT) == [] and shelf.overdue(DAY + WEEK) == [A]
    assert shelf.sweep([A]) == 5  # three blobs that nothing else has, the list and its signature
    assert mirrors.read(top) == {B: {"x.txt": b"old", "own.txt": b"only here"}}
    assert not (top / f"entries/{A}").exists() and Shelf.read(Folder(top)).taken == {}


def test_what_comes_back_within_the_week_is_as_if_it_had_never_gone(bucket, tmp_path):
    session, top = mirrors.session(bucket, tmp_path), tmp_path / "public"
    first = mirrors.seal(bucket, A, OLD)
    publish(session, Folder(top), (A,))
    publish(session, Folder(top), ())
    mirrors.seal(bucket, A, NEW)
    shelf = publish(session, Folder(top), (A,))
    told = json.loads((top / f"entries/{A}/latest.json").read_text())
    assert shelf.taken == {} and told["versions"][1] == first and mirrors.read(top) == {A: NEW}


def test_a_mirror_whose_list_works_and_get_does_not_is_caught(bucket, tmp_path):
    session, top = mirrors.session(bucket, tmp_path), tmp_path / "public"
    mirrors.seal(bucket, A, OLD)
    with mirrors.served(top, closed=("blobs/",)) as url, pytest.raises(Unserved, match="403"):
        publish(session, Folder(top), way=visitors.Web(url))
    assert mirrors.read(top) == {}  # nobody was told
    with mirrors.served(top) as url:
        publish(session, Folder(top), way=visitors.Web(url))
        assert mirrors.read(top) == {A: OLD}
        (top / layout.blob(mirrors.sha256(b"old"))).write_bytes(b"odd")
        todo = publication(session, Folder(top), A, way=visitors.Web(url))
        todo.is_thorough = True
        with pytest.raises(Unserved, match="other bytes than its name says"):
            todo.carry_out(lambda size: None)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    mirrors.seal(bucket, A, NEW)
    with mirrors.served(elsewhere) as url, pytest.raises(Unserved, match="404"):
        publish(session, Folder(top), way=visitors.Web(url))
    with pytest.raises(Unserved, match="refused"):
        publish(session, Folder(top), way=visitors.Web(url))


def test_a_bucket_that_gives_nothing_without_keys_is_caught(rclone_bucket, tmp_path):
    session = mirrors.session(rclone_bucket, tmp_path)
    target = Bucket(mirrors.beside(session, f"{rclone_bucket.base}-public"))
    mirrors.seal(rclone_bucket, A, {"x": b"1"})
    todo = publication(session, target, A)
    with pytest.raises(Unserved):
        todo.carry_out(lambda size: None)
    assert target.read(layout.latest(todo.entry)) is None
    policy = json.loads(target.how_to_open().partition("\n")[2])
    assert policy["Statement"][0]["Resource"].endswith("-public/*")


def test_what_is_not_whole_in_s3_is_refused_with_its_cure(bucket, tmp_path):
    session, target = mirrors.session(bucket, tmp_path), Folder(tmp_path / "public")
    with pytest.raises(Refusal, match=f"make pull seal DATASET={A}"):
        publication(session, target, A)
    mirrors.seal(bucket, A, OLD)
    bucket.put(f"{A}/x.txt", b"other")
    with pytest.raises(Refusal, match="something else than was sealed"):
        publication(session, target, A)
    version = mirrors.seal(bucket, A, OLD)
    bucket.put(f".registry/versions/{A}/{version}", b"damaged")
    with pytest.raises(Refusal, match="the list of its version is lost"):
        publication(session, target, A)


def test_what_a_killed_run_left_is_not_taken_on_trust(bucket, tmp_path):
    session, target = mirrors.session(bucket, tmp_path), Folder(tmp_path / "public")
    mirrors.seal(bucket, A, OLD)
    spoilt = target.top / layout.blob(mirrors.sha256(b"old"))
    spoilt.parent.mkdir(parents=True)
    spoilt.write_bytes(b"odd")
    with pytest.raises(Unserved, match="other bytes than its name says: run again"):
        publish(session, target)
    assert mirrors.read(target.top) == {}
    publish(session, target)
    assert mirrors.read(target.top) == {A: OLD}


def raw_dataset(root, bucket, files):
    """A raw dataset as DVC would have pushed it, committed; its hash."""
    rows = []
    for path, body in files.items():
        digest = hashlib.md5(body).hexdigest()
        bucket.put(f"{DVC_FOLDER}/files/md5/{digest[:2]}/{digest[2:]}", body)
        rows.append({"md5": digest, "relpath": path})
    body = json.dumps(sorted(rows, key=lambda row: row["relpath"])).encode()
    digest = hashlib.md5(body).hexdigest()
    bucket.put(f"{DVC_FOLDER}/files/md5/{digest[:2]}/{digest[2:]}.dir", body)
    (root / "raw_datasets/logs.dvc").write_text(
        f"outs:\n- md5: {digest}.dir\n  hash: md5\n  path: logs\n"
    )
    kit.commit(root)
    return f"{digest}.dir"


def test_a_raw_dataset_goes_out_by_its_hash_to_folder_and_bucket(bucket, tmp_path, monkeypatch):
    root = kit.make(tmp_path / "r", ("raw_datasets/logs",))
    files = {"a.csv": b"1,2", "sub/ü": b"", "same.csv": b"1,2"}
    version = raw_dataset(root, bucket, files)
    session, top = mirrors.session(bucket, root), tmp_path / "public"
    publish(session, Folder(top), (RAW,))
    assert mirrors.read(top) == {RAW: files}
    with served(top) as web:
        app = App(tmp_path / "app", web.url).entered(monkeypatch)
        assert app.run("pin", RAW) == (0, f"{RAW} {version[:12]}\n", "")
        assert tree(app.load().path(RAW)) == files  # proven by DVC's hash
        (line,) = (top / f"entries/{RAW}").glob("*.files")
        line.write_text(line.read_text().replace("a.csv", "b.csv"))
        other = app.load()
        monkeypatch.setenv("DATA_REGISTRY_CACHE", str(tmp_path / "other cache"))
        with pytest.raises(other.Damaged, match="holds other files than version"):
            other.path(RAW)
        line.write_text(line.read_text().replace("b.csv", "a.csv"))
    told = json.loads((top / f"entries/{RAW}/latest.json").read_text())
    assert (told["version"], told["files"]) == (version, 3)
    assert told["commit"] == kit.git(root, "rev-parse", "HEAD").strip()
    assert publication(session, Folder(top), RAW).is_idle  # by the mirror's own list: nothing read
    target = Bucket(mirrors.beside(session, f"{bucket.base}-public"))
    todo = publication(session, target, RAW, way=Keyed(target))
    todo.carry_out(lambda size: None)
    assert {target.read(layout.blob(mirrors.sha256(body))) for body in files.values()} == {
        *files.values()
    }
    digest = hashlib.md5(b"1,2").hexdigest()
    bucket.put(f"{DVC_FOLDER}/files/md5/{digest[:2]}/{digest[2:]}", b"2,1")  # damaged
    with pytest.raises(RegistryError, match="it is damaged"):
        publication(session, Folder(tmp_path / "other"), RAW).carry_out(lambda size: None)
    raw_dataset(root, bucket, {"odd\nname": b"1"})
    with pytest.raises(Refusal, match="no list can hold the name"):
        publication(session, Folder(top), RAW)


def test_bytes_that_change_on_the_way_are_not_published(bucket, tmp_path):
    session, target = mirrors.session(bucket, tmp_path), Folder(tmp_path / "public")
    mirrors.seal(bucket, A, {"x": b"1"})
    todo = publication(session, target, A)
    bucket.put(f"{A}/x", b"2")
    with pytest.raises(RegistryError):
        todo.carry_out(lambda size: None)
    assert mirrors.read(target.top) == {}
