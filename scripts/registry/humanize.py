"""Writes numbers, sizes and lists as a person reads them."""

from __future__ import annotations

import re

# What moves a terminal's cursor, turns the direction of a line round or has no UTF-8 at all:
# controls, https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters, surrogates.
_HARMFUL = (
    "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
    "\ud800-\udfff\U000e0000-\U000e007f"
)
_WORD = re.compile(f"[{_HARMFUL}]")
_LINES = re.compile(f"(?![\n\t])[{_HARMFUL}]")


def harmless(text: str, lines: bool = False) -> str:
    """Return what others wrote, as it may be shown: what a terminal would obey becomes `\\x1b`.

    `lines`: the text is ours, of several lines; only what got into it is escaped.
    """
    return (_LINES if lines else _WORD).sub(lambda match: ascii(match[0])[1:-1], text)


def human_bytes(count: float) -> str:
    """1536 as `1.5 KiB`."""
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB"):
        if count < 1024 or unit == "TiB":
            break
        count /= 1024
    if unit == "bytes":
        return f"{count:.0f} {'byte' if round(count) == 1 else 'bytes'}"
    return f"{count:.1f} {unit}"


def human_seconds(seconds: float) -> str:
    """75 as `1 min 15 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def plural(count: int, noun: str, nouns: str = "") -> str:
    """`1 file`, `2 files`; `2 entries` with nouns="entries"."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def some(paths: list[str], most: int = 3) -> str:
    """Return the first few of the paths, and how many more there are."""
    more = f" and {len(paths) - most:,} more" if len(paths) > most else ""
    return ", ".join(map(harmless, paths[:most])) + more
