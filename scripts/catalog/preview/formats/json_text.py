"""JSON: a list of objects as a table, everything else as text with its folds open."""

from __future__ import annotations

import json

from catalog.preview import blocks
from catalog.preview.blocks import Block
from catalog.preview.formats import json_lines, text
from catalog.preview.ranged import Ranged

MOST = 2 * 2**20
LINES = 60


def show(file: Ranged) -> list[Block]:
    body = file.head(MOST)
    if len(body) < file.size:
        return [
            blocks.note("too large to be read whole, so this is its beginning"),
            *text.show(file),
        ]
    try:
        value = json.loads(text.decode(body)[0])
    except ValueError as error:
        return [blocks.note(f"it is no JSON: {error}"), *text.show(file)]
    if isinstance(value, list) and value and (table := json_lines.table(value, True)):
        return table
    lines = json.dumps(value, indent=2, ensure_ascii=False).split("\n")
    title = "All of it" if len(lines) <= LINES else f"The first {LINES} of {len(lines):,} lines"
    return [blocks.text(lines[:LINES], title)]
