"""Plain DVC, as somebody types it who knows nothing of this tool."""

from __future__ import annotations

from pathlib import Path

from support.checkout import Checkout
from support.oracle import expect
from support.process import Run


def dvc(person: Checkout, *words: str) -> Run:
    """`dvc <words>` in this person's clone, which has to end well."""
    return expect(run(person, *words), 0)


def run(person: Checkout, *words: str, cwd: Path | None = None) -> Run:
    """`dvc <words>`, however it ends."""
    python = str(person.path / ".venv/bin/python")
    start = ("sh", "-c", 'cd "$0" && exec "$@"', str(cwd)) if cwd else ()
    return person.run(*start, python, "-m", "dvc", *words, DVC_NO_ANALYTICS="1")
