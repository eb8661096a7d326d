"""Tells every thread of Ctrl-C; Python tells the main one alone."""

from __future__ import annotations

import signal
import threading
from types import FrameType

asked = threading.Event()


def heed() -> None:
    """From now on Ctrl-C also sets `asked`; where it is ignored, in the background, it stays so."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _ask)


def _ask(number: int, frame: FrameType | None) -> None:
    asked.set()
    raise KeyboardInterrupt
