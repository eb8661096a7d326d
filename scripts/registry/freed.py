"""Remembers which entries gave their disk back on purpose: a pull of everything leaves them out.

`.registry/freed/<section>/<name>`, of one remote; it counts for an entry that has nothing here.
"""

from __future__ import annotations

import json
from pathlib import Path

from registry import files, workspace
from registry.entries import Entry


def is_noted(entry: Entry, remote: str) -> bool:
    """Return whether it was freed, when this remote held all of it."""
    try:
        return bool(json.loads(_file(entry).read_bytes())["remote"] == remote)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def note(entry: Entry, remote: str) -> None:
    body = json.dumps({"remote": remote}).encode()
    files.write_whole(_file(entry), body, durable=True)


def forget(entry: Entry) -> None:
    _file(entry).unlink(missing_ok=True)


def _file(entry: Entry) -> Path:
    return entry.root / workspace.ROOM / "freed" / entry.section / entry.name
