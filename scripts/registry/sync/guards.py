"""Refuses what must not be pushed or pulled: each guard raises a Refusal that names the way out."""

from __future__ import annotations

LEFTOVER_DIGITS = frozenset("0123456789abcdefABCDEF")


def _is_leftover(path: str) -> bool:
    dot, tail = path[-9:-8], path[-8:]
    return dot == "." and set(tail) <= LEFTOVER_DIGITS and not tail.isdigit()
