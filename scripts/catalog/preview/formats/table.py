"""CSV and TSV: the first rows as a table, and what the columns hold."""

from __future__ import annotations

import csv

from catalog.preview import blocks
from catalog.preview.blocks import Block
from catalog.preview.formats import columns, text
from catalog.preview.ranged import Ranged
from registry.humanize import plural

HEAD = 256 * 1024
ROWS = 5000
SHOWN = 10
LONGEST = 32 * 1024  # letters of one cell
SEPARATORS = ",;\t|"


def show(file: Ranged) -> list[Block]:
    body = file.head(HEAD)
    is_whole = len(body) == file.size
    words, _ = text.decode(body)
    lines = words.splitlines(keepends=True)
    if not is_whole and len(lines) < 2:
        return [blocks.note(f"its first {len(body):,} bytes are one line that does not end")]
    lines = lines if is_whole else lines[:-1]
    csv.field_size_limit(LONGEST)
    separator = "\t" if file.path.lower().endswith(".tsv") else _separator(lines[:20])
    rows = []
    for row in csv.reader(lines, delimiter=separator):
        if row:
            rows.append(row)
        if len(rows) > ROWS:
            is_whole = False
            break
    if not rows:
        return [blocks.note("it holds no rows")]
    head, rows = _heading(rows)
    total = f"{'all' if is_whole else 'the first'} {plural(len(rows), 'row')}"
    if not is_whole and len(rows) < SHOWN:
        total += ", for the next goes on beyond what was read"
    first = blocks.table(
        head[: columns.MOST], [r[: columns.MOST] for r in rows[:SHOWN]], "First rows"
    )
    notes = [blocks.note(f"{len(head):,} columns, the first {columns.MOST} are shown")]
    return [
        *(notes if len(head) > columns.MOST else []),
        first,
        columns.describe(head, rows, total),
    ]


def _separator(lines: list[str]) -> str:
    """Return what stands equally often in every line, most often; a comma where nothing does."""

    def regularity(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in lines if line.strip()]
        common = min(counts, default=0)
        return sum(count == common for count in counts) if common else 0, common

    return max(SEPARATORS, key=regularity)


def _heading(rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """The first row, if it can be one: names, each once, and no numbers."""
    first = [name.strip() for name in rows[0]]
    is_number = [name.replace(".", "", 1).lstrip("+-").isdigit() for name in first]
    if all(first) and len(set(first)) == len(first) and not any(is_number):
        return first, rows[1:]
    return [f"column {n + 1}" for n in range(max(map(len, rows)))], rows
