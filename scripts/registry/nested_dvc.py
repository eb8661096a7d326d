"""Tells of a DVC project inside raw_datasets/: the one at the top knows nothing of the section."""

from __future__ import annotations

import re
from pathlib import Path

from registry.errors import Refusal
from registry.sections import RAW

NESTED = f"{RAW}/.dvc"
_URL = re.compile(r"^\s*url\s*=\s*(s3://\S+)/raw_datasets_dvc_cache/?\s*$", re.MULTILINE)


def refuse(root: Path) -> None:
    """Raises Refusal, with the commands that take the nested project away, if there is one."""
    if why := problem(root):
        raise Refusal(why)


def problem(root: Path) -> str:
    """Return what is wrong, and the commands that cure it; "" if there is no such project."""
    if not (root / NESTED).is_dir():
        return ""
    return (
        f"{NESTED}/ is a DVC project of its own, which hides the section from the one at the top: "
        f"`{cure(root)}` takes it out, and its cache along{_remote(root)}"
    )


def cure(root: Path) -> str:
    """Return what to type, as it stands: the cache joins the one at the top, nothing is deleted."""
    cache = f"mkdir -p .dvc/cache && cp -Rf {NESTED}/cache/. .dvc/cache/ && "
    return (
        (cache if (root / NESTED / "cache").is_dir() else "")
        + f"git rm -rq --cached --ignore-unmatch {NESTED} && mkdir -p .registry && "
        f"mv {NESTED} .registry/nested_dvc"
    )


def _remote(root: Path) -> str:
    """Return how to go on with the remote that the nested project names."""
    config = root / NESTED / "config"
    url = _URL.search(config.read_text(errors="replace")) if config.is_file() else None
    return f"; its remote is that of `make remote URL={url[1]}`" if url else ""
