"""Reads the closed lists of words that card fields draw on: one text file each, in `vocab/`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "vocab"


@cache
def words(name: str) -> tuple[str, ...]:
    """The words of `vocab/<name>.txt`, in the file's order; its `#` lines name their source."""
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(w for line in text.splitlines() if not line.startswith("#") for w in line.split())


@cache
def known(name: str) -> frozenset[str]:
    """Return the words of a list, to ask whether one is among them."""
    return frozenset(words(name))


def guess(word: str, among: tuple[str, ...] | list[str]) -> str:
    """ "Did you mean 'x'?" with a space before it, or nothing when no word is near."""
    near = nearest(word, among)
    return f" Did you mean '{near}'?" if near else ""


def nearest(word: str, among: tuple[str, ...] | list[str], like: float = 0.6) -> str:
    """Return the word that is most like this one; "" when none is."""
    import difflib

    return next(iter(difflib.get_close_matches(word.lower(), among, n=1, cutoff=like)), "")
