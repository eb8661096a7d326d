"""What an engine is given to move: exactly these files of one entry, and where to and from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cargo:
    """`paths` of the entry, between `folder` here and `prefix` in S3, where `keys` objects are.

    To be fetched: `folder` is a stage that lacks these paths and nothing else of the prefix. To be
    sent: `folder` is the entry's own, and `stage` makes one with links to exactly these paths, for
    an engine that can only send all of a folder.
    """

    folder: Path
    paths: list[str]
    prefix: str
    keys: int
    stage: Callable[[], Path] | None = None
