"""A share of a job as it goes to the twin, and what comes back."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from registry.remote.session import Session
from registry.transfer.job import Content, Job, Progress

Moving = Callable[[Session, Job, Progress], None]


class Lot(NamedTuple):
    """Some files of a job: their paths, what each holds, and what an upload may overwrite."""

    verb: str
    folder: str
    prefix: str
    paths: list[str]
    contents: list[tuple[int, str, str]]
    over: list[str] | None

    def job(self, arrived: Callable[[str, os.stat_result | None], None]) -> Job:
        """The share as a job of its own."""
        contents = {p: Content(*c) for p, c in zip(self.paths, self.contents, strict=True)}
        over = dict(zip(self.paths, self.over, strict=True)) if self.over is not None else None
        return Job(
            Path(self.folder), self.paths, self.prefix, 0, contents.__getitem__, arrived,
            over=over.__getitem__ if over else None,
        )  # fmt: skip

    def do(self, session: Session, move: Moving) -> tuple[bool, list[object]]:
        """Whether all of it was done, and what arrived: each path's number, and its stat."""
        arrived: list[object] = []
        numbers = {path: number for number, path in enumerate(self.paths)}

        def note(path: str, stat: os.stat_result | None) -> None:
            arrived.append((numbers[path], stat and stat.__reduce__()[1]))

        try:
            move(session, self.job(note), lambda size: None)
        except Exception:  # whatever it was: it is done again, and told, where it was asked for
            return False, arrived
        return True, arrived


class LotDone(NamedTuple):
    """What became of a share: whether all of it was done, and what arrived."""

    is_done: bool = False
    arrived: tuple[tuple[str, os.stat_result | None], ...] = ()
