"""Describes what is wrong with one line of one file, and writes lists of that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Problem(NamedTuple):
    """`path` is relative to the registry, `line` counts from 1, `message` ends with the cure."""

    path: str
    line: int
    message: str
    level: str = "error"
    rule: str = ""


def as_text(problems: Iterable[Problem]) -> str:
    """Return one `path:line: message` per line, as editors and compilers write it."""
    return "".join(
        f"{p.path}:{p.line}: {'warning: ' if p.level == 'warning' else ''}{_one_line(p.message)}\n"
        for p in problems
    )


def as_json(problems: Iterable[Problem]) -> str:
    """Return a list of objects with the fields of Problem."""
    import json

    return json.dumps([p._asdict() for p in problems], indent=2, ensure_ascii=False) + "\n"


def as_github(problems: Iterable[Problem]) -> str:
    """Annotations, see "Workflow commands for GitHub Actions" in GitHub's documentation."""
    return "".join(
        f"::{p.level} file={_property(p.path)},line={p.line}"
        f",title={_property(p.rule)}::{_data(p.message)}\n"
        for p in problems
    )


FORMATS: dict[str, Callable[[Iterable[Problem]], str]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
}


def count(problems: Iterable[Problem]) -> str:
    """For example "2 errors, 1 warning"."""
    levels = [p.level for p in problems]
    counts = [(levels.count(level), level) for level in ("error", "warning")]
    return (
        ", ".join(f"{n} {level}{'' if n == 1 else 's'}" for n, level in counts if n)
        or "no problems"
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
