"""The two S3 servers that tests talk to, and a bucket's content looked at from outside.

rclone's is the embedded store: no conditional writes. moto's is strict about them, and takes
keys that no disk can hold.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from registry.errors import RegistryError
from registry.remote import s3
from registry.remote.embedded import Store
from registry.remote.location import Remote

RCLONE, MOTO = "rclone", "moto"
EVERYBODYS = "registry"  # the bucket that a server has from the start
MOTO_STORE = str(Path(__file__).with_name("moto_store.py"))


@dataclass(frozen=True)
class Server:
    """Where an S3 server listens and how to get in."""

    kind: str
    endpoint: str
    bucket: str
    profile: str
    credentials_file: str

    @property
    def has_conditional_writes(self) -> bool:
        return self.kind == MOTO

    def at(self, endpoint: str) -> Server:
        """The same server behind another address, such as a proxy's."""
        return replace(self, endpoint=endpoint)

    def remote(self, base: str) -> Remote:
        return Remote(
            "test", self.bucket, base, self.endpoint, "us-east-1", self.profile,
            self.credentials_file,
        )  # fmt: skip

    def new_bucket(self) -> Bucket:
        """A place of one's own: a fresh prefix, in moto's server in a fresh bucket, too: that looks
        at every key of a bucket for each listing, and there were all tests' keys."""
        name, server = f"t{secrets.token_hex(6)}", self
        if self.kind == MOTO and self.bucket == EVERYBODYS:
            server = replace(self, bucket=name)
            s3.Client(server.remote(""), patience=10).request("PUT", "")
        return Bucket(server, f"{name}/registry")


class Bucket:
    """What one registry's place in S3 holds, read and written directly. Keys are relative."""

    def __init__(self, server: Server, base: str) -> None:
        self.server = server
        self.base = base
        self.client = s3.Client(server.remote(base), patience=10)

    @property
    def url(self) -> str:
        return f"s3://{self.server.bucket}/{self.base}"

    def keys(self, prefix: str = "") -> list[str]:
        objects = self.client.list(self.key(prefix))
        return sorted(o.key[len(self.base) + 1 :] for o in objects)

    def data_keys(self) -> list[str]:
        """The keys of entries' files: without markers, trash and DVC's cache."""
        return [k for k in self.keys() if not k.startswith((".registry", "raw_datasets_dvc"))]

    def get(self, key: str) -> bytes | None:
        answer = self.client.get(self.key(key))
        return answer.body if answer else None

    def put(self, key: str, body: bytes) -> str:
        """Write one object, as a stranger to the protocol would; its ETag."""
        return self.client.put(self.key(key), body).etag

    def delete(self, *keys: str) -> None:
        for key in keys:
            self.client.delete(self.key(key))

    def snapshot(self, prefix: str = "") -> dict[str, str]:
        """key -> MD5 of the very bytes, for every object: ETags are not trusted."""
        return {k: hashlib.md5(v).hexdigest() for k, v in self.read(prefix).items()}

    def read(self, prefix: str = "") -> dict[str, bytes]:
        """key -> bytes of every object below a prefix."""
        return self._bodies(self.keys(prefix))

    def data(self) -> dict[str, bytes]:
        """key -> bytes of every entry's file: what people's work is."""
        return self._bodies(self.data_keys())

    def _bodies(self, keys: list[str]) -> dict[str, bytes]:
        """A request of a command that was killed may still take one away that was listed."""
        bodies = ((key, self.get(key)) for key in keys)
        return {key: body for key, body in bodies if body is not None}

    def restore(self, content: dict[str, bytes]) -> None:
        """Make the place hold exactly this, as read() returned it."""
        now = self.read()
        self.delete(*(now.keys() - content.keys()))
        for key, body in content.items():
            if now.get(key) != body:
                self.put(key, body)

    def key(self, key: str) -> str:
        return f"{self.base}/{key}"


@contextlib.contextmanager
def run_rclone(folder: Path) -> Iterator[Server]:
    """The embedded store, in a folder of its own and without samples."""
    (folder / ".dvc").mkdir(parents=True, exist_ok=True)
    store = Store(folder)
    store.ensure()
    remote = store.as_remote()
    server = Server(RCLONE, remote.endpoint, remote.bucket, remote.profile, remote.credentials_file)
    try:
        with _not_outliving_us(store.process.pid()):
            yield server
    finally:
        store.process.stop()


@contextlib.contextmanager
def run_moto(folder: Path) -> Iterator[Server]:
    """moto's server as a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = folder / "credentials"
    keys.write_text("[test]\naws_access_key_id = tests\naws_secret_access_key = tests-secret\n")
    port = _free_port()
    with open(folder / "log", "wb") as log:
        command = [sys.executable, MOTO_STORE, "-H", "127.0.0.1", "-p", str(port)]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder
        )
    server = Server(MOTO, f"http://127.0.0.1:{port}", EVERYBODYS, "test", str(keys))
    try:
        with _not_outliving_us(process.pid):
            _make_bucket(server, process)
            yield server
    finally:
        process.terminate()
        process.wait(300)


@contextlib.contextmanager
def _not_outliving_us(pid: int) -> Iterator[None]:
    """Have a server killed when this process is: the end of a pipe that only we hold tells."""
    watch = subprocess.Popen(
        ["sh", "-c", f"cat >/dev/null; kill {pid}"], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        yield
    finally:
        watch.kill()
        watch.communicate()


def _make_bucket(server: Server, process: subprocess.Popen[bytes]) -> None:
    client = s3.Client(server.remote(""), patience=5)
    end = time.monotonic() + 300
    while True:
        try:
            client.request("PUT", "")
            return
        except RegistryError:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
