"""Tells of data that plain dvc alone serves: stages of a `dvc.yaml`, `.dvc` files at the top."""

from __future__ import annotations

import shlex
from pathlib import Path

from registry.sections import RAW

PIPELINE = "dvc.yaml"
FILES = (PIPELINE, "dvc.lock")


def note(root: Path) -> tuple[str, str] | None:
    """What is not served and the commands that serve it; None if there is no such data."""
    paths = _paths(root)
    if not paths:
        return None
    names = shlex.join(paths)
    text = f"{', '.join(paths)}: only plain dvc brings and sends what is named there, not make"
    return text, f".venv/bin/dvc pull {names}, .venv/bin/dvc push {names}"


def _paths(root: Path) -> list[str]:
    """Relative to `root`."""
    top = sorted(path.name for path in root.glob("*.dvc") if path.is_file())
    named = (PIPELINE, f"{RAW}/{PIPELINE}")
    return [path for path in named if (root / path).is_file()] + top
