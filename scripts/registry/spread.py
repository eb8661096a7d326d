"""Does the same to many things on several threads, and never holds more than some of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
AHEAD = 1024  # things begun before the first of them is done: an executor keeps 2 KB for each


def over(items: Iterable[T], work: Callable[[T], R], threads: int | None) -> Iterator[tuple[T, R]]:
    """(item, `work(item)`) for every item, in their order."""
    items = iter(items)
    first = list(islice(items, 2))
    if len(first) < 2:  # no thread is worth its start then
        yield from ((item, work(item)) for item in first)
        return
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


def _next(begun: deque[tuple[T, Future[R]]]) -> tuple[T, R]:
    item, future = begun.popleft()
    return item, future.result()
