"""What an engine is given to move: exactly these files of one entry, and where to and from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cargo:
    """`paths` of the entry, between `folder` here and `prefix` in S3, where `keys` objects are.

    To be fetched: `folder` is a stage that lacks these paths and nothing else of the prefix; or,
    `by_name`, an empty one, and they are few. To be sent: `folder` is the entry's own, and `stage`
    makes one with links to exactly these paths, for an engine that can only send all of a folder.
    `bytes`: their size, where several are sent together.
    """

    folder: Path
    paths: list[str]
    prefix: str
    keys: int
    stage: Callable[[], Path] | None = None
    bytes: int = 0
    by_name: bool = False

    @property
    def name(self) -> str:
        """The end that the folder and the prefix have in common: `section/name/`."""
        tail = "/".join([*self.folder.parts[-2:], ""])
        assert f"/{self.prefix}".endswith("/" + tail), self
        return tail


def together(cargos: list[Cargo]) -> Cargo:
    """All of them as one, seen from the folder and the prefix that hold every entry."""
    first = cargos[0]
    paths = [cargo.name + path for cargo in cargos for path in cargo.paths]
    prefix = first.prefix.removesuffix(first.name)
    return Cargo(first.folder.parents[1], paths, prefix, sum(cargo.keys for cargo in cargos))
