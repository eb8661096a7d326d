"""Says what a clue is: a text found in a card that belongs to its front matter."""

from __future__ import annotations

from typing import NamedTuple


class Clue(NamedTuple):
    """A text that belongs to a key of the front matter, and the line, from 1, that shows it."""

    key: str
    text: str
    line: int
