"""Writes what stands in one cell of the table: an amount, an age, a text that is cut."""

from __future__ import annotations

import time

from registry.entries import Amount
from registry.status.states import Judgement
from registry.sync import marker

AGES = ((60, "m"), (3600, "h"), (86400, "d"), (604800, "w"), (31557600, "y"))


def amount_of(amount: Amount | None) -> str:
    """Files and bytes in 10 columns."""
    if amount is None:
        return f"{'-':>10}"
    return f"{_short(amount.files, 1000):>4} {_short(amount.bytes, 1024):>5}"


def amount_stored(judgement: Judgement) -> str:
    """Return what S3 has of an entry; a question mark where that could not be looked at."""
    return f"{'?':>10}" if judgement.unseen else amount_of(judgement.stored)


def _short(count: float, step: int) -> str:
    """At most 5 letters: 999, 1.2K, 34M."""
    for unit in ("", "K", "M", "G", "T"):
        if count < (step if unit else 1000) or unit == "T":
            break
        count /= step
    return f"{count:.1f}{unit}" if unit and count < 9.95 else f"{count:.0f}{unit}"


def age(when: str, now: float) -> str:
    """Return how long ago, in 3 letters; "" for a time that is none."""
    moment = marker.seconds(when)
    if moment is None:
        return ""
    text = "now"
    for unit, letter in AGES:
        if now - moment >= unit:
            text = f"{(now - moment) // unit:.0f}{letter}"
    return text


def clock(when: str) -> str:
    """Return a time of the marker's as this machine's clock shows it."""
    moment = marker.seconds(when)
    return when if moment is None else time.strftime("%d %b %H:%M", time.localtime(moment))


def cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: max(room - 1, 0)] + "…"
