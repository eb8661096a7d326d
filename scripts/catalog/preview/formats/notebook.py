"""Notebooks: their cells with code, text, and what they printed. Nothing in them is run."""

from __future__ import annotations

import json
from collections.abc import Iterator

from catalog.preview import blocks
from catalog.preview.blocks import Block
from catalog.preview.formats import text
from catalog.preview.ranged import Ranged

MOST = 2 * 2**20
CELLS, LINES, PRINTED = 30, 30, 10


def show(file: Ranged) -> list[Block]:
    body = file.head(MOST)
    if len(body) < file.size:
        return [
            blocks.note("too large to be read whole, so this is its beginning"),
            *text.show(file),
        ]
    book = json.loads(body)
    cells = book["cells"]
    language = book.get("metadata", {}).get("kernelspec", {}).get("display_name")
    shown = [blocks.facts(cells=len(cells), kernel=language)]
    for number, cell in enumerate(cells[:CELLS]):
        shown += _cell(number + 1, cell)
    return shown


def _cell(number: int, cell: dict[str, object]) -> Iterator[Block]:
    kind = str(cell.get("cell_type", "cell"))
    yield blocks.text(_lines(cell.get("source"))[:LINES], f"{number}: {blocks.cut(kind, 20)}")
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        data = output.get("data")
        words = output.get("text") or (data.get("text/plain") if isinstance(data, dict) else None)
        if words:
            yield blocks.text(_lines(words)[:PRINTED], "Output")


def _lines(source: object) -> list[str]:
    parts = source if isinstance(source, list) else [source or ""]
    return "".join(map(str, parts)).splitlines()
