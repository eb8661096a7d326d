"""What a preview is made of: texts, tables, facts and pictures as plain data, all of it bounded."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from typing import Any

Block = dict[str, Any]
CELL = 120  # letters of a cell
LINE = 300  # letters of a line
ROWS = 100  # of one table


def text(lines: Iterable[str], title: str = "") -> Block:
    """Return lines as they are, each cut; `title` says which they are."""
    return {"type": "text", "title": title, "lines": [cut(line, LINE) for line in lines]}


def table(head: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> Block:
    shown = [[cell(value) for value in row] for row in rows]
    return {"type": "table", "title": title, "head": [cut(h) for h in head], "rows": shown[:ROWS]}


def facts(**pairs: object) -> Block:
    """What is None is left out; `_` in a name is a blank."""
    said = [
        [key.replace("_", " "), cell(value)] for key, value in pairs.items() if value is not None
    ]
    return {"type": "facts", "pairs": said}


def note(words: str, passing: bool = False) -> Block:
    """A sentence about what was not read, or is not right; `passing` if it may be next time."""
    return {"type": "note", "words": cut(words, LINE), **({"passing": True} if passing else {})}


def picture(body: bytes, kind: str, width: int, height: int) -> Block:
    data = base64.b64encode(body).decode()
    return {"type": "image", "src": f"data:{kind};base64,{data}", "width": width, "height": height}


def sound(body: bytes, kind: str) -> Block:
    return {"type": "audio", "src": f"data:{kind};base64,{base64.b64encode(body).decode()}"}


def cell(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: ""}[value]
    if isinstance(value, int):
        return f"{value:,}" if abs(value) < 10**15 else cut(f"{value:.6g}")
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else str(value)
    return cut(str(value))


def cut(value: str, most: int = CELL) -> str:
    return value if len(value) <= most else value[: most - 1] + "…"
