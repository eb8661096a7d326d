"""Gives a twin shares of a job: some of its small files at a time, as many as it has time for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial

from registry import interrupt
from registry.transfer.lot import Lot, LotDone
from registry.transfer.order import Order
from registry.transfer.pool import Task
from registry.transfer.run import Run
from registry.transfer.twin import Twin

FEWEST = 500  # files of a command from which a twin is worth its start
MOST, MOST_BYTES = 64, 2**20  # files of a share, and bytes: they count when all have come
SMALL = 64 * 1024  # bytes up to which a file is more computing than waiting

Tasks = Callable[[Run, list[str]], Iterator[Task]]  # what a job has to do for these paths


def are_worth_it(files: int) -> bool:
    """Return whether so many files pay for a twin. REGISTRY_TWIN: another number; 0: none does."""
    said = os.environ.get("REGISTRY_TWIN", "")
    return 0 < (int(said) if said.isdecimal() else FEWEST) <= files


def of(run: Run, verb: str, tasks: Tasks, twin: Twin | None) -> Iterator[Task]:
    """The tasks of a job, where each share that the twin has time for is one."""
    paths, begin = run.job.paths, 0
    while begin < len(paths):
        count = _size(run, paths, begin) if twin and twin.has_time else 0
        lane = twin.lane() if twin and count else None
        if twin and lane:
            share = _share(run, verb, paths[begin : begin + count])
            yield partial(_hand_over, run, share, partial(twin.move, lane), tasks)
        else:
            count = 1
            yield from tasks(run, paths[begin : begin + count])
        begin += count


def _size(run: Run, paths: list[str], begin: int) -> int:
    """How many small files come next; half of the rest at most, so that both end together."""
    most, count, size = min(MOST, (len(paths) - begin + 1) // 2), 0, 0
    while count < most:
        next_size = run.job.content(paths[begin + count]).size
        size += next_size
        if not 0 <= next_size <= SMALL or size > MOST_BYTES:
            break
        count += 1
    return count


def _share(run: Run, verb: str, paths: list[str]) -> Lot:
    job = run.job
    contents = [job.content(path)[:3] for path in paths]
    over = [job.over(path) for path in paths] if job.over else None
    return Lot(verb, run.at(""), job.prefix, paths, contents, over)


def _hand_over(run: Run, share: Lot, move: Callable[[Lot], LotDone], tasks: Tasks) -> None:
    """Have the twin do it, and do what it could not do."""
    outcome = move(share)
    for path, stat in outcome.arrived:
        run.arrived(path, stat)
    known = {path for path, _ in outcome.arrived}
    left = [] if outcome.is_done else [path for path in share.paths if path not in known]
    run.count(sum(run.job.content(path).size for path in share.paths if path not in left))
    for task in tasks(run, left):
        if interrupt.asked.is_set():
            raise KeyboardInterrupt
        task.carry_out() if isinstance(task, Order) else task()
