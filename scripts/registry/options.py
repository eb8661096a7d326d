"""Reads the options that a person sets: make's variables, in the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass

from registry.errors import UsageError


@dataclass(frozen=True)
class Options:
    """Named overrides and modes, from make's variables of the same names in the environment."""

    take_local: bool = False  # TAKE=local: conflicts go to what is here
    delete: bool = False  # DELETE=1: deleting most of an entry is meant
    dry_run: bool = False  # DRY_RUN=1: say it, do not do it
    full: bool = False  # FULL=1: list everything, trust no marker
    engine: str = "auto"  # ENGINE=aws or rclone: who moves the bytes, whatever the plan

    @classmethod
    def from_environment(cls) -> Options:
        """Raises UsageError for a value that is not understood."""
        take = os.environ.get("TAKE", "")
        if take not in ("", "local"):
            raise UsageError(f"TAKE={take!r}: the only choice is TAKE=local")
        engine = os.environ.get("ENGINE") or "auto"
        if engine not in ("auto", "aws", "rclone"):
            raise UsageError(f"ENGINE={engine!r}: the choices are auto, aws and rclone")
        return cls(take == "local", _flag("DELETE"), _flag("DRY_RUN"), _flag("FULL"), engine)


def _flag(name: str) -> bool:
    value = os.environ.get(name, "")
    if value.lower() in ("", "0", "no", "false"):
        return False
    if value.lower() in ("1", "yes", "true"):
        return True
    raise UsageError(f"{name}={value!r}: write {name}=1, or leave it out")
