"""Finds what a merge of Git left in a text when both sides changed it, and says how to end that."""

from __future__ import annotations

from shlex import quote


def line_of(text: str) -> int:
    """Return the line, from 1, where a conflict begins; 0 for none. Git writes all three marks."""
    if "<<<<<<< " not in text:
        return 0
    begun = parted = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("<<<<<<< "):
            begun, parted = number, 0
        elif begun and line.rstrip() == "=======":
            parted = number
        elif parted and line.startswith(">>>>>>> "):
            return begun
    return 0


def cure(path: str) -> str:
    word = quote(path)
    return (
        f"a merge conflict: take one side with `git checkout --ours -- {word}` or "
        f"`git checkout --theirs -- {word}` (or delete the other side's lines and the marks by "
        f"hand), then `git add {word}`"
    )
