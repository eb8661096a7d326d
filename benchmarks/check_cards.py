#!/usr/bin/env python3
"""How long check_cards.py takes for many cards, in seconds of CPU of one core.

usage: benchmarks/check_cards.py [number of cards, default 1000]

Half are raw datasets, half derive from those and from each other in one long chain, which is the
worst case for the search for circles. Prints the best of three runs; the aim is below 2 s.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROSE = "A few sentences with `code`, a [link](https://example.org) and _emphasis_. " * 12
FRONT = {
    "raw_datasets": "source_url: https://example.org/{i}\nretrieved: 2026-01-31\n",
    "processed_datasets": "source_datasets: [raw_datasets/raw-{i}{chain}]\n"
    "code:\n  repo: https://github.com/acme/cut\n  commit: abcdef{i:06d}\n  command: make cut\n",
}


def main(argv: list[str]) -> int:
    count = int(argv[0]) if argv else 1000
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make(root, count)
        seconds = min(measure(root) for _ in range(3))
    print(f"check_cards.py, {count} cards: {seconds:.2f} s of CPU")
    return 0


def make(root: Path, count: int) -> None:
    """A registry with this many good cards under `root`."""
    shutil.copytree(ROOT / "scripts", root / "scripts")
    for section in ("raw_datasets", "processed_datasets", "champion_models", "training_results"):
        (root / section).mkdir()
        shutil.copy(ROOT / section / "template.card.md", root / section)
    for i in range(count // 2):
        chain = f", processed_datasets/cut-{i - 1}" if i else ""
        write(root, "raw_datasets", f"raw-{i}", FRONT["raw_datasets"].format(i=i))
        write(root, "processed_datasets", f"cut-{i}",
              FRONT["processed_datasets"].format(i=i, chain=chain))  # fmt: skip
        (root / "raw_datasets" / f"raw-{i}.dvc").write_text("outs:\n- md5: x\n")
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    subprocess.run(["git", "add", "."], cwd=root, check=True)


def write(root: Path, section: str, name: str, front: str) -> None:
    template = (root / section / "template.card.md").read_text()
    titles = [line for line in template.splitlines() if line.startswith("## ")]
    body = "".join(f"\n{t}\n\n{PROSE}\n" for t in titles if "(optional)" not in t)
    head = f"---\npretty_name: The {name}\nlicense: cc-by-4.0\ntags: [text]\n{front}---\n"
    (root / section / f"{name}.card.md").write_text(f"{head}\n# Card: {name}\n{body}")


def measure(root: Path) -> float:
    """Seconds of CPU of one run. Raises CalledProcessError when it finds problems."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, str(root / "scripts" / "check_cards.py"), "--quiet"]
    subprocess.run(command, check=True, cwd=root)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
