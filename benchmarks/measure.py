"""Runs one command and notes what it cost."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from servers import Server
from tools import DATA, Tool

LAUNCH = Path(__file__).resolve().parent / "launch.py"
LONGEST = 1800.0  # seconds a command may take


class Failed(Exception):
    """A command failed, or what it left is not what it must be: its time counts for nothing."""


@dataclass(frozen=True)
class Cost:
    """One run: wall and CPU seconds, the requests it made, MB of its biggest process."""

    wall: float
    cpu: float
    requests: int
    memory: float


def run(command: list[str], tool: Tool, server: Server) -> Cost:
    """Run it in the tool's folder. Raises Failed with its words when it fails."""
    return run_and_listen(command, tool, server)[0]


def run_and_listen(command: list[str], tool: Tool, server: Server) -> tuple[Cost, str]:
    """The same, and what it said."""
    before = _requests(server)
    used, told = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(LAUNCH), str(told), *command], pass_fds=(told,),
        cwd=tool.folder, env=tool.environment(), start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    os.close(told)
    said = _wait(process)
    with os.fdopen(used) as usage:
        figures = [float(word) for word in usage.read().split()]
    if process.returncode:
        raise Failed(f"{' '.join(command)}: exit {process.returncode}: {said.strip()[-3000:]}")
    wall, cpu, memory = figures
    return Cost(wall, cpu, _requests(server) - before, memory / 1024), said


def _wait(process: subprocess.Popen[bytes]) -> str:
    """What it said. With everything it started, it ends when it must or we do."""
    watchdog = threading.Timer(LONGEST, os.killpg, (process.pid, signal.SIGKILL))
    watchdog.start()
    try:
        said, _ = process.communicate()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        watchdog.cancel()
    return said.decode(errors="replace")


def local_digests(folder: Path, sections: tuple[str, ...] = DATA) -> dict[str, str]:
    """{path: MD5} of every entry's files below `folder`."""
    digests, skip = {}, len(str(folder)) + 1
    entries = (entry for section in sections for entry in _folders(folder / section))
    for above, _, names in (row for entry in entries for row in os.walk(entry)):
        for name in names:  # a million: no Path for each
            path = f"{above}/{name}"
            digests[path[skip:]] = _md5(path)
    return digests


def _folders(section: Path) -> list[str]:
    if not section.is_dir():  # nothing has arrived
        return []
    return [child.path for child in os.scandir(section) if child.is_dir()]


def _md5(path: str) -> str:
    digest = hashlib.md5()
    with open(path, "rb", buffering=0) as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _requests(server: Server) -> int:
    return sum(n for name, n in server.ask("counts").items() if name != "cpu")
