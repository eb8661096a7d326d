"""Measures the registry's commands beside the tools that a person would take instead.

usage: run.py [SMALL BIG MIXED LATENCY | ALL]      (default: SMALL)
       BENCH_ROUNDS=5     how often each case is run (3 at most for those over 10 s)
       BENCH_TOOLS=a,b    only these tools; BENCH_CASES=a,b: only cases with this in their name

Every tool runs once in each round, one after the other, so that a slow minute of the machine is
everybody's. Writes benchmarks/results.md and benchmarks/results.svg.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import cases
import chart
import measure
import report
import servers
import workloads
from cases import Bench, Case
from measure import Row, local_digests
from servers import Server
from tools import Dvc, Original, Ours, Rclone, S5cmd, Tool

ROUNDS = int(os.environ.get("BENCH_ROUNDS", 5))
PLANS = {  # (workload, link)
    "SMALL": ("SMALL", "loopback"),
    "LATENCY": ("SMALL", "20 ms each way"),
    "BIG": ("BIG", "1 Gbit/s"),
    "MIXED": ("MIXED", "loopback"),
}


def main(argv: list[str] | None = None) -> int:
    asked = [w for a in (sys.argv[1:] if argv is None else argv) for w in a.split()] or ["SMALL"]
    names = list(PLANS) if asked == ["ALL"] else asked
    rows: list[Row] = []
    for name in names:
        if name not in PLANS:
            print(f"bench: WORK={name!r}: choose from {' '.join(PLANS)} or ALL", file=sys.stderr)
            return 2
        workload, link = PLANS[name]
        with tempfile.TemporaryDirectory(prefix="bench-") as folder, servers.running([link]) as at:
            rows += measure_all(Path(folder), at, workload, link)
        report.write(rows)
        chart.write(rows)
    print(report.text(rows))
    return 0


def measure_all(folder: Path, server: Server, workload: str, link: str) -> list[Row]:
    """Every case with every tool, interleaved."""
    files = workloads.WORKLOADS[workload]()
    source = folder / "source"
    workloads.write(files, source)
    tools = make_tools(folder, server.endpoint(link), files, source)
    bench = Bench(
        server, files, make_colleagues(folder, server, tools, files), local_digests(source)
    )
    for tool in tools:  # what is no part of the workload is up to date before
        if type(tool) in (Ours, Original) and not tool.has_raw:
            measure.run(["dvc", "push", "-q"], tool, server)
            measure.run(["dvc", "pull", "-q"], tool, server)
    rows = []
    for name, case in every_case(files).items():
        if wanted("BENCH_CASES", name):
            rows += interleave(bench, name, case, tools_for(name, tools), workload, link)
    return rows


def every_case(files: list[workloads.File]) -> dict[str, Case]:
    entry = workloads.entries_of(files)[0]
    return {
        **cases.CASES,
        "one entry, pull": cases.entry_pull(entry),
        "status": cases.ours_alone("status"),
        "verify": cases.ours_alone("verify"),
    }


def tools_for(case: str, tools: list[Tool]) -> list[Tool]:
    """The daily commands are everybody's, the rest has no peer."""
    if case in ("status", "verify"):
        return [t for t in tools if t.name == "ours"]
    if case == "one entry, pull":
        return [t for t in tools if t.name in ("ours", "original")]
    if case == "one file changed, pull":
        return [t for t in tools if not isinstance(t, Dvc)]  # a PUT is no news to DVC
    return tools


def interleave(
    bench: Bench, name: str, case: Case, tools: list[Tool], workload: str, link: str
) -> list[Row]:
    rows = {tool.name: Row(workload, link, name, tool.name) for tool in tools}
    for turn in range(ROUNDS):
        for tool in tools:
            row = rows[tool.name]
            if turn >= 3 and row.wall > 10:
                continue
            row.costs.append(case(bench, tool))
            said = f"{workload} {link}: {name}: {tool.name}: {row.costs[-1].wall:.2f} s"
            print(said, file=sys.stderr, flush=True)
    return list(rows.values())


def make_tools(
    folder: Path, endpoint: str, files: list[workloads.File], source: Path
) -> list[Tool]:
    """Each with a copy of the data, and a prefix of its own."""

    def at(name: str) -> tuple[str, Path, str, str]:
        return name, folder / name.replace(" ", "-"), f"{name.replace(' ', '-')}/registry", endpoint

    tools: list[Tool] = [
        Ours(*at("ours")),
        Ours(*at("ours rclone"), env={"ENGINE": "rclone"}),
        Ours(*at("ours aws"), env={"ENGINE": "aws"}),
        Original(*at("original")),
        S5cmd(*at("s5cmd")),
        Rclone(*at("rclone 16"), transfers=16),
        Rclone(*at("rclone 64"), transfers=64),
        Dvc(*at("dvc")),
    ]
    tools = [t for t in tools if wanted("BENCH_TOOLS", t.name, exact=True)]
    for tool in tools:
        tool.has_raw = any(file.path.startswith("raw_") for file in files)
        tool.prepare()
        if isinstance(tool, Ours):
            add_entries(tool, files)
        for section in {file.path.split("/")[0] for file in files}:
            shutil.copytree(source / section, tool.folder / section, dirs_exist_ok=True)
    return tools


def make_colleagues(
    folder: Path, server: Server, tools: list[Tool], files: list[workloads.File]
) -> dict[str, Ours]:
    """{tool's name: somebody else with a clone of the same registry}, near the server."""
    made = {}
    for tool in tools:
        if isinstance(tool, Ours):
            place = folder / f"{tool.folder.name}-colleague"
            made[tool.name] = Ours(place.name, place, tool.prefix, server.endpoint("loopback"))
            made[tool.name].prepare()
            add_entries(made[tool.name], files)
    return made


def add_entries(tool: Ours, files: list[workloads.File]) -> None:
    entries = workloads.entries_of(files)
    dataset = next(entry for entry in entries if entry.startswith("processed_datasets/"))
    for entry in entries:
        tool.write_card(entry, dataset)


def wanted(variable: str, name: str, exact: bool = False) -> bool:
    chosen = os.environ.get(variable, "")
    parts = chosen.split(",")
    return not chosen or (name in parts if exact else any(part in name for part in parts))


if __name__ == "__main__":
    raise SystemExit(main())
