"""JSON lines: the first records as a table, and what their fields hold."""

from __future__ import annotations

import json

from catalog.preview import blocks
from catalog.preview.blocks import Block
from catalog.preview.formats import columns, text
from catalog.preview.ranged import Ranged
from registry.humanize import plural

HEAD = 256 * 1024
RECORDS = 5000
SHOWN = 10


def show(file: Ranged) -> list[Block]:
    body = file.head(HEAD)
    is_whole = len(body) == file.size
    lines = [line for line in text.decode(body)[0].split("\n") if line.strip()]
    if not is_whole and len(lines) < 2:
        return [blocks.note(f"its first {len(body):,} bytes are one line that does not end")]
    lines = lines if is_whole else lines[:-1]
    records: list[object] = []
    for number, line in enumerate(lines[:RECORDS]):
        try:
            records.append(json.loads(line))
        except ValueError as error:
            return [blocks.note(f"line {number + 1} is no JSON: {error}"), *_shown(records, False)]
    return _shown(records, is_whole and len(lines) <= RECORDS)


def _shown(records: list[object], is_whole: bool) -> list[Block]:
    if not records:
        return []
    return table(records, is_whole) or [
        blocks.text([json.dumps(record, ensure_ascii=False) for record in records[:SHOWN]])
    ]


def table(records: list[object], is_whole: bool) -> list[Block]:
    """Records as a table; none if any is no object."""
    names: dict[str, None] = {}
    for record in records:
        if not isinstance(record, dict):
            return []
        names |= dict.fromkeys(record)
    head = list(names)
    rows = [[record.get(name) for name in head] for record in records if isinstance(record, dict)]
    total = f"{'all' if is_whole else 'the first'} {plural(len(rows), 'record')}"
    shown = [[_short(value) for value in row[: columns.MOST]] for row in rows[:SHOWN]]
    first = blocks.table(head[: columns.MOST], shown, "First records")
    return [first, columns.describe(head, rows, total)]


def _short(value: object) -> object:
    is_nested = isinstance(value, (dict, list))
    return json.dumps(value, ensure_ascii=False) if is_nested else value
