"""What rclone says of itself: its JSON log, a line for each event."""

from __future__ import annotations

import json
from typing import Any

from registry.transfer.watchdog import Sign

Complaint = tuple[str, str]  # the file that it is of, or "", and what rclone said


class Reader:
    """Reads rclone's JSON log. Its count of bytes takes in those that it sends a second time."""

    def __init__(self) -> None:
        self._rest = b""
        self._complaints: list[Complaint] = []
        self._answers = 0
        self._reached: dict[str, int] = {}  # of the files that are under way: most bytes so far

    def __call__(self, block: bytes) -> Sign:
        *lines, self._rest = (self._rest + block).split(b"\n")
        entries = [_parse(line) for line in lines]
        self._complaints += filter(None, map(_complaint, entries))
        failed = any(entry.get("level") == "error" for entry in entries)
        told = [entry["stats"] for entry in entries if "stats" in entry]
        return self._state(told[-1], failed) if told else Sign(failed=failed)

    def complaints(self) -> list[Complaint]:
        """The errors of the whole log, and lines that were none of it."""
        rest = _complaint(_parse(self._rest)) if self._rest else None
        return [*self._complaints, *([rest] if rest else [])]

    def _state(self, stats: dict[str, Any], failed: bool) -> Sign:
        before = self._reached
        under_way = {file["name"]: file.get("bytes", 0) for file in stats.get("transferring", [])}
        further = sum(max(n - before.get(name, 0), 0) for name, n in under_way.items())
        self._reached = {name: max(n, before.get(name, 0)) for name, n in under_way.items()}
        answers = sum(stats.get(name, 0) for name in ("listed", "checks", "transfers"))
        done, self._answers = answers > self._answers, answers
        return Sign(stats.get("bytes"), further, done, failed)


def _parse(line: bytes) -> dict[str, Any]:
    """A line of the JSON log; one that is none of it, as an error that only says so."""
    text = line.decode("utf-8", "replace")
    try:
        entry = json.loads(text)
    except ValueError:
        entry = None
    return entry if isinstance(entry, dict) else {"level": "critical", "msg": text}


def _complaint(entry: dict[str, Any]) -> Complaint | None:
    if entry.get("level") not in ("error", "critical"):
        return None
    return entry.get("object", ""), entry["msg"].strip()


def last_words(told: list[Complaint], code: int) -> str:
    lines = [" ".join(filter(None, words)) for words in told]
    return " | ".join(lines[-3:]) or f"it ended with code {code}"
