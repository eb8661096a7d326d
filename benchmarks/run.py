"""Measures the registry's commands beside the tools that a person would take instead.

usage: run.py [SMALL CARDS BIG MIXED MANY LATENCY SERVERS INSTALL | ALL]   (default: SMALL CARDS)
       BENCH_ROUNDS=5     how often each case is run (at most 3 times over 10 s, once over 2 min)
       BENCH_TOOLS=a,b    only these tools; BENCH_CASES=a,b: only cases with this in their name
       BENCH_MANY=1000    how many entries MANY has

Every tool runs once in each round, one after the other, so that a slow minute of the machine is
everybody's. Writes results.json, results.md and results.svg in benchmarks/; what was measured
replaces the former tables of the same workload and link, and no others. Exits with 1 if a tool
failed or left other bytes than it must.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import cards
import cases
import chart
import daily
import graves
import install
import many
import measure
import outside
import report
import results
import servers
from cases import Bench, Case
from measure import Failed
from results import Row, Table
from servers import Server
from tools import Limit, Tool

ROUNDS = int(os.environ.get("BENCH_ROUNDS", 5))
LONG, VERY_LONG = 10.0, 120.0  # seconds: run 3 times at most, or once
PLANS = {  # {word: (workload, link) of each table that it makes}
    "SMALL": [("SMALL", "loopback")],
    "CARDS": [("CARDS", "loopback")],
    "LATENCY": [("SMALL", "20 ms each way")],
    "BIG": [("BIG", "1 Gbit/s"), ("BIG", "loopback")],
    "MIXED": [("MIXED", "loopback")],
    "MANY": [("MANY", "loopback")],
    "SERVERS": [("SMALL, 2,000 files", name) for name in outside.NAMES],
    "INSTALL": [("INSTALL", "loopback")],
}
DEFAULT = ["SMALL", "CARDS"]


def main(argv: list[str] | None = None) -> int:
    asked = [w for a in (sys.argv[1:] if argv is None else argv) for w in a.split()] or DEFAULT
    names = list(PLANS) if asked == ["ALL"] else asked
    unknown = [name for name in names if name not in PLANS]
    if unknown:
        print(f"bench: WORK={unknown[0]!r}: choose from {' '.join(PLANS)} or ALL", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stop as with Ctrl-C
    old, new, code = results.load(), [], 0
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as top:
            for place in (place for name in names for place in PLANS[name]):
                size = f" {many.ENTRIES * many.FILES:,} files." if place[0] == "MANY" else ""
                new.append(Table(*place, report.about(place[1]) + size))
                folder = Path(top, str(len(new)))
                code = max(code, measure_all(new[-1], folder, lambda: write(old, new)))
                graves.free_space(folder)
    except KeyboardInterrupt:
        code = 130
    print(write(old, new))
    return code


def write(old: list[Table], new: list[Table]) -> str:
    tables = results.merge(old, new)
    results.save(tables)
    chart.write(tables)
    return report.write(tables, [table.place for table in new])


def measure_all(table: Table, folder: Path, keep: Callable[[], object]) -> int:
    """Fill the table, and `keep` it after each case; 1 if anything failed."""
    say(table, "set-up")
    try:
        folder.mkdir()
        is_ours = table.link not in outside.NAMES
        with servers.running([table.link]) if is_ours else outside.running(table.link) as server:
            bench, tools, every = set_up(table, folder, server)
            words = os.environ.get("BENCH_CASES", "").split(",")
            chosen = {n: case for n, case in every.items() if any(word in n for word in words)}
            if "cold push" in every:
                tools = [tool for tool in tools if make_ready(table, bench, tool, list(chosen))]
            for name, case in chosen.items():
                interleave(table, bench, name, case, [t for t in tools if daily.takes(t, name)])
                keep()
    except Failed as error:
        say(table, f"set-up: {error}")
        return 1
    return int(any(row.failure for row in table.rows))


def set_up(table: Table, folder: Path, server: Server) -> tuple[Bench, list[Tool], dict[str, Case]]:
    """What the cases share, the tools, and the cases of this table."""
    only = {name for name in os.environ.get("BENCH_TOOLS", "").split(",") if name}
    if table.workload == "CARDS":
        return cards.make(folder, server, table.link)
    if table.workload == "INSTALL":
        return install.make(folder, server, table.link, only)
    if table.workload == "MANY":
        return many.make(folder, server, table.link, only)
    return daily.make(folder, server, table.link, table.workload, only)


def make_ready(table: Table, bench: Bench, tool: Tool, chosen: list[str]) -> bool:
    """Push and pull once, unless the tool begins with a cold push; whether that went well."""
    first = next((name for name in chosen if daily.takes(tool, name)), "")
    if first in ("", "cold push") or isinstance(tool, Limit):
        return bool(first)
    row = Row("set-up", tool.name)

    def once() -> None:
        for verb in ("push", "pull"):
            measure.run(tool.command(verb), tool, bench.server)

    attempt(table, row, once)
    table.rows += [row] if row.failure else []
    return not row.failure


def interleave(table: Table, bench: Bench, name: str, case: Case, tools: list[Tool]) -> None:
    """One round after the other, and a last look at what all these runs have left."""
    rows = {tool.name: Row(name, tool.name) for tool in tools}
    table.rows += rows.values()
    for turn in range(ROUNDS):
        for tool in tools:
            row = rows[tool.name]
            if row.failure or (row.costs and turn >= most_rounds(row.wall)):
                continue
            attempt(table, row, lambda t=tool, r=row: r.costs.append(case(bench, t)))
            if not row.failure:
                say(table, f"{name}: {tool.name}: {row.costs[-1].wall:.2f} s")
    for tool in tools if "cold" not in name else ():
        if not rows[tool.name].failure:
            attempt(table, rows[tool.name], lambda t=tool: cases.check(bench, t))


def most_rounds(wall: float) -> int:
    return 1 if wall > VERY_LONG else 3 if wall > LONG else ROUNDS


def attempt(table: Table, row: Row, work: Callable[[], object]) -> None:
    """A tool's failure is noted in its row, and stops nobody else."""
    try:
        work()
    except Failed as error:
        row.failure = str(error)
        say(table, f"{row.case}: {row.tool}: FAILED: {error}")


def say(table: Table, text: str) -> None:
    print(f"{table.workload}, {table.link}: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
