"""What the Makefile offers: its commands, and the variables that a person may set."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from registry.entries import ROOT

VARIABLES = {  # what each is for; the Makefile has the same names, a test compares them
    "DATASET": "which entries: section/name, name or section/, several with spaces between",
    "URL": "where the registry is to be, s3://bucket/prefix; of a catalog: https://…",
    "ENDPOINT": "the address of a store that is not Amazon's: https://host:port",
    "PROFILE": "the profile of ~/.aws that has the keys",
    "REGION": "the bucket's region",
    "CREDENTIALS": "a credentials file to use, with LOCAL=1 only",
    "LOCAL": "1: for this machine only",
    "DRY_RUN": "1: say what would be done, and do nothing",
    "DELETE": "1: deleting most of an entry is meant",
    "TAKE": "local: where both sides changed, keep what is here",
    "CONFIRM": "the entry's name again: this is meant",
    "FULL": "1: list all of S3, trust no marker",
    "REMOTE": "1: also ask S3",
    "FIX": "1: repair what can be repaired",
    "FORMAT": "json, or another format that the command knows",
    "FROM": "what to take over from: entries, a file, a branch",
    "CODE": "the code that made it",
    "OUT": "where to write it",
    "ALL": "1: show everything",
    "STATUS": "1: also show what is on this machine",
    "ENGINE": "what moves the bytes: auto, aws or rclone",
    "CMD": "the command to explain",
    "ID": "which item, as `make trash` lists it",
    "WORK": "which workloads, several with spaces between",
    "AWS": "the aws command to use: /path/to/aws",
    "PYTHON": "the Python to make .venv from",
    "OFFLINE": "1: do not ask S3",
}
_RULE = re.compile(r"^([a-z][a-z-]*):.*?## (.*)$")
_SCRIPT = re.compile(r"(?:\$\(run\)|&& \.venv/bin/python scripts)/(\w+\.py)|\./(\w+\.sh)")


@dataclass
class Command:
    """One goal of the Makefile: its line of help, and what it runs."""

    name: str
    summary: str
    recipe: str = ""

    def explanation(self, root: Path = ROOT) -> str:
        """What its script says of itself: the docstring, or the shell script's first comment."""
        found = _SCRIPT.search(self.recipe)
        if not found:
            return ""
        if found.group(2):
            lines = (root / found.group(2)).read_text(encoding="utf-8").splitlines()[1:]
            head = lines[: next(n for n, line in enumerate(lines) if not line.startswith("#"))]
            return "\n".join(line.removeprefix("#").removeprefix(" ") for line in head)
        text = (root / "scripts" / found.group(1)).read_text(encoding="utf-8")
        return ast.get_docstring(ast.parse(text)) or ""

    def variables(self, root: Path = ROOT) -> list[str]:
        """The variables that it obeys, as far as its help, its recipe or its script name them."""
        text = f"{self.summary}\n{self.recipe}\n{self.explanation(root)}"
        text = text.replace("$(dataset)", "DATASET")
        return [name for name in VARIABLES if re.search(rf"(?<![A-Z_]){name}(?![A-Z_])", text)]


def load(root: Path = ROOT) -> dict[str, Command]:
    """The commands by name, in the Makefile's order."""
    found: dict[str, Command] = {}
    last: Command | None = None
    for line in (root / "Makefile").read_text(encoding="utf-8").splitlines():
        rule = _RULE.match(line)
        if rule:
            last = found[rule.group(1)] = Command(rule.group(1), rule.group(2))
        elif last and line.startswith("\t"):
            last.recipe += line.strip() + "\n"
        else:
            last = None
    return found
