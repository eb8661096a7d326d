"""Tells which files of the sections Git is there for; all else is data."""

from __future__ import annotations

from registry import pipelines
from registry.entries import CARD
from registry.sections import SECTIONS

RULES = (".gitignore", ".dvcignore")
ABOUT = "README.md"  # which a forge shows below the folder


def may_be(path: str) -> bool:
    """Return whether `section/…` is a card, a template, a `.dvc` file, rules or the README.md."""
    section, _, rest = path.partition("/")
    if "/" in rest:
        return False
    is_version = rest.endswith(".dvc") or rest in pipelines.FILES
    return (
        rest in (*RULES, ABOUT)
        or rest.endswith(CARD)
        or (is_version and SECTIONS[section].travels == "dvc")
    )
