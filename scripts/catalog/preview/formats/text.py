"""Text and logs: the first and the last lines."""

from __future__ import annotations

from catalog.preview import blocks
from catalog.preview.blocks import Block
from catalog.preview.ranged import Ranged
from registry.humanize import plural

HEAD, TAIL = 24 * 1024, 8 * 1024
FIRST, LAST = 40, 10
SNIFFED = 8192


def show(file: Ranged) -> list[Block]:
    body = file.head(HEAD + TAIL if file.size <= HEAD + TAIL else HEAD)
    is_whole = len(body) == file.size
    words, code = decode(body)
    lines = words.splitlines()
    notes = [blocks.note(f"read as {code}")] if code != "UTF-8" else []
    if lines and len(lines[0]) == len(words) and not is_whole:
        notes.append(blocks.note(f"its first {len(body):,} bytes are one line that does not end"))
    if is_whole and len(lines) <= FIRST + LAST:
        return [*notes, blocks.text(lines, f"All of it, {plural(len(lines), 'line')}")]
    rest = lines[-LAST:] if is_whole else decode(file.tail(TAIL))[0].splitlines()[1:][-LAST:]
    if not is_whole:
        lines = lines[:-1] or lines
    first = lines[:FIRST]
    parts = [*notes, blocks.text(first, f"The first {plural(len(first), 'line')}")]
    return [*parts, blocks.text(rest, f"The last {plural(len(rest), 'line')}")] if rest else parts


def decode(body: bytes) -> tuple[str, str]:
    """Return the text and what it was read as; letters that were cut in two at its ends go."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace"), "UTF-16"
    start = next((n for n in range(min(4, len(body))) if not 0x80 <= body[n] < 0xC0), 0)
    for cut in range(4):
        try:
            return body[start : len(body) - cut].decode("utf-8-sig"), "UTF-8"
        except UnicodeDecodeError:
            continue
    return body.decode("latin-1"), "Latin-1, for it is no UTF-8"


def is_text(body: bytes) -> bool:
    """Return whether these first bytes are those of a text."""
    head = body[:SNIFFED]
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\b\x1b" for byte in head)
    return b"\0" not in head and controls * 50 <= len(head)
