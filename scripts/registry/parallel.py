"""Does the same to many things on several threads, and never holds more than some of them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Generic, TypeVar

from registry import interrupt
from registry.entries import Entry
from registry.errors import RegistryError

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")
R = TypeVar("R")
HANDS = min(4, (os.cpu_count() or 1) + 1)  # entries worked on at once
REQUESTS = 16  # small requests at once: most of their time is spent waiting for S3
WORTH_CORES = 16 * 1024 * 1024  # bytes from which on several threads read faster than one
AHEAD = 1024  # things begun before the first of them is done: an executor keeps 2 KB for each


def over(items: Iterable[T], work: Callable[[T], R], threads: int | None) -> Iterator[tuple[T, R]]:
    """Yield (item, `work(item)`) for every item, in their order."""
    items = iter(items)
    first = list(islice(items, 2))
    if len(first) < 2 or threads == 1:  # no thread is worth its start then
        yield from ((item, work(item)) for item in chain(first, items))
        return
    from concurrent.futures import ThreadPoolExecutor  # brings logging: as slow as all of ours

    begun: deque[tuple[T, Future[R]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in chain(first, items):
                begun.append((item, pool.submit(work, item)))
                if len(begun) == AHEAD:
                    yield _next(begun)
            while begun:
                yield _next(begun)
        finally:
            pool.shutdown(cancel_futures=True)


def ask(items: Iterable[T], work: Callable[[T], R]) -> Iterator[tuple[T, R]]:
    """Yield (item, `work(item)`) for every item, where the work is a small request or two."""
    return over(items, work, REQUESTS)


def readers(size: int) -> int:
    """Return how many threads read so many bytes the quickest: a few files cost less one by one."""
    return (os.cpu_count() or 1) if size >= WORTH_CORES else 1


def both(one: Callable[[], T], other: Callable[[], R]) -> tuple[T, R]:
    """Return what the two give, done at the same time."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        begun = pool.submit(one)
        result = other()
        return begun.result(), result


def _next(begun: deque[tuple[T, Future[R]]]) -> tuple[T, R]:
    item, future = begun.popleft()
    return item, future.result()


@dataclass
class Result(Generic[R]):
    """What became of one entry: a value, or the error that ended it."""

    entry: Entry
    value: R | None = None
    error: RegistryError | None = None


def each(
    items: Iterable[T],
    entry_of: Callable[[T], Entry],
    work: Callable[[T], R],
    hands: int = HANDS,
) -> list[Result[R]]:
    """`work(item)` for every item; the results in the items' order.

    Ctrl-C lets every worker stop cleanly, then raises KeyboardInterrupt.
    """

    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(hands) as pool:
        futures = [pool.submit(_result, entry_of(item), work, item) for item in items]
        try:
            return [future.result() for future in futures]
        except KeyboardInterrupt:
            interrupt.asked.set()
            pool.shutdown(cancel_futures=True)
            raise


def _result(entry: Entry, work: Callable[[T], R], item: T) -> Result[R]:
    try:
        if interrupt.asked.is_set():
            raise KeyboardInterrupt
        return Result(entry, work(item))
    except RegistryError as error:
        return Result(entry, error=error)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return Result(entry, error=RegistryError(f"{where}{error.strerror}"))
