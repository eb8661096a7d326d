"""A connection of our own: what it makes of answers of every kind, proxies and private TLS."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading

import pytest
from support.tls import certificate

from registry.remote.http import Address, Connection
from registry.remote.location import Remote

GET = "GET / HTTP/1.1\r\nhost: x\r\n\r\n"


class Gathered:
    """A sink that keeps all."""

    def __init__(self):
        self.body = b""

    def restart(self):
        self.body = b""

    def write(self, block):
        self.body += bytes(block)


def serve(*answers, wrap=lambda connection: connection):
    """A server for one connection that gives these answers in turn; (port, what it was asked)."""
    listener, asked = socket.create_server(("127.0.0.1", 0)), []

    def run():
        with contextlib.suppress(OSError), listener, wrap(listener.accept()[0]) as connection:
            for answer in answers:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(1) or b"\r\n\r\n"
                asked.append(head.decode())
                connection.sendall(answer)

    threading.Thread(target=run, daemon=True).start()
    return listener.getsockname()[1], asked


REMOTE = Remote("tests", "bucket", "base")


def to(port):
    return Connection(REMOTE, Address(False, f"127.0.0.1:{port}", "/bucket/"), 2)


def exchange(connection, head, body, sink=None, bare=False):
    connection.ask(head, body)
    return connection.answer(sink, bare)


BODIES = {
    "counted": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "in chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: z\r\n\r\n",
    "to its end": b"HTTP/1.0 200 OK\r\n\r\nhello",
    "after others": b"HTTP/1.1 100 Continue\r\n\r\n"
    b"HTTP/1.1 200 OK\r\ncontent-length:5\r\n\r\nhello",
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("is_gathered", [False, True])
def test_a_body_comes_whole(name, is_gathered):
    sink = Gathered() if is_gathered else None
    port, _ = serve(BODIES[name])
    answer = exchange(to(port), GET, b"", sink)
    assert (sink.body if sink else answer.body) == b"hello"


def test_a_connection_serves_many_requests():
    large = b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300_000
    none = b"HTTP/1.1 204 No Content\r\n\r\n"
    head = b'HTTP/1.1 200 OK\r\nContent-Length: 77\r\nETag: "e"\r\n\r\n'
    port, asked = serve(large, none, head, BODIES["counted"])
    connection = to(port)
    assert len(exchange(connection, GET, b"").body) == 300_000
    assert exchange(connection, GET, b"").status == 204
    assert exchange(connection, GET, b"", bare=True).etag == "e"
    assert exchange(connection, GET, b"").body == b"hello" and connection.is_open
    assert len(asked) == 4


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70_000,
    ],
)
def test_what_is_no_whole_answer_is_an_error(answer):
    port, _ = serve(answer)
    with pytest.raises((OSError, EOFError)):
        exchange(to(port), GET, b"")


def test_a_trickle_is_no_answer():
    listener = socket.create_server(("127.0.0.1", 0))

    def run():
        with contextlib.suppress(OSError), listener, listener.accept()[0] as connection:
            for letter in b"HTTP/1.1 200 OK\r\n" * 9:
                if stop.wait(0.1):
                    return
                connection.sendall(bytes([letter]))

    stop = threading.Event()
    threading.Thread(target=run, daemon=True).start()
    connection = to(listener.getsockname()[1])
    connection.whole = 0.5
    with pytest.raises(TimeoutError):
        exchange(connection, GET, b"")
    stop.set()


class Slow:
    """A body whose disk or line is slow."""

    size = 9

    def sha256(self):
        return ""

    def __iter__(self):
        for block in (b"s\r\n", b"lo", b"w\r\n", b"\r\n"):
            threading.Event().wait(0.2)
            yield block


def test_a_body_may_take_longer_than_its_answer():
    port, asked = serve(BODIES["counted"])
    connection = to(port)
    connection.whole = 0.5
    assert exchange(connection, "PUT / HTTP/1.1\r\nhost: x\r\n", Slow()).body == b"hello"
    assert asked[0].endswith("s\r\nlow\r\n\r\n")


def test_plain_http_goes_through_a_proxy(monkeypatch):
    port, asked = serve(BODIES["counted"])
    monkeypatch.setenv("http_proxy", f"http://me:p%40ss@127.0.0.1:{port}")
    connection = Connection(REMOTE, Address(False, "store.example", "/b/"), 2)
    head = f"GET {connection.prefix}/b/key HTTP/1.1\r\nhost: x\r\n{connection.more}\r\n"
    assert exchange(connection, head, b"").body == b"hello"
    assert asked[0].startswith("GET http://store.example/b/key HTTP/1.1\r\n")
    assert "Proxy-Authorization: Basic bWU6cEBzcw==\r\n" in asked[0]


def test_tls_of_a_private_authority_in_a_tunnel(monkeypatch, tmp_path):
    chain = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)

    def tunnel(connection):
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(1)
        assert head.startswith(b"CONNECT store.example:443 HTTP/1.1\r\n")
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return context.wrap_socket(connection, server_side=True)

    port, _ = serve(BODIES["counted"], wrap=tunnel)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(chain))
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
    connection = Connection(REMOTE, Address(True, "store.example", "/"), 2)
    assert exchange(connection, GET, b"").body == b"hello"


def test_tls_of_a_stranger_is_refused(monkeypatch, tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    port, _ = serve(wrap=lambda one: context.wrap_socket(one, server_side=True))
    with pytest.raises(ssl.SSLCertVerificationError):
        Connection(REMOTE, Address(True, f"localhost:{port}", "/"), 2)
