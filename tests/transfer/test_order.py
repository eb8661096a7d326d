"""Orders: requests whose answers one thread takes as they come."""

from __future__ import annotations

import socketserver
import threading
from types import SimpleNamespace

import pytest

from registry.errors import RegistryError
from registry.remote.location import Remote
from registry.remote.s3 import Client, Denied
from registry.transfer.governor import Governor, Pace
from registry.transfer.order import Order
from registry.transfer.pool import Pool

PATIENCE = 0.6  # seconds: after so many an answer does not come any more


class Store(socketserver.ThreadingTCPServer):
    """Answers each GET with its path; `once`: {path: what it does at first instead}."""

    daemon_threads = allow_reuse_address = True

    def __init__(self, once):
        self.once, self.asked, self.connections = once, [], 0
        super().__init__(("127.0.0.1", 0), Talk)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class Talk(socketserver.StreamRequestHandler):
    def handle(self):
        self.server.connections += 1
        while line := self.rfile.readline():
            path = line.split()[1].decode().rpartition("/")[2]
            while self.rfile.readline() not in (b"\r\n", b""):
                pass
            self.server.asked.append(path)
            does = self.server.once.pop(path, "answer")
            if does == "hang up":
                return
            if does != "hang":
                status = does if isinstance(does, int) else 200
                self.wfile.write(
                    b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n" % (status, len(path))
                )
                self.wfile.write(path.encode())


class Settled(Order):
    sink = None

    def __init__(self, run, path, told):
        super().__init__(run, path, "GET", sink=self.sink)
        self.told = told

    def settle(self, tried):
        self.told.append((self.path, self.answer(tried).body.decode()))


@pytest.fixture
def ask():
    """Has 60 paths asked for of a store that behaves `once` like that: (the store, what came)."""
    stores = []

    def ask(once):
        store = Store(dict(once))
        stores.append(store)
        remote = Remote("tests", "bucket", "", f"http://127.0.0.1:{store.server_address[1]}",
                        "us-east-1", access_key="k", secret_key="s")  # fmt: skip
        client = Client(remote, patience=PATIENCE)
        run, told = SimpleNamespace(client=client, job=SimpleNamespace(prefix="x/")), []
        client.hesitate = (governor := Governor(8)).hesitate
        pool = Pool(governor, Pace(0))
        try:
            pool.run((Settled(run, f"{n}", told) for n in range(60)), client.cut)
        finally:
            store.limit = governor.limit
        return store, told

    yield ask
    for store in stores:
        store.shutdown()
        store.server_close()


EVERY = sorted((f"{n}", f"{n}") for n in range(60))


@pytest.mark.parametrize("does", ["answer", "hang up", 503, 500])
def test_each_is_answered_whatever_came_first(ask, does):
    store, told = ask({"30": does, "47": does})
    assert sorted(told) == EVERY
    assert len(store.asked) == 60 + 2 * (does != "answer")
    assert store.limit < 8 if does == 503 else store.limit == 8


def test_few_connections_serve_all(ask):
    assert ask({})[0].connections <= 8


def test_one_that_hangs_holds_up_no_other(ask):
    _, told = ask({"30": "hang"})
    assert sorted(told) == EVERY and told[-1][0] == "30"


def test_what_a_full_disk_says_is_raised(ask, monkeypatch):
    def write(*_):
        raise RegistryError("no room")

    sink = SimpleNamespace(restart=lambda: None, write=write)
    monkeypatch.setattr(Settled, "sink", sink)
    with pytest.raises(RegistryError, match="no room"):
        ask({})


def test_a_no_that_is_final_names_the_file(ask):
    with pytest.raises(Denied, match=r"^30: .*403"):
        ask({"30": 403})
