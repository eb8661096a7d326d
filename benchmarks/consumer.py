"""Measures the consumer module: a cached pin beside other libraries, a cold path() and `make pull`.

usage: consumer.py [PYTHON]     PYTHON: one that has huggingface_hub and pooch; without it they are
                                left out; ROUNDS=7 is how often each runs, in turn

Whole processes are timed, Python's start included, on a server of the benchmark's own in memory.
"""

from __future__ import annotations

import hashlib
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ROUNDS = int(os.environ.get("ROUNDS") or 7)
CALL = "import sys; sys.path.insert(0, {app!r}); import registry_client as r; r.path({id!r})"
HUB = """
from huggingface_hub import snapshot_download
snapshot_download("a/x", cache_dir={cache!r}, local_files_only=True)"""
POOCH = """
import json, pooch
names = json.load(open({names!r}))
got = pooch.create({cache!r}, "http://127.0.0.1:9/", registry=names)
[got.fetch(name) for name in names]"""


def main(argv: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        try:
            for count in (7, 1000):
                bench.measure_cached(count, argv[0] if argv else "")
            bench.measure_cold(1000)
        finally:
            bench.server.kill()
    return 0


class Bench:
    """A registry in a folder, its store, and an app with a copy of the module."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clone, self.app = folder, folder / "registry", folder / "app"
        port = 20_000 + os.getpid() % 20_000
        self.url = f"http://127.0.0.1:{port}"
        self.server = subprocess.Popen([sys.executable, HERE / "s3_server.py", str(port)])
        keys = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench-key"}
        self.env = {**os.environ, **keys,
                    "DATA_REGISTRY_CACHE": str(folder / "cache"), "ENGINE": "auto"}  # fmt: skip
        self.wait()
        self.run("git", "clone", "-q", ROOT, self.clone, cwd=folder)
        (self.clone / ".venv").symlink_to(Path(sys.prefix))
        self.make("remote", "URL=s3://registry/bench", f"ENDPOINT={self.url}", "REGION=us-east-1")
        self.make("consumer", f"OUT={self.app}")

    def wait(self) -> None:
        for _ in range(100):
            time.sleep(0.1)
            try:
                urllib.request.urlopen(
                    urllib.request.Request(f"{self.url}/registry", method="PUT"), timeout=5
                ).close()
                return
            except OSError:
                continue
        raise SystemExit("the server does not answer")

    def run(self, *words: object, cwd: Path) -> None:
        subprocess.run([str(w) for w in words], cwd=cwd, env=self.env, check=True,
                       stdout=subprocess.DEVNULL, stderr=sys.stderr)  # fmt: skip

    def make(self, *words: str) -> None:
        self.run("make", "-s", *words, cwd=self.clone)

    def python(self, code: str, program: str = sys.executable, *flags: str) -> None:
        self.run(program, *flags, "-c", code, cwd=self.app)

    def push(self, id: str, count: int) -> dict[str, bytes]:
        """An entry of so many files of 4 to 8 KB, pushed and pinned."""
        seed = random.Random(count)
        files = {
            f"{n % 10}/{n}.bin": seed.randbytes(seed.randint(4096, 8192)) for n in range(count)
        }
        for name, body in files.items():
            (self.clone / id / name).parent.mkdir(parents=True, exist_ok=True)
            (self.clone / id / name).write_bytes(body)
        sample = self.clone / "champion_models/lighthouse-language.card.md"
        text = sample.read_text().replace("Card: lighthouse-language", f"Card: {id.split('/')[1]}")
        (self.clone / f"{id}.card.md").write_text(text)
        self.run(self.clone / ".venv/bin/python", "scripts/push_entries.py", id, cwd=self.clone)
        self.run(sys.executable, "registry_client.py", "pin", id, cwd=self.app)
        return files

    def measure_cached(self, count: int, other: str) -> None:
        id = f"champion_models/cached-{count}"
        files = self.push(id, count)
        ours = CALL.format(app=str(self.app), id=id)
        self.python(ours)
        self.lay_out_for_others(files)
        hub = HUB.format(cache=str(self.folder / "hub"))
        pooch = POOCH.format(cache=str(self.folder / "pooch"), names=str(self.folder / "names"))
        cases: dict[str, Callable[[], None]] = {
            "python alone": lambda: self.python("", sys.executable, "-I", "-S"),
            "path()": lambda: self.python(ours, sys.executable, "-I", "-S"),
        }
        if other:
            cases["huggingface_hub"] = lambda: self.python(hub, other)
            cases["pooch"] = lambda: self.python(pooch, other)
        show(f"cached, {count} files", cases)

    def lay_out_for_others(self, files: dict[str, bytes]) -> None:
        """The same files in the caches of the others, as they lay them out."""
        import json

        commit, top = "a" * 40, self.folder / "hub" / "models--a--x"
        for name, body in files.items():
            for place in (top / "snapshots" / commit / name, self.folder / "pooch" / name):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(body)
        (top / "refs").mkdir(exist_ok=True)
        (top / "refs" / "main").write_text(commit)
        sums = {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
        (self.folder / "names").write_text(json.dumps(sums))

    def measure_cold(self, count: int) -> None:
        id = f"champion_models/cold-{count}"
        ours = CALL.format(app=str(self.app), id=id)
        self.push(id, count)

        def cold_path() -> None:
            self.python(ours, sys.executable, "-I", "-S")

        def cold_pull() -> None:
            self.make("pull", f"DATASET={id}")

        def clear() -> None:
            for old in (self.folder / "cache", self.clone / id, self.clone / ".registry"):
                if old.exists():
                    old.rename(self.folder / f"old {time.monotonic_ns()}")

        show(f"cold, {count} files", {"path()": cold_path, "make pull": cold_pull}, clear)


def show(
    title: str, cases: dict[str, Callable[[], None]], clear: Callable[[], None] | None = None
) -> None:
    """The median of each, in ms; they run in turn, so that a busy machine is busy for all."""
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, work in cases.items():
            if clear:
                clear()
            began = time.perf_counter()
            work()
            taken[name].append((time.perf_counter() - began) * 1000)
    cells = ", ".join(
        f"{name} {statistics.median(t):.0f} ms (least {min(t):.0f})" for name, t in taken.items()
    )
    print(f"{title}: {cells}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
