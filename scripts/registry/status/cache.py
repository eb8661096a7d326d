"""Remembers what `make status` found out, so that it need not ask again; it is only a cache.

`.registry/status.json`. What is noted can never go stale: a marker's facts under its ETag, a
judgement under a digest of all that it was made from, a raw version that S3 was seen to hold.
Losing the file costs time, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from registry.files import write_whole
from registry.index import baseline
from registry.index.scan import Scan
from registry.sync.marker import Marker

READ_BYTES = 64 * 2**20  # how much of an entry is read to tell whether it changed; a pull reads all
FORMAT = 2


@dataclass
class Notes:
    """The notes of one checkout about one remote; only what was used this time is kept."""

    path: Path
    remote: str
    _old: dict[str, Any] = field(default_factory=dict)
    _new: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, root: Path, remote: str) -> Notes:
        """Return the notes; none if the file is missing, odd or about another remote."""
        path = root / ".registry" / "status.json"
        with suppress(OSError, ValueError, KeyError, TypeError):
            noted = json.loads(path.read_bytes())
            if (noted["format"], noted["remote"]) == (FORMAT, remote):
                return cls(path, remote, dict(noted["notes"]))
        return cls(path, remote)

    def save(self, keep: bool = False) -> None:
        """Write the notes if there is any news; `keep`: also those that were not used now."""
        notes = {**self._old, **self._new} if keep else self._new
        if notes == self._old:
            return
        whole = {"format": FORMAT, "remote": self.remote, "notes": notes}
        with suppress(OSError):  # a checkout that cannot be written to is looked at all the same
            write_whole(self.path, json.dumps(whole).encode())

    def get(self, key: str) -> Any:  # noqa: ANN401  # whatever was noted
        """Return what was noted under a key; None if nothing was."""
        note = self._old.get(key)
        if note is not None:
            self._new[key] = note
        return note

    def note(self, key: str, value: object) -> None:
        self._new[key] = value

    def marker(self, etag: str) -> Marker | None:
        """Return the marker with this ETag, if it was read before."""
        with suppress(TypeError):
            return Marker(**(self.get(f"marker {etag}") or {}))
        return None

    def note_marker(self, etag: str, marker: Marker) -> None:
        self.note(f"marker {etag}", asdict(marker))


def key(entry: str, *parts: object) -> str:
    """Return a short key for a judgement made from these parts."""
    text = "\0".join(map(str, parts)).encode("utf-8", "surrogateescape")
    return f"judged {entry} {blake2b(text, digest_size=12).hexdigest()}"


def too_much(local: Scan, pairs: Iterable[tuple[str, str]]) -> bool:
    size, last = 0, ""
    for path, _ in pairs:
        size += local.files[path].size if path != last else 0
        last = path
    return size > READ_BYTES


def is_fresh(local: Scan, looked_ns: int) -> bool:
    """Return whether a file changed so shortly before the look that a later edit may look equal."""
    newest = max((min(s.mtime_ns, s.ctime_ns) for s in local.files.values()), default=0)
    return newest > looked_ns - baseline.COARSE_TICK_NS
