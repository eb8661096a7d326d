"""Keeps what was worked out for the last site, each answer under all that it depends on.

One file for each site, beside the data and not in the site, which is published. It is of one maker:
other code, other packages, and nothing of it counts. What a build does not ask for goes.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Any

from registry import files, workspace


def key_of(*parts: object) -> str:
    """A digest of all that an answer depends on: plain values, and dataclasses of such, whose
    fields with `repr=False` do not count. Raises TypeError for what is none."""
    return sha256(json.dumps(parts, default=_plain).encode()).hexdigest()


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {one.name: getattr(value, one.name) for one in fields(value) if one.repr}
    if isinstance(value, PurePath):
        return str(value)
    raise TypeError(f"not plain enough to be told from another: {type(value)}")


def place(root: Path, site: Path, ending: str) -> Path:
    """Return where something about a site is remembered."""
    name = sha256(str(site).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return root / workspace.ROOM / "catalog" / f"{name}{ending}"


class Kept:
    """{kind: {key: answer}}, answers being plain data. Without a file it keeps nothing."""

    def __init__(self, file: Path | None = None, maker: str = "") -> None:
        self._file, self._maker = file, maker
        self._former = self._read()
        self._now: dict[str, dict[str, Any]] = {}

    def get(self, kind: str, key: str) -> Any:  # noqa: ANN401  # whatever JSON holds
        """Return the last build's answer, which stays; None if it has none."""
        answer = self._former.get(kind, {}).get(key)
        if answer is not None:
            self.put(kind, key, answer)
        return answer

    def put(self, kind: str, key: str, answer: object) -> None:
        self._now.setdefault(kind, {})[key] = answer

    def save(self) -> None:
        if not self._file or self._now == self._former:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        whole = {"maker": self._maker, "kinds": self._now}
        files.write_whole(self._file, json.dumps(whole).encode())

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            whole = json.loads(self._file.read_bytes()) if self._file else {}
            return dict(whole["kinds"]) if whole.get("maker") == self._maker else {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}
