"""Lists make's variables: which commands take each, and what may be said.

variables.txt beside this file is the one list of them; the Makefile and completions/ read it too.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

KINDS = ("flag", "text", "entry", "entries", "command")
ANY = "any"  # every command takes it


class Variable(NamedTuple):
    """A row of the table: what one variable means to some commands."""

    name: str
    values: str
    commands: tuple[str, ...]
    about: str

    def __str__(self) -> str:
        """What may be said, and what for: `1: list all of S3`, `local: keep what is here`."""
        said = "1" if self.is_flag else " or ".join(self.words)
        return f"{said}: {self.about}" if said else self.about

    @property
    def is_flag(self) -> bool:
        return self.values == "flag"

    @property
    def words(self) -> tuple[str, ...]:
        """The only words it takes; () where any text will do."""
        return () if self.values in KINDS else tuple(self.values.split())


@cache
def table() -> tuple[Variable, ...]:
    """Return the rows of variables.txt, in its order."""
    lines = Path(__file__).with_name("variables.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split(" | ") for line in lines if line and not line.startswith("#"))
    return tuple(Variable(n, values, tuple(c.split()), about) for n, values, c, about in rows)


def taken_by(command: str) -> list[Variable]:
    """Return the variables that a command takes, in the table's order."""
    return [row for row in table() if command in row.commands or row.commands == (ANY,)]
