"""Describes the columns of rows: type, nulls, smallest, largest, most frequent, a histogram."""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Sequence

from catalog.preview import blocks
from catalog.preview.blocks import Block
from registry.inside import series

MOST = 50  # columns that are described
BARS = 16
FREQUENT = 3
NOTHING = {"", "null", "none", "na", "n/a", "nan", "nil", "\\n"}
BOOLEANS = {"true", "false", "yes", "no"}


def describe(head: Sequence[str], rows: Sequence[Sequence[object]], total: str) -> Block:
    """`total`: of how many rows this is said, in words."""
    columns = [
        _column(name, [row[at] if at < len(row) else None for row in rows])
        for at, name in enumerate(head[:MOST])
    ]
    return {"type": "columns", "title": f"Columns, {total}", "columns": columns}


def _column(name: str, values: list[object]) -> dict[str, object]:
    known = [value for value in values if not _is_nothing(value)]
    numbers = [number for value in known if (number := series.number(value)) is not None]
    kind = _kind(known, numbers)
    ordered: list[float] | list[str] = numbers if kind in ("integer", "number") else _texts(known)
    counts = Counter(_texts(known))
    frequent = [(v, n) for v, n in counts.most_common(FREQUENT) if n > 1]
    return {
        "name": blocks.cut(name),
        "type": kind,
        "nulls": len(values) - len(known),
        "distinct": len(counts),
        "min": blocks.cell(_plain(min(ordered))) if ordered else "",
        "max": blocks.cell(_plain(max(ordered))) if ordered else "",
        "frequent": [[blocks.cut(value, 40), count] for value, count in frequent],
        "bars": _bars(numbers) if kind in ("integer", "number") else [],
    }


def _is_nothing(value: object) -> bool:
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or (isinstance(value, str) and value.strip().lower() in NOTHING)


def _kind(known: list[object], numbers: list[float]) -> str:
    if not known:
        return "nothing"
    if len(numbers) == len(known):
        whole = all(number.is_integer() for number in numbers) and not any(
            isinstance(value, str) and set(value) & set(".eE") for value in known
        )
        return "integer" if whole else "number"
    if all(isinstance(v, bool) or str(v).strip().lower() in BOOLEANS for v in known):
        return "true or false"
    if all(isinstance(value, dict) for value in known):
        return "object"
    if all(isinstance(value, list) for value in known):
        return "list"
    return "date" if all(map(_is_date, known)) else "text"


def _is_date(value: object) -> bool:
    try:
        datetime.date.fromisoformat(str(value)[:10])
    except ValueError:
        return False
    return len(str(value)) >= 10


def _texts(values: list[object]) -> list[str]:
    return [value if isinstance(value, str) else blocks.cell(value) for value in values]


def _plain(value: float | str) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _bars(numbers: list[float]) -> list[int]:
    """How many of the numbers are in each of BARS equal steps from the smallest to the largest."""
    low, high = min(numbers), max(numbers)
    width = (high - low) / BARS
    bars = [0] * BARS
    if not width or not math.isfinite(width):
        return []
    for number in numbers:
        bars[min(int((number - low) / width), BARS - 1)] += 1
    return bars
