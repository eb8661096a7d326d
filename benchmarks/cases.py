"""The cases: how each is set up, what is timed, and how the outcome is checked."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import measure
from measure import Cost
from servers import Server
from tools import DATA, Dvc, Ours, Tool
from workloads import File


@dataclass
class Bench:
    """What the cases of one workload over one link share. `truth`: {path: MD5} as it must be."""

    server: Server
    files: list[File]
    colleagues: dict[str, Ours]
    truth: dict[str, str] = field(default_factory=dict)
    changes: int = 0

    def changed(self) -> tuple[str, bytes]:
        """A path and its next bytes, of another size each time."""
        self.changes += 1
        path = next(f.path for f in self.files if not f.path.startswith("raw_"))
        return path, f"version {self.changes}\n".encode() * (100 + self.changes)


Case = Callable[[Bench, Tool], Cost]


def cold_push(bench: Bench, tool: Tool) -> Cost:
    for section in (
        ("", *DATA, ".registry") if tool.has_raw or isinstance(tool, Dvc) else (*DATA, ".registry")
    ):
        bench.server.ask("drop", prefix=f"{tool.prefix}/{section}")
    tool.forget(data=False)
    cost = measure.run(tool.command("push"), tool, bench.server)
    check_remote(bench, tool)
    return cost


def quiet_push(bench: Bench, tool: Tool) -> Cost:
    return measure.run(tool.command("push"), tool, bench.server)


def quiet_pull(bench: Bench, tool: Tool) -> Cost:
    return measure.run(tool.command("pull"), tool, bench.server)


def push_one(bench: Bench, tool: Tool) -> Cost:
    path, content = bench.changed()
    (tool.folder / path).write_bytes(content)
    time.sleep(0.1)  # not the file system's same tick as the run's own look
    cost = measure.run(tool.command("push"), tool, bench.server)
    old = bench.truth[path]
    bench.truth[path] = hashlib.md5(content).hexdigest()
    check_remote(bench, tool)
    bench.truth[path] = old
    return cost


def pull_one(bench: Bench, tool: Tool) -> Cost:
    """Somebody else changed one file: by our own push for us, by a plain PUT for the others."""
    path, content = bench.changed()
    if isinstance(tool, Ours):
        other = bench.colleagues[tool.name]
        measure.run(other.command("pull"), other, bench.server)
        (other.folder / path).write_bytes(content)
        measure.run(other.command("push"), other, bench.server)
    else:
        bench.server.put(f"{tool.prefix}/{path}", content)
        ahead = time.time() + 2  # rclone and aws compare times in whole seconds
        os.utime(tool.folder / path, (ahead - 60, ahead - 60))
    cost = measure.run(tool.command("pull"), tool, bench.server)
    if (tool.folder / path).read_bytes() != content:
        raise SystemExit(f"bench: {tool.name}: {path} did not arrive")
    return cost


def cold_pull(bench: Bench, tool: Tool) -> Cost:
    tool.forget(data=True)
    cost = measure.run(tool.command("pull"), tool, bench.server)
    here = measure.local_digests(tool.folder)
    there = {p: h for p, h in bench.server.ask("digests", prefix=f"{tool.prefix}/").items()
             if not p.startswith((".registry", "raw_"))}  # fmt: skip
    if not isinstance(tool, Dvc):
        _same(tool, here, there)
    if here.keys() != bench.truth.keys():
        raise SystemExit(f"bench: {tool.name}: other files than it should be")
    return cost


def check_remote(bench: Bench, tool: Tool) -> None:
    """See that S3 holds exactly the workload's bytes; for DVC: every file's, by its MD5."""
    found = bench.server.ask("digests", prefix=f"{tool.prefix}/")
    if isinstance(tool, Dvc):
        if not set(bench.truth.values()) <= set(found.values()):
            raise SystemExit("bench: dvc: files are missing in S3")
        return
    there = {p: h for p, h in found.items() if not p.startswith((".registry", "raw_"))}
    _same(tool, there, {**bench.truth, **_own_change(bench, tool)})


def _own_change(bench: Bench, tool: Tool) -> dict[str, str]:
    """The file that this tool's folder was given last, if any."""
    path = next(f.path for f in bench.files if not f.path.startswith("raw_"))
    content = (tool.folder / path).read_bytes()
    return {path: hashlib.md5(content).hexdigest()}


def _same(tool: Tool, found: dict[str, str], wanted: dict[str, str]) -> None:
    wrong = [p for p in {*found, *wanted} if found.get(p) != wanted.get(p)]
    if wrong:
        raise SystemExit(
            f"bench: {tool.name}: {len(wrong)} files are not as they must be: {wrong[:3]}"
        )


CASES: dict[str, Case] = {  # in this order: s5cmd pulls all again what it has just pushed
    "cold push": cold_push,
    "nothing changed, push": quiet_push,
    "one file changed, push": push_one,
    "cold pull": cold_pull,
    "nothing changed, pull": quiet_pull,
    "one file changed, pull": pull_one,
}


def entry_pull(entry: str) -> Case:
    def case(bench: Bench, tool: Tool) -> Cost:
        if isinstance(tool, Ours):
            return measure.run(["make", "-s", "pull", f"DATASET={entry}"], tool, bench.server)
        words = ["aws", "s3", "sync", f"s3://bench/{tool.prefix}/{entry}/", entry]
        return measure.run(words, tool, bench.server)

    return case


def ours_alone(*words: str) -> Case:
    return lambda bench, tool: measure.run(["make", "-s", *words], tool, bench.server)
