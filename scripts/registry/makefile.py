"""Reads what the Makefile offers: its commands, what each runs, and how that explains itself."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from registry.entries import ROOT

_RULE = re.compile(r"^([a-z][a-z-]*):.*?## (.*)$")
_SCRIPT = re.compile(r"(?:\$\(run\)|&& \.venv/bin/python scripts)/(\w+\.py)|\./(\w+\.sh)")


@dataclass
class Command:
    """One goal of the Makefile: its line of help, and what it runs."""

    name: str
    summary: str
    recipe: str = ""

    @property
    def scripts(self) -> list[str]:
        """The files of scripts/ that its recipe runs."""
        return [match[1] for match in _SCRIPT.finditer(self.recipe) if match[1]]

    def explanation(self, root: Path = ROOT) -> str:
        """Return what its script says of itself: its docstring, or its first comment."""
        script = _SCRIPT.search(self.recipe)
        if not script:
            return ""
        if script.group(2):
            lines = (root / script.group(2)).read_text(encoding="utf-8").splitlines()[1:]
            head = lines[: next(n for n, line in enumerate(lines) if not line.startswith("#"))]
            return "\n".join(line.removeprefix("#").removeprefix(" ") for line in head)
        text = (root / "scripts" / script.group(1)).read_text(encoding="utf-8")
        return ast.get_docstring(ast.parse(text)) or ""


def load(root: Path = ROOT) -> dict[str, Command]:
    """Return the commands by name, in the Makefile's order."""
    commands: dict[str, Command] = {}
    last: Command | None = None
    for line in (root / "Makefile").read_text(encoding="utf-8").splitlines():
        rule = _RULE.match(line)
        if rule:
            last = commands[rule.group(1)] = Command(rule.group(1), rule.group(2))
        elif last and line.startswith("\t"):
            last.recipe += line.strip() + "\n"
        else:
            last = None
    return commands
