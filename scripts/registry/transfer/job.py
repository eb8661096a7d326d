"""Says what an engine is to move: exactly these files of one entry, and where to and from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cargo:
    """`paths` of the entry, between `folder` here and `prefix` in S3, where `keys` objects are.

    To be fetched: `folder` is an empty stage. `fill` makes it lack these paths and nothing else of
    the prefix, for an engine that can only fetch all of one; without it they are few enough to be
    named. `largest`: bytes that none of them exceeds, if known.

    To be sent: `folder` is the entry's own, and `stage` makes one with links to exactly these
    paths, for an engine that can only send all of a folder.

    `bytes`: their size, where several are moved together. `plans`: how many entries of this run
    have files to move, for what starts of an engine cost in all.
    """

    folder: Path
    paths: list[str]
    prefix: str
    keys: int
    stage: Callable[[], Path] | None = None
    bytes: int = 0
    fill: Callable[[], None] | None = None
    largest: int = 0
    plans: int = 1

    @property
    def name(self) -> str:
        """The end that the folder and the prefix have in common: `section/name/`."""
        tail = "/".join([*self.folder.parts[-2:], ""])
        assert f"/{self.prefix}".endswith("/" + tail), self
        return tail

    @property
    def top(self) -> Path:
        """The folder here that holds every entry's."""
        return self.folder.parents[1]


def together(cargos: list[Cargo]) -> Cargo:
    """All of them as one, seen from the folder, the same for all, that holds every entry's."""
    first = cargos[0]
    paths = [cargo.name + path for cargo in cargos for path in cargo.paths]
    prefix = first.prefix.removesuffix(first.name)
    keys, largest = sum(cargo.keys for cargo in cargos), max(cargo.largest for cargo in cargos)
    return Cargo(first.top, paths, prefix, keys, largest=largest)
