"""Takes the values of a mapping in a `.dvc` file for what DVC takes them for."""

from __future__ import annotations

import re
from collections.abc import Collection

from registry.dvc_outs import BadDvcFile, how_to_mend
from registry.dvc_yaml import Fields


class DvcRow:
    """One mapping of the file at `path`: what is wrong with a value names the line of its key."""

    def __init__(self, path: str, fields: Fields) -> None:
        self.path, self.fields = path, fields

    def text(self, key: str) -> str:
        value = self.fields.get(key, "")
        if not isinstance(value, str):
            raise self.bad(f"{key} must be one word or text: {how_to_mend(self.path)}", key)
        return "" if value in ("null", "~") else value

    def number(self, key: str) -> int | None:
        value = self.text(key)
        if value and not re.fullmatch(r"\d{1,18}", value, re.ASCII):
            raise self.bad(f"{key} must be a number: {value!r}: {how_to_mend(self.path)}", key)
        return int(value) if value else None

    def flag(self, key: str) -> bool:
        """Return whether it is on, as it is by default."""
        value = self.text(key) or "true"
        if value.lower() not in ("true", "false"):
            raise self.bad(f"{key} must be true or false: {value!r}: write so", key)
        return value.lower() == "true"

    def has(self, *keys: str) -> bool:
        """Return whether any of these is there."""
        return not self.fields.keys().isdisjoint(keys)

    def refuse_unknown(self, known: Collection[str]) -> None:
        for key in (key for key in self.fields if key not in known):
            text = f"DVC knows no key {key!r} here: delete it, or put it below `meta:`"
            raise self.bad(text, key)

    def bad(self, reason: str, key: str = "") -> BadDvcFile:
        lines = self.fields.lines
        return BadDvcFile(self.path, lines.get(key) or min(lines.values(), default=1), reason)
