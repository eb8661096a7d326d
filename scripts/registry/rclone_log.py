"""What rclone says of itself: its JSON log, a line for each event."""

from __future__ import annotations

import json
from typing import Any

from registry.child import Sign

Complaint = tuple[str, str]  # the file that it is of, or "", and what rclone said


class Reader:
    """Reads rclone's JSON log. Its count of bytes takes in those that it sends a second time."""

    def __init__(self) -> None:
        self._rest = b""
        self._answers = 0
        self._reached: dict[str, int] = {}  # of the files that are under way: most bytes so far

    def __call__(self, block: bytes) -> Sign:
        *lines, self._rest = (self._rest + block).split(b"\n")
        entries = [entry for line in lines if (entry := _parse(line))]
        failed = any(entry.get("level") == "error" for entry in entries)
        told = [entry["stats"] for entry in entries if "stats" in entry]
        return self._state(told[-1], failed) if told else Sign(failed=failed)

    def _state(self, stats: dict[str, Any], failed: bool) -> Sign:
        before = self._reached
        under_way = {file["name"]: file.get("bytes", 0) for file in stats.get("transferring", [])}
        further = sum(max(n - before.get(name, 0), 0) for name, n in under_way.items())
        self._reached = {name: max(n, before.get(name, 0)) for name, n in under_way.items()}
        answers = sum(stats.get(name, 0) for name in ("listed", "checks", "transfers"))
        done, self._answers = answers > self._answers, answers
        return Sign(stats.get("bytes"), further, done, failed)


def complaints(errors: bytes) -> list[Complaint]:
    """The errors in rclone's JSON log, and lines that are none of it."""
    told = []
    for line in errors.splitlines():
        entry = _parse(line)
        if entry is None:
            told.append(("", line.decode("utf-8", "replace").strip()))
        elif entry.get("level") in ("error", "critical"):
            told.append((entry.get("object", ""), entry["msg"].strip()))
    return told


def _parse(line: bytes) -> dict[str, Any] | None:
    """A line of the JSON log; None for any other."""
    try:
        entry = json.loads(line.decode("utf-8", "replace"))
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def last_words(told: list[Complaint], code: int) -> str:
    lines = [" ".join(filter(None, words)) for words in told]
    return " | ".join(lines[-3:]) or f"it ended with code {code}"
