"""Lays tensors out as a table, whatever file they are named in."""

from __future__ import annotations

from collections import Counter

from catalog.preview import blocks
from catalog.preview.blocks import Block

HEAD = ("tensor", "type", "shape", "parameters")


def blocks_of(
    rows: list[tuple[str, str, list[int], int]], meta: dict[str, object] | None
) -> list[Block]:
    """Tensors as (name, type, shape, parameters), and what the file says of itself."""
    types: Counter[str] = Counter()
    for _, kind, _, count in rows:
        types[kind] += count
    mix = ", ".join(f"{kind}: {count:,}" for kind, count in types.most_common(8))
    facts = blocks.facts(tensors=len(rows), parameters=sum(types.values()), by_type=mix)
    shown = [(n, kind, " × ".join(map(str, shape)) or "one", p) for n, kind, shape, p in rows]
    title = "Tensors" if len(rows) <= blocks.ROWS else f"The first {blocks.ROWS} tensors"
    parts = [facts, blocks.table(HEAD, shown[: blocks.ROWS], title)]
    if meta:
        parts.append(blocks.table(("key", "value"), list(meta.items()), "Metadata"))
    return parts
