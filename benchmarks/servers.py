"""Starts the benchmark's own server and links, and asks the server its own questions."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

HERE = Path(__file__).resolve().parent
NAME = "benchmarks/s3_server.py (asyncio, in memory)"
LINKS = {"loopback": (0.0, 0.0), "20 ms each way": (0.02, 0.0), "1 Gbit/s": (0.0, 125e6)}


@dataclass
class Server:
    """The running server and the ports at which it is reached: {link's name: port}."""

    port: int
    ports: dict[str, int]
    cpu: float = 0.0

    def endpoint(self, link: str) -> str:
        return f"http://127.0.0.1:{self.ports[link]}"

    def ask(self, verb: str, **query: object) -> dict:
        url = f"http://127.0.0.1:{self.port}/_bench/{verb}?{urlencode(query)}"
        with urllib.request.urlopen(url, timeout=600) as answer:
            return json.load(answer)

    def put(self, key: str, body: bytes) -> None:
        url = f"http://127.0.0.1:{self.port}/bench/{key}"
        request = urllib.request.Request(url, data=body, method="PUT")
        urllib.request.urlopen(request, timeout=60).close()


@contextlib.contextmanager
def running(links: list[str]) -> Iterator[Server]:
    """A fresh server with these links; all stopped at the end, by their processes."""
    port = free_port()
    processes = [_start("s3_server.py", port)]
    try:
        wait(port, processes[0])
        ports = {"loopback": port}
        for name in links:
            if name != "loopback":
                ports[name] = free_port()
                processes.append(_start("link.py", ports[name], port, *LINKS[name]))
                wait(ports[name], processes[-1])
        yield Server(port, ports)
    finally:
        for process in processes:
            process.terminate()
            process.wait(10)


def _start(script: str, *words: object) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, str(HERE / script), *map(str, words)])


def wait(port: int, process: subprocess.Popen) -> None:
    """Until it takes connections."""
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit("bench: the server did not start")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
