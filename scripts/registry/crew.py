"""Does one thing to many entries, several at a time; one's failure does not stop the others."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from registry.console import say
from registry.entries import Entry
from registry.errors import RegistryError
from registry.session import Session

T = TypeVar("T")
R = TypeVar("R")
HANDS = min(4, (os.cpu_count() or 1) + 1)  # entries worked on at once
MORE_HANDS = 8  # where most of them wait for one rclone


@dataclass
class Result(Generic[R]):
    """What became of one entry: a value, or the error that ended it."""

    entry: Entry
    value: R | None = None
    error: RegistryError | None = None


def each(
    session: Session,
    items: Iterable[T],
    entry_of: Callable[[T], Entry],
    work: Callable[[T], R],
    hands: int = HANDS,
) -> list[Result[R]]:
    """`work(item)` for every item; the results in the items' order.

    Ctrl-C lets every worker stop cleanly, then raises KeyboardInterrupt.
    """

    def one(item: T) -> Result[R]:
        try:
            if session.stopping.is_set():
                raise KeyboardInterrupt
            return Result(entry_of(item), work(item))
        except RegistryError as error:
            return Result(entry_of(item), error=error)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            return Result(entry_of(item), error=RegistryError(f"{where}{error.strerror}"))

    with ThreadPoolExecutor(hands) as pool:
        futures = [pool.submit(one, item) for item in items]
        try:
            return [future.result() for future in futures]
        except KeyboardInterrupt:
            session.stopping.set()
            pool.shutdown(cancel_futures=True)
            raise


def movers(session: Session) -> int:
    """How many entries move their files at once."""
    return HANDS if session.options.engine == "aws" else MORE_HANDS


def report(results: Iterable[Result[Any]]) -> int:
    """Say what failed or was refused, entry by entry; the exit code that this makes."""
    codes = {0}
    for result in results:
        if result.error is not None:
            word = "refused" if result.error.exit_code == 3 else "failed"
            say(f"{result.entry}: {word}: {result.error}")
            codes.add(result.error.exit_code)
    return worst(codes)


def worst(codes: Iterable[int]) -> int:
    """One exit code for several: a failure outranks a refusal, since running again may help."""
    found = set(codes)
    return next((code for code in (130, 1, 2, 3) if code in found), 0)


def words_from(argv: list[str]) -> list[str]:
    """The entries named on the command line; with `-`, one per line of standard input."""
    return sys.stdin.read().splitlines() if argv == ["-"] else argv
