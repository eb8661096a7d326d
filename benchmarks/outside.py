"""Servers of other people: moto, and rclone serve s3, so that the tables are not about one server.

They count no requests. What the benchmark drops and reads itself goes by rclone.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import servers
from servers import Server
from tools import BIN, KEYS

MOTO, RCLONE = "moto", "rclone serve s3"
NAMES = (MOTO, RCLONE)


class Outside(Server):
    """It answers the same questions as the benchmark's own, by what S3 has for them."""

    def ask(self, verb: str, **query: object) -> dict:
        if verb == "drop":
            self._rclone("delete", f"b:bench/{query['prefix']}", "--fast-list")
        if verb != "digests":
            return {}
        listed = self._rclone("md5sum", "--download", "--fast-list", f"b:bench/{query['prefix']}")
        rows = (line.partition("  ") for line in listed.decode().splitlines())
        return {path: digest for digest, _, path in rows}

    def put(self, key: str, body: bytes) -> None:
        self._rclone("rcat", f"b:bench/{key}", body=body)

    def _rclone(self, *words: str, body: bytes = b"") -> bytes:
        settings = {
            "CONFIG": os.devnull, "CONFIG_B_TYPE": "s3", "CONFIG_B_PROVIDER": "Other",
            "CONFIG_B_ENV_AUTH": "true", "CONFIG_B_ENDPOINT": f"http://127.0.0.1:{self.port}",
        }  # fmt: skip
        environment = {**os.environ, **KEYS, **{f"RCLONE_{n}": v for n, v in settings.items()}}
        command = [str(BIN / "rclone"), *words, "--s3-no-check-bucket", "-q"]
        done = subprocess.run(command, input=body, env=environment, capture_output=True, check=True)
        return done.stdout


@contextlib.contextmanager
def running(name: str) -> Iterator[Outside]:
    """A fresh one, with an empty bucket; stopped at the end."""
    port = servers.free_port()
    with tempfile.TemporaryDirectory(prefix="bench-store-") as folder:
        process = start(name, port, Path(folder))
        try:
            servers.wait(port, process)
            make_bucket(name, port)
            yield Outside(port, {"loopback": port, name: port})
        finally:
            process.terminate()
            process.wait(10)


def start(name: str, port: int, folder: Path) -> subprocess.Popen:
    """The server; rclone's keeps its buckets in the folder."""
    if name == MOTO:
        words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    else:
        (folder / "bench").mkdir()
        keys = ",".join(KEYS.values())
        words = [str(BIN / "rclone"), "serve", "s3", str(folder), "--addr", f"127.0.0.1:{port}"]
        words += ["--auth-key", keys, "-q"]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_bucket(name: str, port: int) -> None:
    if name == MOTO:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/bench", method="PUT")
        urllib.request.urlopen(request, timeout=60).close()
