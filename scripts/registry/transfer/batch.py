"""Moves the files of several entries with one start of rclone, which each would else pay alone.

While one rclone runs, whoever comes waits; then all who wait go together, in one run that one of
them starts. The first goes at once, so nobody ever waits for a full load.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from registry.remote.session import Session
from registry.transfer import job, rclone
from registry.transfer.job import Cargo
from registry.transfer.process import Progress

Move = Callable[[Session, Cargo, Progress], None]


@dataclass(eq=False)
class _Load:
    """One thread's cargo, and what became of it."""

    cargo: Cargo
    progress: Progress
    is_done: bool = False
    failure: BaseException | None = None


class Convoy:
    """The threads of one command that move files by rclone, all of them `move`'s way."""

    def __init__(self, move: Move) -> None:
        self._move = move
        self._waiting: list[_Load] = []
        self._list = threading.Lock()
        self._road = threading.Lock()

    def carry(self, session: Session, cargo: Cargo, progress: Progress) -> None:
        """Have the cargo moved, perhaps by another thread. Raises as `move` does."""
        load = _Load(cargo, progress)
        with self._list:
            self._waiting.append(load)
        with self._road:
            if not load.is_done:
                self._go(session, load)
        if load.failure:
            raise load.failure

    def _go(self, session: Session, own: _Load) -> None:
        """Move it, and all that wait beside it."""
        with self._list:
            loads = [load for load in self._waiting if load.cargo.top == own.cargo.top]
            self._waiting = [load for load in self._waiting if load not in loads]
        failure: BaseException | None = None
        try:
            self._move_all(session, loads)
        except BaseException as error:
            failure = error
        for load in loads:
            load.failure = failure if len(loads) == 1 or _is_of(failure, load.cargo) else None
            load.is_done = True

    def _move_all(self, session: Session, loads: list[_Load]) -> None:
        if len(loads) == 1:
            return self._move(session, loads[0].cargo, loads[0].progress)

        def progress(moved: int) -> None:
            for load in loads:  # they are moved in no order, and shown in this one
                load.progress(min(moved, load.cargo.bytes))
                moved = max(0, moved - load.cargo.bytes)

        self._move(session, job.together([load.cargo for load in loads]), progress)


def _is_of(failure: BaseException | None, cargo: Cargo) -> bool:
    """Whether a joint run's failure is this cargo's too: what arrived is looked at later."""
    return not isinstance(failure, rclone.Failed) or failure.is_of(cargo)
