"""Reads and writes the ledger: the `/name/` lines of experiments/.gitignore.

Above its comment line, the file's catch-all keeps garbage out of Git. What a line matches is asked
of git, never worked out here.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from registry import git
from registry.entries import Entry
from registry.files import write_whole

SECTION = "experiments"
FILE = f"{SECTION}/.gitignore"
HEADER = "# The ledger: one line for each experiment that has a card."
CATCH_ALL = ("/*", "!/.gitignore", "!/*.card.md")
# A name that nothing can be called: ignored only if everything unknown is.
PROBE = ".any-garbage"


class Match(NamedTuple):
    """The line of a .gitignore that decides about a path; line 0 when none does."""

    source: str
    line: int
    pattern: str


def matches(root: Path, paths: list[str]) -> dict[str, Match]:
    """For each path the pattern that decides about it, as git says. Raises GitError.

    A folder's path ends with a slash, or a rule for folders misses one that is not on this disk.
    """
    asked = b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)
    words = ("check-ignore", "-v", "-n", "-z", "--no-index", "--stdin")
    told = git.names_with_empty(git.run(root, *words, stdin=asked, good=(0, 1)))
    rows = zip(told[0::4], told[1::4], told[2::4], told[3::4], strict=False)
    return {path: Match(source, int(line or 0), pattern) for source, line, pattern, path in rows}


def lines(text: str) -> dict[int, str]:
    """Return the lines that ignore something of their own, by number: no comments, no catch-all."""
    numbered = enumerate(text.split("\n"), start=1)
    plain = {n: line.removesuffix("\r") for n, line in numbered}
    return {
        n: line
        for n, line in plain.items()
        if line.strip() and not line.startswith(("#", "!")) and line not in CATCH_ALL
    }


def line_for(name: str) -> str:
    """Return the line that ignores the folder of an experiment, and nothing else."""
    escaped = re.sub(r"([\\*?\[\]])", r"\\\1", name)
    return f"/{escaped}/"


def added(text: str, experiments: list[Entry]) -> str:
    """Return the ledger with a line for each of these at its end; the rest byte for byte."""
    end = "\r\n" if "\r\n" in text else "\n"
    if not all(line in text.replace("\r\n", "\n").split("\n") for line in CATCH_ALL):
        text = end.join(CATCH_ALL) + end + text
    if not experiments:
        return text
    if text and not text.endswith("\n"):
        text += end
    if HEADER not in text:
        text += f"{end}{HEADER}{end}"
    return text + "".join(f"{line_for(entry.name)}{end}" for entry in experiments)


def without(text: str, numbers: set[int]) -> str:
    """Return the ledger without the lines of these numbers (from 1); the rest byte for byte."""
    kept = text.split("\n")
    return "\n".join(line for n, line in enumerate(kept, start=1) if n not in numbers)


def drop(entry: Entry) -> None:
    """Take an experiment's line out of the file, if it is there. Raises OSError."""
    path = entry.root / FILE
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    numbers = {n for n, line in lines(text).items() if line == line_for(entry.name)}
    if numbers:
        write_whole(path, without(text, numbers).encode())
