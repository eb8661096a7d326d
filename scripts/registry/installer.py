"""Installs hash-pinned packages: pip brings uv, which brings the rest in a fraction of pip's time.

Where uv does not run, pip does all of it. The standard library only: no package is there yet.
"""

from __future__ import annotations

import ast
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

Tell = Callable[[str], None]
EVERY_SECONDS = 10.0  # nobody waits longer for a word
PIP = ["-m", "pip", "--disable-pip-version-check"]
LINES = 15  # of what an installer said last, when it fails
AS_UV_CALLS_IT = {  # pip's settings, so that uv goes the same way to the same packages
    "index_url": "UV_DEFAULT_INDEX",
    "extra_index_url": "UV_INDEX",
    "find_links": "UV_FIND_LINKS",
    "trusted_host": "UV_INSECURE_HOST",
    "default_timeout": "UV_HTTP_TIMEOUT",
    "timeout": "UV_HTTP_TIMEOUT",
    "proxy": "ALL_PROXY",
    "cert": "SSL_CERT_FILE",
    "client_cert": "SSL_CLIENT_CERT",
}


class Failed(Exception):
    """An installer failed; the text is what it said last."""


def install(python: str, wanted: Path, uv: Path, tell: Tell) -> None:
    """Install what `wanted` names where `python` looks; `uv`: the file that pins uv.

    Both are requirements files with hashes. Raises Failed when pip cannot do it either.
    """
    count = packages(wanted)
    try:
        run([python, *_pip(), "--only-binary=:all:", "-r", str(uv)])
        said = settings(python)
        run([python, *_uv(python, said), "-r", str(wanted)], Follower(count, tell), as_uv(said))
    except Failed as error:
        lines = str(error).strip().splitlines() or ["it says nothing"]
        why = next((line for line in lines if line.lower().startswith("error")), lines[-1])
        tell(f"uv does not manage it here, so pip does, which takes longer ({why})")
        run([python, *_pip(), "-r", str(wanted)], Follower(count, tell))


def packages(wanted: Path) -> int:
    """Return how many packages a requirements file pins."""
    return sum(" \\" in line and "==" in line for line in wanted.read_text().splitlines())


def _pip() -> list[str]:
    return [*PIP, "install", "--require-hashes", "--no-warn-script-location", "--progress-bar=off"]


def _uv(python: str, said: Mapping[str, str]) -> list[str]:
    """Several indexes are one to uv here, as they are to pip: the hashes say what may come."""
    words = ["--require-hashes", "--index-strategy=unsafe-best-match", "--compile-bytecode"]
    if said.get("no_index", "0").lower() in ("1", "true", "yes", "on"):
        words.append("--no-index")
    return ["-m", "uv", "pip", "install", "--python", python, "--no-progress", *words]


def settings(python: str) -> dict[str, str]:
    """pip's settings, from its files and variables, whatever command they are for."""
    listed = subprocess.run([python, *PIP, "config", "list"], capture_output=True, text=True).stdout
    said: dict[str, str] = {}
    for line in sorted(listed.splitlines()):  # a variable (`:env:`) is first, and the first counts
        name, _, value = line.partition("=")
        option = name.rpartition(".")[2].replace("-", "_")
        said.setdefault(option, " ".join(str(ast.literal_eval(value)).split()))
    return said


def as_uv(said: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that tell uv the same; none that are set already."""
    named = {AS_UV_CALLS_IT[name]: said[name] for name in AS_UV_CALLS_IT if name in said}
    return {name: value for name, value in named.items() if name not in os.environ}


class Follower:
    """Tells an installer's steps as they begin and, every few seconds, how far it is."""

    def __init__(self, count: int, tell: Tell) -> None:
        self._count, self._tell, self._seen = count, tell, 0
        self._step = "asking the package index"
        self._began = self._said = time.monotonic()

    def hear(self, line: str) -> None:
        """A line that pip or uv says."""
        self._count -= line.startswith("Ignoring ")  # it is for another Python or system
        if line.startswith(("Collecting ", "Requirement already satisfied")):
            self._seen += 1
            self._step = f"{self._seen} of {self._count} packages fetched or here"
        elif line.startswith("Resolved "):
            self._begin(f"{line.split()[1]} packages, fetching those that are not here")
        elif line.startswith(("Installing collected", "Prepared ")):
            self._begin(f"{self._seen or line.split()[1]} packages here, unpacking them")

    def _begin(self, step: str) -> None:
        self._step, self._said = step, 0.0  # a new step is told at once

    def tick(self) -> None:
        now = time.monotonic()
        if now - self._said >= (EVERY_SECONDS if self._said else 0):
            self._said = now
            self._tell(f"{self._step}, {now - self._began:.0f} s so far")


def run(
    command: list[str], follower: Follower | None = None, more: Mapping[str, str] | None = None
) -> None:
    """Run an installer, with `more` in its environment. Raises Failed with its last lines."""
    talk: list[str] = []
    with subprocess.Popen(
        command,
        env={**os.environ, **(more or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        lines: queue.Queue[str] = queue.Queue()
        reader = threading.Thread(target=_read, args=(process.stdout or (), lines), daemon=True)
        reader.start()
        _follow(lines, talk, follower)
        reader.join()
    if process.returncode:
        raise Failed("".join(talk[-LINES:]))


def _read(stream: Iterable[str], lines: queue.Queue[str]) -> None:
    for line in stream:
        lines.put(line)
    lines.put("")  # the end


def _follow(lines: queue.Queue[str], talk: list[str], follower: Follower | None) -> None:
    while True:
        with suppress(queue.Empty):
            line = lines.get(timeout=1)
            if not line:
                return
            talk.append(line)
            if follower:
                follower.hear(line)
        if follower:
            follower.tick()
