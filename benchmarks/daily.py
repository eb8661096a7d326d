"""Gives every tool a folder with the workload's files, and says which cases are run."""

from __future__ import annotations

import shutil
from pathlib import Path

import cases
import measure
import outside
import workloads
from cases import Bench, Case
from clones import Clone, Dvc, Original, Ours
from servers import Server
from tools import RAW, BareGet, Copy, Limit, Rclone, S5cmd, Tool

ENGINES = {  # the other engine, where there is the time for it
    ("SMALL", "20 ms each way"): {"ours aws": ("cold",)},
    ("BIG", "loopback"): {"ours aws": ("cold",)},
    ("BIG", "1 Gbit/s"): {"ours aws": ("cold",)},
}
QUICK = {"ours", "s5cmd", "rclone 16", "rclone 64"}  # those for which a slow server has the time
MORE = {"20 ms each way": (256,)}  # what rclone needs where each request waits


def make(
    folder: Path, server: Server, link: str, workload: str, chosen: set[str]
) -> tuple[Bench, list[Tool], dict[str, Case]]:
    """The tools, all of them with the data; nothing is in S3 yet. `chosen`: tools, or all."""
    files = workloads.WORKLOADS[workload]()
    source = folder / "source"
    workloads.write(files, source)
    sections = tuple(path.name for path in source.iterdir())
    bench = Bench(server, files, measure.local_digests(source, sections))
    tools = _tools(folder, server.endpoint(link), ENGINES.get((workload, link), {}), source)
    at = server.endpoint(link)
    for n in MORE.get(link, ()):
        place = folder / f"rclone-{n}", f"rclone-{n}/registry"
        tools.append(Rclone(f"rclone {n}", *place, at, transfers=n))
    chosen = chosen or (QUICK if link in outside.NAMES else set())
    tools = [tool for tool in tools if not chosen or tool.name in chosen]
    for tool in tools:
        tool.has_raw = RAW in sections
        _prepare(bench, tool, source)
        if takes(tool, "one file changed, pull") and isinstance(tool, Ours):
            bench.colleagues[tool.name] = _colleague(bench, tool, folder)
    entry = workloads.entries_of([file.path for file in files])[0]
    alone = {word: cases.ours_alone(word) for word in ("status", "verify")}
    return bench, tools, {**cases.CASES, "one entry, pull": cases.entry_pull(entry), **alone}


def takes(tool: Tool, case: str) -> bool:
    """Whether the tool takes part: the daily commands are everybody's, the rest has no peer."""
    if case in ("status", "verify"):
        return tool.name == "ours"
    if case == "one entry, pull":
        return tool.name in ("ours", "original")
    if case == "one file changed, pull" and isinstance(tool, Dvc):
        return False  # a PUT is no news to DVC
    return any(word in case for word in tool.only)


def _tools(
    folder: Path, endpoint: str, engines: dict[str, tuple[str, ...]], source: Path
) -> list[Tool]:
    """Each in a folder and with a prefix of its own."""

    def at(name: str) -> tuple[str, Path, str, str]:
        slug = name.replace("limit: ", "").replace(" ", "-")
        return name, folder / slug, f"{slug}/registry", endpoint

    return [
        Ours(*at("ours")),
        *(Ours(*at(n), env={"ENGINE": n.split()[1]}, only=only) for n, only in engines.items()),
        Original(*at("original")),
        S5cmd(*at("s5cmd")),
        Rclone(*at("rclone 16"), transfers=16),
        Rclone(*at("rclone 64"), transfers=64),
        Dvc(*at("dvc")),
        Copy(*at("limit: cp -r"), source=source),
        BareGet(*at("limit: bare GET"), source=source),
    ]


def _prepare(bench: Bench, tool: Tool, source: Path) -> None:
    tool.prepare()
    for section in source.iterdir() if not isinstance(tool, Limit) else ():
        shutil.copytree(section, tool.folder / section.name, dirs_exist_ok=True)
    if isinstance(tool, Ours):
        tool.write_cards(workloads.entries_of(list(bench.truth)))
    if isinstance(tool, Clone):
        tool.add_raw([e for e in workloads.entries_of(list(bench.truth)) if e.startswith(RAW)])
        if not tool.has_raw:  # what is no part of the workload is up to date before
            measure.run(["dvc", "push", "-q"], tool, bench.server)
    if isinstance(tool, BareGet):
        bench.server.ask("load", folder=source, prefix=f"{tool.prefix}/")


def _colleague(bench: Bench, tool: Ours, folder: Path) -> Ours:
    """Somebody else with a clone of the same registry, near the server."""
    place = folder / f"{tool.folder.name}-colleague"
    other = Ours(place.name, place, tool.prefix, bench.server.endpoint("loopback"))
    other.prepare()
    other.write_cards(workloads.entries_of(list(bench.truth)))
    for file in (tool.folder / RAW).glob("*.dvc"):
        shutil.copy(file, place / RAW)
    return other
