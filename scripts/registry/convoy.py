"""Sends the files of several entries with one start of rclone, which each would else pay alone.

While one rclone runs, whoever comes waits; then all who wait go together, in one run that one of
them starts. The first goes at once, so nobody ever waits for a full load.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from registry import cargo, rclone
from registry.cargo import Cargo
from registry.child import Progress
from registry.session import Session


@dataclass
class _Load:
    """One thread's cargo, and what became of it."""

    cargo: Cargo
    progress: Progress
    is_done: bool = False
    failure: BaseException | None = None


class Convoy:
    """The threads of one command that send by rclone."""

    def __init__(self) -> None:
        self._waiting: list[_Load] = []
        self._list = threading.Lock()
        self._road = threading.Lock()

    def send(self, session: Session, cargo: Cargo, progress: Progress) -> None:
        """Have the cargo sent, perhaps by another thread. Raises as `rclone.upload` does."""
        load = _Load(cargo, progress)
        with self._list:
            self._waiting.append(load)
        with self._road:
            if not load.is_done:
                self._go(session)
        if load.failure:
            raise load.failure

    def _go(self, session: Session) -> None:
        with self._list:
            loads, self._waiting = self._waiting, []
        failure: BaseException | None = None
        try:
            _send(session, loads)
        except BaseException as error:
            failure = error
        for load in loads:
            load.failure = failure if len(loads) == 1 or _is_of(failure, load.cargo) else None
            load.is_done = True


def _is_of(failure: BaseException | None, cargo: Cargo) -> bool:
    """Whether a joint run's failure is this cargo's too: what did arrive our listing will show."""
    return not isinstance(failure, rclone.Failed) or failure.is_of(cargo)


def _send(session: Session, loads: list[_Load]) -> None:
    if len(loads) == 1:
        return rclone.upload(session, loads[0].cargo, loads[0].progress)

    def progress(moved: int) -> None:
        for load in loads:  # they are sent in no order, and shown in this one
            load.progress(min(moved, load.cargo.bytes))
            moved = max(0, moved - load.cargo.bytes)

    rclone.upload(session, cargo.together([load.cargo for load in loads]), progress)
