"""CARDS: check-cards of 1,000 cards, whose aim is seconds of CPU and not a peer's time.

Half are raw datasets, half derive from those and from each other in one long chain, which is the
worst case for the search for circles.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import measure
from cases import Bench, Case
from clones import Ours
from measure import Cost
from servers import Server
from tools import Tool

CARDS = 1000
CASE = f"check-cards of {CARDS:,} cards"
DVC = "outs:\n- md5: 0123456789abcdef0123456789abcdef\n  size: 1\n  path: {}\n"
PROSE = "A few sentences with `code`, a [link](https://example.org) and _emphasis_. " * 12
FRONT = {
    "raw_datasets": "source_url: https://example.org/{i}\nretrieved: 2026-01-31\n",
    "processed_datasets": "source_datasets: [raw_datasets/raw-{i}{chain}]\n"
    "code:\n  repo: https://github.com/acme/cut\n  commit: abcdef{i:06d}\n  command: make cut\n",
}


def make(folder: Path, server: Server, link: str) -> tuple[Bench, list[Tool], dict[str, Case]]:
    """A registry with this many good cards."""
    tool = Ours("ours", folder / "ours", "ours/registry", server.endpoint(link))
    tool.prepare()
    for i in range((CARDS - 1) // 2):
        write(tool.folder, "raw_datasets", f"raw-{i}", i)
        write(tool.folder, "processed_datasets", f"cut-{i}", i)
        (tool.folder / "raw_datasets" / f"raw-{i}.dvc").write_text(DVC.format(f"raw-{i}"))
    write(tool.folder, "raw_datasets", "last", CARDS)  # the clone has a card of its own
    (tool.folder / "raw_datasets" / "last.dvc").write_text(DVC.format("last"))
    subprocess.run(["git", "add", "."], cwd=tool.folder, check=True)
    return Bench(server), [tool], {CASE: check}


def check(bench: Bench, tool: Tool) -> Cost:
    """Fails when a problem is found in any card."""
    return measure.run(["make", "-s", "check-cards"], tool, bench.server)


def write(root: Path, section: str, name: str, i: int) -> None:
    template = (root / section / "template.card.md").read_text()
    titles = [line for line in template.splitlines() if line.startswith("## ")]
    body = "".join(f"\n{t}\n\n{PROSE}\n" for t in titles if "(optional)" not in t)
    front = FRONT[section].format(i=i, chain=f", processed_datasets/cut-{i - 1}" if i else "")
    head = f"---\npretty_name: The {name}\nlicense: cc-by-4.0\ntags: [text]\n{front}---\n"
    (root / section / f"{name}.card.md").write_text(f"{head}\n# Card: {name}\n{body}")
