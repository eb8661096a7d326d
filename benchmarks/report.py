"""The results as a Markdown table, and each target beside what was measured."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import servers
from measure import Row

RESULTS = Path(__file__).resolve().parent / "results.md"
PEERS = {"rclone": ("rclone 16", "rclone 64"), "best peer": ("rclone 16", "rclone 64", "s5cmd")}


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
    *_both("SMALL", NEAR, "nothing changed, {}", "ours", "rclone", 0.7),
    *_both("SMALL", NEAR, "nothing changed, {}", "ours", "original", 0.06),
    *_both("SMALL", FAR, "nothing changed, {}", "ours", "rclone", 0.5),
    *_both("SMALL", NEAR, "one file changed, {}", "ours", "original", 0.4),
    *_both("SMALL", NEAR, "one file changed, {}", "ours rclone", "rclone", 2.0),
    *_both("SMALL", NEAR, "cold {}", "ours", "rclone", 1.2),
    *_both("SMALL", NEAR, "cold {}", "ours", "original", 0.2),
    Target("SMALL", FAR, "cold pull", "ours", "rclone 64", 1.2),
    *_both("BIG", CABLE, "cold {}", "ours", "best peer", 1.2),
    *_both("BIG", NEAR, "cold {}", "ours", "best peer", 2.5),
    Target("MIXED", NEAR, "cold pull", "ours", "original", 0.35),
    Target("SMALL", NEAR, "one entry, pull", "ours", "original", 0.5),
]


def write(rows: list[Row]) -> None:
    RESULTS.write_text(text(rows))


def text(rows: list[Row]) -> str:
    return "\n".join(["# Benchmark", "", *_about(), "", *_tables(rows), *_targets(rows), ""])


def _about() -> list[str]:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    versions = [
        _version("rclone", "version"),
        _version("s5cmd", "version"),
        _version("aws", "--version"),
    ]
    return [
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}, load {load:.1f}; "
        f"server: {servers.NAME}; {'; '.join(filter(None, versions))}.",
        "",
        "Median wall seconds of interleaved runs (all in the row's case and round, one after the "
        "other); every tool's outcome was compared byte by byte. `make bench` makes this file.",
    ]


def _version(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    except OSError:
        return ""
    first = (done.stdout or done.stderr).strip().split("\n")[0]
    return first if first.startswith(command[0]) else f"{command[0]} {first}"


def _tables(rows: list[Row]) -> list[str]:
    lines = []
    for workload, link in dict.fromkeys((r.workload, r.link) for r in rows):
        lines += [f"## {workload}, {link}", ""]
        lines += [
            "| case | tool | median s | spread | CPU s | requests | MB |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {r.case} | {r.tool} | {r.wall:.2f} | {r.spread} | {r.cpu:.2f} | {r.requests:,} "
            f"| {r.memory:.0f} |"
            for r in rows
            if (r.workload, r.link) == (workload, link)
        ]
        lines.append("")
    return lines


def _targets(rows: list[Row]) -> list[str]:
    lines = ["## Targets", "", "| case | target | measured | |", "|---|---|---|---|"]
    walls = {(r.workload, r.link, r.case, r.tool): r.wall for r in rows}
    for target in TARGETS:
        place = (target.workload, target.link, target.case)
        peers = PEERS.get(target.peer, (target.peer,))
        known = [walls[(*place, peer)] for peer in peers if (*place, peer) in walls]
        if known and (*place, target.tool) in walls:
            ratio = walls[(*place, target.tool)] / min(known)
            mark = "met" if ratio <= target.factor else "missed"
            lines.append(
                f"| {', '.join(place)} | {target.tool}: {target.factor} x {target.peer} "
                f"| {ratio:.2f} | {mark} |"
            )
    return lines
