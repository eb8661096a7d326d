"""Runs one command and notes what it cost; sums up many such runs."""

from __future__ import annotations

import hashlib
import os
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from servers import Server
from tools import DATA, Tool

LONGEST = 900.0  # seconds a command may take


@dataclass(frozen=True)
class Cost:
    """One run: wall and CPU seconds, the requests it made, MB of its biggest process."""

    wall: float
    cpu: float
    requests: int
    memory: float


@dataclass
class Row:
    """All runs of one tool in one case."""

    workload: str
    link: str
    case: str
    tool: str
    costs: list[Cost] = field(default_factory=list)

    @property
    def wall(self) -> float:
        return statistics.median(cost.wall for cost in self.costs)

    @property
    def spread(self) -> str:
        walls = [cost.wall for cost in self.costs]
        return f"{min(walls):.2f}-{max(walls):.2f}"

    @property
    def cpu(self) -> float:
        return statistics.median(cost.cpu for cost in self.costs)

    @property
    def requests(self) -> int:
        return round(statistics.median(cost.requests for cost in self.costs))

    @property
    def memory(self) -> float:
        return max(cost.memory for cost in self.costs)


def run(command: list[str], tool: Tool, server: Server, **env: str) -> Cost:
    """Run it in the tool's folder. Raises SystemExit with its words when it fails."""
    before = _requests(server)
    began = time.monotonic()
    process = subprocess.Popen(
        command, cwd=tool.folder, env={**tool.environment(), **env},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - began
    if process.returncode:
        words = said.decode(errors="replace")[-3000:]
        raise SystemExit(f"bench: {tool.name}: {' '.join(command)} failed:\n{words}")
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(wall, cpu, _requests(server) - before, usage.ru_maxrss / 1024)


def local_digests(folder: Path, sections: tuple[str, ...] = DATA) -> dict[str, str]:
    """{path: MD5} of the data below `folder`."""
    found = {}
    for section in sections:
        for path in (folder / section).glob("*/**/*"):
            if path.is_file():
                with open(path, "rb") as file:
                    digest = (
                        hashlib.file_digest(file, "md5")
                        if hasattr(hashlib, "file_digest")
                        else hashlib.md5(file.read())
                    )
                found[path.relative_to(folder).as_posix()] = digest.hexdigest()
    return found


def _requests(server: Server) -> int:
    return sum(n for name, n in server.ask("counts").items() if name != "cpu")
