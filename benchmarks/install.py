"""INSTALL: the first `make pull` in a fresh clone, every package in the installer's cache.

By uv, as setup installs, beside pip alone, as it did before: no uv is pinned in that clone.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import measure
from cases import Bench, Case
from clones import Ours
from measure import Cost
from servers import Server
from tools import Tool

CASE = "first make pull"


class ByPip(Ours):
    def prepare(self) -> None:
        super().prepare()
        (self.folder / "requirements-uv.txt").write_text("")


def make(
    folder: Path, server: Server, link: str, chosen: set[str]
) -> tuple[Bench, list[Tool], dict[str, Case]]:
    """Both have run once before anything is timed: then their caches are full."""
    at = server.endpoint(link)
    every = [
        Ours("ours", folder / "ours", "ours/registry", at),
        ByPip("pip alone", folder / "pip", "pip/registry", at),
    ]
    bench, tools = Bench(server), [tool for tool in every if not chosen or tool.name in chosen]
    for tool in tools:
        tool.prepare()
        (tool.folder / ".venv").unlink()  # a link to the benchmark's own
        cost = pull(bench, tool)
        print(f"INSTALL: {tool.name}: {cost.wall:.0f} s to fill its cache", file=sys.stderr)
    return bench, [*tools], {CASE: pull}


def pull(bench: Bench, tool: Tool) -> Cost:
    """As in a clone that has just been made."""
    venv = tool.folder / ".venv"
    if venv.exists():
        shutil.rmtree(venv)
    return measure.run(tool.command("pull"), tool, bench.server)
