"""The cases: how each is set up, what is timed, and how the outcome is checked."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import measure
from measure import Cost, Failed
from servers import Server
from tools import DATA, RAW, Limit, Tool
from workloads import File

if TYPE_CHECKING:
    from clones import Ours

SHOWN = 3  # paths named in a message
REST = (".registry", "raw_datasets_dvc_cache")  # in S3, but no file of the workload


@dataclass
class Bench:
    """What the cases of one workload over one link share.

    `truth`: {path: MD5} of the workload; `own`: {tool: the same for what its changes made of it}.
    """

    server: Server
    files: list[File] = field(default_factory=list)
    truth: dict[str, str] = field(default_factory=dict)
    colleagues: dict[str, Ours] = field(default_factory=dict)
    own: dict[str, dict[str, str]] = field(default_factory=dict)
    changes: int = 0

    def expected(self, tool: Tool) -> dict[str, str]:
        """What must be in its folder and under its prefix, byte for byte."""
        return self.truth | self.own.get(tool.name, {})

    def change(self, tool: Tool) -> tuple[str, bytes]:
        """The smallest file's path and next bytes, of another size each time: now expected."""
        self.changes += 1
        files = (f for f in self.files if not f.path.startswith(RAW))
        path = min(files, key=lambda f: (f.size, f.path)).path
        content = f"version {self.changes}\n".encode() * (100 + self.changes)
        self.own[tool.name] = {path: hashlib.md5(content).hexdigest()}
        return path, content


Case = Callable[[Bench, Tool], Cost]


def cold_push(bench: Bench, tool: Tool) -> Cost:
    from clones import Dvc

    everything = tool.has_raw or isinstance(tool, Dvc)
    for part in ("",) if everything else (*DATA, ".registry"):
        bench.server.ask("drop", prefix=f"{tool.prefix}/{part}")
    tool.forget(data=False)
    cost = measure.run(tool.command("push"), tool, bench.server)
    check_remote(bench, tool)
    return cost


def cold_pull(bench: Bench, tool: Tool) -> Cost:
    tool.forget(data=True)
    if any((tool.folder / path).exists() for path in bench.truth):
        raise Failed("there are files here before the pull")
    cost = measure.run(tool.command("pull"), tool, bench.server)
    check_local(bench, tool)
    return cost


def quiet(verb: str) -> Case:
    return lambda bench, tool: measure.run(tool.command(verb), tool, bench.server)


def push_one(bench: Bench, tool: Tool) -> Cost:
    path, content = bench.change(tool)
    (tool.folder / path).write_bytes(content)
    time.sleep(0.1)  # not the file system's same tick as the run's own look
    cost = measure.run(tool.command("push"), tool, bench.server)
    check_remote(bench, tool)
    return cost


def pull_one(bench: Bench, tool: Tool) -> Cost:
    """Somebody else changed one file: by our own push for us, by a plain PUT for the others."""
    other = bench.colleagues.get(tool.name)
    if other:
        measure.run(other.command("pull"), other, bench.server)
    path, content = bench.change(tool)
    if other:
        (other.folder / path).write_bytes(content)
        measure.run(other.command("push"), other, bench.server)
    else:
        bench.server.put(f"{tool.prefix}/{path}", content)
        before = time.time() - 58  # rclone and aws compare times in whole seconds
        os.utime(tool.folder / path, (before, before))
    cost = measure.run(tool.command("pull"), tool, bench.server)
    if (tool.folder / path).read_bytes() != content:
        raise Failed(f"{path} did not arrive")
    return cost


def entry_pull(entry: str) -> Case:
    def case(bench: Bench, tool: Tool) -> Cost:
        words = ["make", "-s", "pull", f"DATASET={entry}"]
        if tool.name == "original":
            words = ["aws", "s3", "sync", f"s3://bench/{tool.prefix}/{entry}/", entry]
        return measure.run(words, tool, bench.server)

    return case


def ours_alone(*words: str) -> Case:
    return lambda bench, tool: measure.run(["make", "-s", *words], tool, bench.server)


QUIET: dict[str, Case] = {
    "nothing changed, push": quiet("push"),
    "nothing changed, pull": quiet("pull"),
}
CASES: dict[str, Case] = {  # in this order: s5cmd pulls all again what it has just pushed
    "cold push": cold_push,
    "nothing changed, push": quiet("push"),
    "one file changed, push": push_one,
    "cold pull": cold_pull,
    "nothing changed, pull": quiet("pull"),
    "one file changed, pull": pull_one,
}


def check(bench: Bench, tool: Tool) -> None:
    """See that both sides hold exactly what they must. Raises Failed."""
    if bench.truth:
        check_local(bench, tool)
        check_remote(bench, tool)


def check_local(bench: Bench, tool: Tool) -> None:
    """See that every file here has the very bytes, and that there is no other."""
    wanted = bench.expected(tool)
    sections = tuple(sorted({path.split("/")[0] for path in wanted}))
    digests = measure.local_digests(tool.folder, sections)
    digests = {p: d for p, d in digests.items() if p in wanted or not p.startswith(f"{RAW}/base/")}
    _same(digests, wanted, "here")


def check_remote(bench: Bench, tool: Tool) -> None:
    """See that S3 holds exactly these bytes; in DVC's cache: every file's, by its MD5."""
    from clones import Clone, Dvc

    wanted = bench.expected(tool)
    if isinstance(tool, Limit):
        return
    digests = bench.server.ask("digests", prefix=f"{tool.prefix}/")
    cached = {p: d for p, d in wanted.items() if isinstance(tool, Dvc) or p.startswith(RAW)}
    if isinstance(tool, Clone):
        held = {digest for path, digest in digests.items() if path.startswith(REST[1])}
        _same({p: d for p, d in cached.items() if d in held}, cached, "in DVC's cache in S3")
        wanted = {p: d for p, d in wanted.items() if p not in cached}
    plain = {p: d for p, d in digests.items() if not p.startswith(REST)}
    _same(plain, wanted, "in S3")


def _same(held: dict[str, str], wanted: dict[str, str], where: str) -> None:
    wrong = sorted(p for p in {*held, *wanted} if held.get(p) != wanted.get(p))
    if wrong:
        raise Failed(f"{len(wrong):,} files are not as they must be {where}: {wrong[:SHOWN]}")
