"""Tells of data that plain dvc alone serves: stages of a `dvc.yaml`, `.dvc` files at the top."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from registry.entries import Entry
from registry.sections import RAW

PIPELINE = "dvc.yaml"
FILES = (PIPELINE, "dvc.lock")


def note(root: Path) -> tuple[str, str] | None:
    """Return what is not served and the commands that serve it; None if there is no such data."""
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


def maker(entry: Entry) -> str | None:
    """The stage that makes this raw dataset, as dvc names it: `raw_datasets/dvc.yaml:make`."""
    for name in (f"{RAW}/{PIPELINE}", PIPELINE):
        file = entry.root / name
        if entry.section == RAW and file.is_file():
            for stage, path in _outs(file):
                if path == os.path.normpath(entry.folder):
                    return f"{name}:{stage}"
    return None


def served_by_dvc(entry: Entry, stage: str) -> str:
    """Return why none of our commands moves it, and the commands that do."""
    target = shlex.quote(stage)
    return (
        f"{entry} is an output of {stage}, which only plain dvc serves: "
        f"`.venv/bin/dvc pull {target}` brings it, `.venv/bin/dvc commit {target}` notes what is "
        f"here, `.venv/bin/dvc push {target}` sends it"
    )


def _outs(pipeline: Path) -> Iterator[tuple[str, str]]:
    """Each stage and its outputs' paths, as the last run wrote them down and as planned."""
    for file in (pipeline.with_name(FILES[1]), pipeline):
        for name, stage in _stages(file).items():
            wdir = stage.get("wdir", ".") if isinstance(stage, dict) else "."
            outs = stage.get("outs", []) if isinstance(stage, dict) else []
            for out in outs if isinstance(outs, list) else []:
                path = out.get("path", next(iter(out), "")) if isinstance(out, dict) else out
                yield name, os.path.normpath(pipeline.parent / str(wdir) / str(path))


def _stages(file: Path) -> dict[str, Any]:
    """None where it cannot be read: plain dvc says why."""
    from registry import dvc_yaml  # its parser takes longer to load than to run

    try:
        stages = dvc_yaml.load(file.read_text(encoding="utf-8")).get("stages", {})
    except (OSError, ValueError):
        return {}
    return stages if isinstance(stages, dict) else {}
