"""The second process that moves a share of the small files: what it does, and how it ends."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from support.oracle import until

from registry import interrupt
from registry.options import Options
from registry.remote import etag
from registry.transfer import direct, twin
from registry.transfer.job import Content, Job
from registry.transfer.lot import Lot

ENTRY = "processed_datasets/a"
FILES = {f"{n % 3}/é {n}.txt": b"%d" % n * n for n in range(90)} | {"big": b"b" * 300_000}


@pytest.fixture
def anna(clone, moto_bucket):
    return clone("anna", moto_bucket)


@pytest.fixture
def session(anna, monkeypatch):
    """In a process that has threads of its own, those of the servers: they hold no lock of ours."""
    monkeypatch.setattr(twin, "can_be", lambda: True)
    monkeypatch.setenv("REGISTRY_TWIN", "1")
    with anna.in_this_process() as session:
        os.environ["REGISTRY_TWIN"] = "1"
        yield session


@pytest.fixture
def shares(monkeypatch):
    """The shares that were handed over."""
    seen, move = [], twin.Twin.move

    def spy(self, lane, share):
        seen.append(share)
        return move(self, lane, share)

    monkeypatch.setattr(twin.Twin, "move", spy)
    return seen


def job(session, folder, arrived):
    contents = {path: Content(len(body), etag.md5(body)) for path, body in FILES.items()}
    prefix = session.remote.key(f"{ENTRY}/")
    return Job(folder, list(FILES), prefix, 0, contents.__getitem__, arrived.__setitem__)


def test_both_move_and_each_file_once(session, anna, moto_bucket, shares, tmp_path):
    sent, came, moved = {}, {}, []
    for path, body in FILES.items():
        anna.write(f"{ENTRY}/{path}", body)
    with direct.doubled(session, len(FILES)):
        direct.upload(session, job(session, anna.path / ENTRY, sent), lambda size: None)
        direct.download(session, job(session, tmp_path, came), moved.append)
    assert moto_bucket.data() == {f"{ENTRY}/{path}": body for path, body in FILES.items()}
    assert {path: (tmp_path / path).read_bytes() for path in FILES} == FILES
    assert sent.keys() == came.keys() == FILES.keys()
    for path, stat in came.items():
        now = os.stat(tmp_path / path)
        assert (stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns) == (
            now.st_ino, now.st_mtime_ns, now.st_ctime_ns
        )  # fmt: skip
    assert moved[-1] == sum(map(len, FILES.values()))
    for verb in ("upload", "download"):
        paths = [path for share in shares if share.verb == verb for path in share.paths]
        assert len(FILES) / 3 < len(paths) < len(FILES) and "big" not in paths
    for method in ("PUT", "GET"):
        assert anna.proxy.count(method) == len(FILES), "asked for twice"


def test_what_a_dying_one_had_is_done_here(session, anna, moto_bucket, shares, tmp_path):
    for path, body in FILES.items():
        moto_bucket.put(f"{ENTRY}/{path}", body)
    came = {}
    with direct.doubled(session, len(FILES)):
        process = direct._twins[0].process
        anna.proxy.when("GET", nth=5).call(lambda: os.kill(process, signal.SIGKILL))
        direct.download(session, job(session, tmp_path, came), lambda size: None)
    assert shares and came.keys() == FILES.keys()
    assert {path: (tmp_path / path).read_bytes() for path in FILES} == FILES


def test_ctrl_c_ends_it(session, anna, moto_bucket, tmp_path, monkeypatch):
    for path, body in FILES.items():
        moto_bucket.put(f"{ENTRY}/{path}", body)
    monkeypatch.setattr(interrupt, "asked", threading.Event())
    anna.proxy.when("GET", nth=20).call(lambda: (interrupt.asked.set(), time.sleep(1)))
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), direct.doubled(session, len(FILES)):
        direct.download(session, job(session, tmp_path, {}), lambda size: None)
    assert time.monotonic() - began < 10
    assert not direct._twins


def test_it_dies_with_its_process(session):
    told, tell = os.pipe()
    process = os.fork()
    if not process:
        os.write(tell, b"%d" % twin.Twin(session, {}).process)
        time.sleep(60)
        os._exit(0)
    child = int(os.read(told, 20))
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    until(lambda: not is_alive(child))
    os.close(told)
    os.close(tell)


def is_alive(process):
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False


@pytest.mark.parametrize(
    "options, files", [(Options(limit=1000), 9), (Options(connections=1), 9), (Options(), 0),
                       (Options(engine="aws"), 9)]
)  # fmt: skip
def test_there_is_none(session, options, files):
    """Where it could not keep to what was asked for, or has too little to do."""
    session.options = options
    with direct.doubled(session, files):
        assert not direct._twins


def test_both_keep_to_the_connections(session):
    session.options = Options(connections=7)
    with direct.doubled(session, 9):
        assert direct._pools[0].governor.most == 4
        has = Lot("which", "", "", [], [], None)
        assert direct._twins[0].move(direct._twins[0].lane(), has).is_done is False


def test_its_failure_is_no_end(session):
    """What went wrong there goes wrong here again, or does not."""
    one = twin.Twin(session, {"download": lambda session, job, progress: 1 / 0})
    lane = one.lane()
    assert not one.move(lane, Lot("download", "", "", ["x"], [(1, "", "")], None)).is_done
    assert one.lane() is not lane, "it is asked no more over this lane"
    one.end()
