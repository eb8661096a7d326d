"""Compares two texts line by line, as `diff -u` does, whatever they are encoded in.

Nothing that differs is hidden: line ends are shown (`\\r`), bytes that are no UTF-8 by their number
(`\\xe9`), and a last line without an end is said to have none.
"""

from __future__ import annotations

import codecs
import difflib
from collections.abc import Iterator

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # what a text of it begins with
NO_END = "\\ No newline at end of file"


def lines(body: bytes) -> list[str] | None:
    """Return the lines with their ends, which are `\\n` alone; None for what is no text."""
    if body.startswith(UTF_16):
        text = body.decode("utf-16", "backslashreplace")
    elif b"\0" in body:
        return None
    else:
        text = body.decode("utf-8", "backslashreplace")
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + [part for part in parts[-1:] if part]


def unified(before: bytes, after: bytes, old: str, new: str) -> Iterator[str]:
    """The lines that differ between two files of these names; one that says so if none does."""
    mine, theirs = lines(before), lines(after)
    if mine is None or theirs is None:
        yield f"--- {old}: no text, not shown"
        return
    if mine == theirs:
        yield f"--- {old}: the same text, in another encoding"
    for line in difflib.unified_diff(mine, theirs, old, new):
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield NO_END
