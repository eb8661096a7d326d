"""MANY: a thousand entries of a thousand tiny files, in a registry where nothing changed.

The objects are made in the store and the files on the disk, as after a pull; our checkout learns
that they are the same from one real `make push`, which moves nothing and seals every entry.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

import cases
import measure
import workloads
from cases import Bench, Case
from clones import Ours
from measure import Failed
from servers import Server
from tools import Rclone, S5cmd, Tool

ENTRIES = int(os.environ.get("BENCH_MANY", 1000))
FILES = 1000


def make(
    folder: Path, server: Server, link: str, chosen: set[str]
) -> tuple[Bench, list[Tool], dict[str, Case]]:
    """Ours in its clone; the peers, who change nothing either, share one folder and one prefix."""
    source, when = folder / "peers", int(time.time()) - 3600
    for prefix in ("ours", "peers"):
        server.ask("fill", prefix=f"{prefix}/registry/", entries=ENTRIES, files=FILES, when=when)
    _write(source, when)
    bench = Bench(server, truth=measure.local_digests(source))
    ours = Ours("ours", folder / "ours", "ours/registry", server.endpoint(link))
    shared = source, "peers/registry", server.endpoint(link)
    peers = [S5cmd("s5cmd", *shared)]
    peers += [Rclone(f"rclone {n}", *shared, transfers=n) for n in (16, 64)]
    tools = [tool for tool in (ours, *peers) if not chosen or tool.name in chosen]
    if ours in tools:
        _seal(bench, ours, source)
    return bench, tools, {**cases.QUIET, "status": cases.ours_alone("status")}


def _write(folder: Path, when: int) -> None:
    """The files, as old as their objects: so a real pull leaves them."""
    above = ""
    for path, content in workloads.many(ENTRIES, FILES):
        parent, _, name = path.rpartition("/")
        if parent != above:
            above = parent
            (folder / above).mkdir(parents=True)
        file = f"{folder}/{above}/{name}"
        with open(file, "wb", buffering=0) as handle:
            handle.write(content)
        os.utime(file, (when, when))


def _seal(bench: Bench, ours: Ours, source: Path) -> None:
    """Let our checkout find out that all is the same, and see that it did."""
    ours.prepare()
    for section in source.iterdir():
        shutil.copytree(
            section, ours.folder / section.name, copy_function=os.link, dirs_exist_ok=True
        )
    entries = workloads.entries_of(list(bench.truth))
    ours.write_cards(entries)
    cost = measure.run(ours.command("push"), ours, bench.server)
    print(f"MANY: sealed in {cost.wall:.0f} s", file=sys.stderr, flush=True)
    words = [*ours.command("pull"), "FULL=1", f"DATASET={entries[0]}"]
    said = measure.run_and_listen(words, ours, bench.server)[1]
    if "0 files fetched" not in said:
        raise Failed(f"MANY was not set up as a real run leaves it: {said}")
