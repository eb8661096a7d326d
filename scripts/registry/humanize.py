"""Numbers, sizes and lists as a person reads them."""

from __future__ import annotations


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
    """The first few of the paths, and how many more there are."""
    more = f" and {len(paths) - most:,} more" if len(paths) > most else ""
    return ", ".join(paths[:most]) + more
