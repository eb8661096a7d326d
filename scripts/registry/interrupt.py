"""Tells every thread of Ctrl-C; Python tells the main one alone."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

asked = threading.Event()
_cuts: list[Callable[[], None]] = []


def heed() -> None:
    """From now on Ctrl-C also sets `asked`; where it is ignored, in the background, it stays so."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _ask)


@contextmanager
def cutting(cut: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C also does this meanwhile: it ends what other threads wait for, so that we end."""
    _cuts.append(cut)
    try:
        yield
    finally:
        _cuts.remove(cut)


def _ask(number: int, frame: FrameType | None) -> None:
    asked.set()
    for cut in _cuts:
        cut()
    raise KeyboardInterrupt
