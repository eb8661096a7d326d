"""The results as Markdown tables, and each target beside what was measured."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import outside
import servers
from results import Row, Table
from tools import BIN

RESULTS = Path(__file__).resolve().parent / "results.md"
PEERS = {"rclone": ("rclone 16", "rclone 64"), "best peer": ("rclone 16", "rclone 64", "s5cmd")}
VERSIONS = (("rclone", "version"), ("s5cmd", "version"), ("aws", "--version"), ("dvc", "--version"))
HEAD = """# Benchmark

Median wall seconds of interleaved runs: in each round of a case every tool runs once, one after
the other. `x ours` is a tool's median through that of `ours`. CPU counts the tool's processes, not
the server; MB is its biggest process. Every tool's outcome was compared byte by byte, here and in
S3; a tool that failed has no number. `original` is `dvc` and three `aws s3 sync`; `rclone n` has
that many transfers and checkers, and the better one counts. A `limit` is no peer: it neither looks
at what is there nor verifies anything. `make bench` makes this file from results.json.
"""


@dataclass(frozen=True)
class Target:
    """`tool` takes at most `factor` times as long as `peer` does in the same case."""

    workload: str
    link: str
    case: str
    tool: str
    peer: str
    factor: float


def _both(workload: str, link: str, case: str, tool: str, peer: str, factor: float) -> list[Target]:
    return [Target(workload, link, case.format(d), tool, peer, factor) for d in ("push", "pull")]


NEAR, FAR, CABLE = servers.LINKS
TARGETS = [
    *_both("SMALL", NEAR, "nothing changed, {}", "ours", "rclone", 0.5),
    *_both("SMALL", NEAR, "nothing changed, {}", "ours", "original", 0.06),
    *_both("MANY", NEAR, "nothing changed, {}", "ours", "rclone", 0.1),
    *_both("SMALL", FAR, "nothing changed, {}", "ours", "rclone", 0.5),
    *_both("SMALL", NEAR, "one file changed, {}", "ours", "original", 0.4),
    *_both("SMALL", NEAR, "one file changed, {}", "ours", "rclone", 1.2),
    *_both("SMALL", FAR, "one file changed, {}", "ours", "rclone", 0.8),
    *_both("SMALL", NEAR, "cold {}", "ours", "rclone", 0.7),
    *_both("SMALL", NEAR, "cold {}", "ours", "original", 0.2),
    *_both("SMALL", FAR, "cold {}", "ours", "rclone 64", 0.35),
    *_both("SMALL", FAR, "cold {}", "ours", "rclone 256", 0.8),
    *_both("BIG", CABLE, "cold {}", "ours", "best peer", 1.03),
    *_both("BIG", NEAR, "cold {}", "ours", "best peer", 1.5),
    *_both("MIXED", NEAR, "cold {}", "ours", "original", 0.2),
    *_both("MIXED", NEAR, "cold {}", "ours", "rclone", 1.2),
    Target("SMALL", NEAR, "one entry, pull", "ours", "original", 0.5),
    Target("INSTALL", NEAR, "first make pull", "ours", "pip alone", 0.25),
]


def write(tables: list[Table], fresh: list[tuple[str, str]]) -> str:
    """Write results.md and return it. `fresh`: the places that this very run measured."""
    said = "\n".join([HEAD, *_tables(tables), *_targets(tables, fresh), ""])
    RESULTS.write_text(said)
    return said


def about(link: str) -> str:
    """This run: when, on which machine, with which server and tools."""
    server = link if link in outside.NAMES else servers.NAME
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    versions = "; ".join(filter(None, (_version(*command) for command in VERSIONS)))
    return (
        f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}, load {load:.1f} before; "
        f"server: {server}; {versions}."
    )


def _version(*command: str) -> str:
    """As of the tool that is measured, which is beside the Python that runs this."""
    words = [str(BIN / command[0]), *command[1:]]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    except OSError:
        return ""
    first = (done.stdout or done.stderr).strip().split("\n")[0]
    return first if first.startswith(command[0]) else f"{command[0]} {first}"


def _tables(tables: list[Table]) -> list[str]:
    lines = []
    for table in tables:
        walls = table.walls()
        lines += [
            f"## {table.workload}, {table.link}",
            "",
            table.about,
            "",
            "| case | tool | median s | spread | runs | x ours | CPU s | requests | MB |",
            "|---|---|---|---|---|---|---|---|---|",
            *(_line(row, walls.get((row.case, "ours"))) for row in table.rows),
            "",
        ]
    return lines


def _line(row: Row, ours: float | None) -> str:
    if row.failure or not row.costs:
        why = " ".join(row.failure.replace("|", "/").split())[:120] or "interrupted"
        return f"| {row.case} | {row.tool} | failed: {why} | | | | | | |"
    ratio = f"{row.wall / ours:.2f}" if ours else ""
    return (
        f"| {row.case} | {row.tool} | {row.wall:.2f} | {row.spread} | {len(row.costs)} | {ratio} "
        f"| {row.cpu:.2f} | {f'{row.requests:,}' if row.requests else ''} | {row.memory:.0f} |"
    )


def _targets(tables: list[Table], fresh: list[tuple[str, str]]) -> list[str]:
    at = {table.place: table for table in tables}
    lines = ["## Targets", "", "| case | target | measured | |", "|---|---|---|---|"]
    for target in TARGETS:
        place = target.workload, target.link
        ratio = _ratio(target, at[place]) if place in at else None
        verdict = "met" if ratio and ratio <= target.factor else "missed"
        if ratio is None:
            verdict = "not measured in this run" if place in fresh else "not measured"
        elif place not in fresh:
            verdict += f", in the run of {at[place].about[:16]}, not measured in this one"
        lines.append(
            f"| {', '.join((*place, target.case))} | {target.tool}: {target.factor} x "
            f"{target.peer} | {'' if ratio is None else f'{ratio:.2f}'} | {verdict} |"
        )
    return lines


def _ratio(target: Target, table: Table) -> float | None:
    walls = table.walls()
    mine = walls.get((target.case, target.tool))
    peers = PEERS.get(target.peer, (target.peer,))
    known = [walls[target.case, peer] for peer in peers if (target.case, peer) in walls]
    return mine / min(known) if mine is not None and known else None
