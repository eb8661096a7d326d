"""What no format is known of: text if it is one, else its first bytes."""

from __future__ import annotations

from catalog.preview import blocks
from catalog.preview.blocks import Block
from catalog.preview.formats import text
from catalog.preview.ranged import Ranged

SHOWN, WIDTH = 256, 16


def show(file: Ranged) -> list[Block]:
    body = file.head(text.SNIFFED)
    if not body:
        return [blocks.note("it is empty")]
    if text.is_text(body):
        return text.show(file)
    return [blocks.facts(size=file.size), first_bytes(body)]


def first_bytes(body: bytes) -> Block:
    lines = []
    for at in range(0, min(len(body), SHOWN), WIDTH):
        row = body[at : at + WIDTH]
        letters = "".join(chr(b) if 32 <= b < 127 else "." for b in row)
        lines.append(f"{at:04x}  {row.hex(' '):<{WIDTH * 3}} {letters}")
    return blocks.text(lines, f"The first {min(len(body), SHOWN)} bytes")
