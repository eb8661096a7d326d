"""TensorBoard's event files: which numbers are in them, from which step to which."""

from __future__ import annotations

from catalog.preview import blocks
from catalog.preview.blocks import Block
from catalog.preview.ranged import Ranged
from registry.inside import series

MOST = 4 * 2**20


def show(file: Ranged) -> list[Block]:
    body = file.head(MOST)
    curves = series.read(file.path, body).curves
    notes = [blocks.note("this is its beginning; it goes on")] if len(body) < file.size else []
    if not curves:
        return [*notes, blocks.note("no numbers are in what was read of it")]
    rows = [
        [tag, len(points), points[0][0], points[-1][0], points[-1][1], *_ends(points)]
        for tag, points in sorted(curves.items())
    ]
    head = ("tag", "points", "first step", "last step", "last", "smallest", "largest")
    return [*notes, blocks.table(head, rows, "Numbers")]


def _ends(points: series.Points) -> tuple[float, float]:
    values = [value for _, value in points]
    return min(values), max(values)
