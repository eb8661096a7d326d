"""What is moved: folders of files made from a seed, the same bytes on every machine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

MIB = 1 << 20
SECTIONS = ("processed_datasets", "champion_models", "training_results")


@dataclass(frozen=True)
class File:
    """One file to be, at `section/entry/...`: its bytes come from its own seed."""

    path: str
    size: int

    def bytes(self) -> bytes:
        source, sizes = random.Random(self.path), [MIB] * (self.size // MIB) + [self.size % MIB]
        return b"".join(map(source.randbytes, sizes))


def small(entries: int = 20, files: int = 500) -> list[File]:
    """10,000 files of 4 to 8 KB in 20 entries."""
    size = random.Random("small").randint
    return [
        File(f"{name}/part-{f % 5}/{f:04d}.bin", size(4096, 8192))
        for name in _entries("small", entries)
        for f in range(files)
    ]


def big() -> list[File]:
    """Four files of 256 MB in two entries."""
    rest = ["processed_datasets/corpus/readme.txt"]
    rest += [f"training_results/big-{n}/log.txt" for n in range(2)]
    weights = [File(f"champion_models/big-{n // 2}/{n}.bin", 256 * MIB) for n in range(4)]
    return [*weights, *(File(path, 1000) for path in rest)]


def mixed() -> list[File]:
    """5,000 small files, 0.5 GB of models, and a raw dataset of 3,000 files and 128 MB."""
    raw = [File(f"raw_datasets/raw/{n // 100:02d}/{n:04d}.bin", 4096 + n) for n in range(3000)]
    models = [File(f"champion_models/model-{n}/weights.bin", 256 * MIB) for n in range(2)]
    runs = [File(f"training_results/model-{n}/log.txt", 1000) for n in range(2)]
    return [*small(10, 500), *models, *runs, *raw, File("raw_datasets/raw/big.bin", 128 * MIB)]


def many(entries: int, files: int) -> Iterator[tuple[str, bytes]]:
    """(path, content) of so many tiny files, for runs in which nothing changed."""
    for name in _entries("many", entries):
        for f in range(files):
            yield f"{name}/{f:04d}.txt", b"%d\n" % f


WORKLOADS = {
    "SMALL": small,
    "SMALL, 2,000 files": partial(small, files=100),
    "BIG": big,
    "MIXED": mixed,
}


def _entries(word: str, count: int) -> list[str]:
    """A third are datasets; a model and its training results have one name."""
    pairs = count // 3
    names = [f"{section}/{word}-{n:03d}" for n in range(pairs) for section in SECTIONS[1:]]
    return names + [f"{SECTIONS[0]}/{word}-{n:03d}" for n in range(count - 2 * pairs)]


def write(files: list[File], folder: Path) -> None:
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.bytes())


def entries_of(paths: Iterator[str] | list[str]) -> list[str]:
    return sorted({"/".join(path.split("/")[:2]) for path in paths})
