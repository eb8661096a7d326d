"""Notebooks: their cells with code, text, what they printed and drew. Nothing in them is run."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from catalog.preview import blocks
from catalog.preview.blocks import Block
from catalog.preview.formats import image, text
from catalog.preview.ranged import Ranged

MOST = 2 * 2**20
CELLS, LINES, PRINTED = 30, 30, 10
PICTURES = ("image/png", "image/jpeg")


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


def _cell(number: int, cell: dict[str, Any]) -> Iterator[Block]:
    kind = str(cell.get("cell_type", "cell"))
    yield blocks.text(_lines(cell.get("source"))[:LINES], f"{number}: {blocks.cut(kind, 20)}")
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        yield from _output(output)


def _output(output: dict[str, Any]) -> Iterator[Block]:
    """What a cell printed, drew or failed with; of a table as HTML the same as text."""
    data = output.get("data") or {}
    drawn = next((data[kind] for kind in PICTURES if data.get(kind)), None)
    words = output.get("text") or data.get("text/plain")
    if drawn:
        yield image.within(base64.b64decode("".join(_lines(drawn))))
    elif words:
        lines = _lines(words)
        yield blocks.text(lines[:PRINTED], f"Output{_of(len(lines))}")
    elif data:
        yield blocks.note(f"output not shown: {', '.join(map(str, data))}")
    if "ename" in output:
        yield blocks.text([f"{output['ename']}: {output.get('evalue', '')}"], "Error")


def _of(count: int) -> str:
    return f", the first {PRINTED} of {count:,} lines" if count > PRINTED else ""


def _lines(source: object) -> list[str]:
    parts = source if isinstance(source, list) else [source or ""]
    return "".join(map(str, parts)).splitlines()
