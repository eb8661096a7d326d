"""Explain one command of the Makefile: what it does, its variables and its exit codes.

usage: explain_command.py command

What it says comes from the script that the command runs. Exit code: 0 explained, 2 no such command.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from registry import console, makefile, variables
from registry.errors import UsageError
from registry.makefile import Command

CODES = (
    "Exit code: 0 done, 1 something failed, 2 wrong usage, 3 refused (a person must choose), "
    "130 interrupted."
)
MAKE = "make turns every failure into its own 2; the message above it says which it was."


def main(argv: list[str]) -> int:
    name = " ".join(argv).strip().removeprefix("make ").strip()
    known = makefile.load()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "bare `make` prints them"
        raise UsageError(f"there is no command {name!r}: {hint}")
    print("\n".join(explain(known[name])))
    return 0


def explain(command: Command) -> list[str]:
    """Return the lines of the explanation."""
    text = command.explanation()
    lines = [f"make {command.name}: {command.summary}", ""]
    lines += [text, ""] if text else ["it runs:", *indent(command.recipe.splitlines()), ""]
    taken = variables.taken_by(command.name)
    width = max(len(row.name) for row in taken)
    lines += ["variables:", *indent(f"{row.name:<{width}}  {row}" for row in taken), ""]
    if "xit code" not in text:
        lines.append(CODES)
    return [*lines, MAKE]


def indent(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


if __name__ == "__main__":
    raise SystemExit(console.run(main, "help"))
