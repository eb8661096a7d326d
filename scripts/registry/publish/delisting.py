"""Takes out of a public mirror what public.yml no longer names: at once from the index, so that
nobody finds it; a week later the bytes, so that whoever is loading them can finish.

Bytes that another version on the mirror has too stay.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from registry.entries import entry_of
from registry.publish import documents, layout
from registry.publish.documents import Told
from registry.publish.targets import Target

PAPERS = (layout.latest, layout.card, layout.croissant, layout.bom)
KEPT = datetime.timedelta(days=7)


@dataclass
class Shelf:
    """What a mirror offers, {id: row}, and what was taken out: {id: {"since", "versions"}}."""

    target: Target
    rows: dict[str, Told] = field(default_factory=dict)
    taken: dict[str, Told] = field(default_factory=dict)

    @classmethod
    def read(cls, target: Target) -> Shelf:
        """Raises RegistryError for documents that are none."""
        index = documents.read(target, layout.INDEX).get("entries", {})
        return cls(target, dict(index), documents.read(target, layout.DELISTED))

    def gone(self, allowed: Collection[str]) -> list[str]:
        """Return what the mirror offers and public.yml does not name."""
        return [id for id in self.rows if id not in allowed]

    def take_out(self, ids: Iterable[str], now: datetime.datetime) -> None:
        """Have nobody find these any more."""
        ids = list(ids)
        for id in ids:
            told = documents.read(self.target, layout.latest(entry_of(id)))
            versions = told.get("versions") or [self.rows[id].get("version", "")]
            self.taken[id] = {"since": now.isoformat(timespec="seconds"), "versions": versions}
            del self.rows[id]
        if ids:  # noted first: or a kill between the two would keep the bytes for ever
            self.target.write(layout.DELISTED, documents.as_text(self.taken))
        self.write_index()
        for id in self.taken:
            for name in [name(entry_of(id)) for name in PAPERS]:
                if self.target.read(name) is not None:
                    self.target.delete(name)

    def put_in(self, rows: dict[str, Told]) -> None:
        """Offer these, as published just now."""
        self.rows = dict(sorted((self.rows | rows).items()))
        self.write_index()
        if any(self.taken.pop(id, None) for id in rows):
            self.target.write(layout.DELISTED, documents.as_text(self.taken))

    def write_index(self) -> bytes:
        """Return the index as it should be; written if it is not."""
        body = documents.as_text({"entries": self.rows})
        if self.target.read(layout.INDEX) != body:
            self.target.write(layout.INDEX, body)
        return body

    def overdue(self, now: datetime.datetime) -> list[str]:
        """Return what was taken out more than a week ago."""
        return [id for id, told in self.taken.items() if _since(told) + KEPT < now]

    def sweep(self, ids: list[str]) -> int:
        """Delete the bytes of these; how many objects went."""
        if not ids:
            return 0
        used = {blob for id, versions in self._others(ids) for blob in self._blobs(id, versions)}
        count = 0
        for id in ids:
            versions = self.taken[id]["versions"]
            named = (layout.signature, layout.files)  # the lists last: they say what is left to do
            lists = [name(entry_of(id), version) for name in named for version in versions]
            for name in [*sorted(self._blobs(id, versions) - used), *lists]:
                self.target.delete(name)
                count += 1
            del self.taken[id]
            self.target.write(layout.DELISTED, documents.as_text(self.taken))
        return count

    def _others(self, ids: list[str]) -> Iterable[tuple[str, list[str]]]:
        """(id, versions) of all that stays."""
        for id, row in self.rows.items():
            told = documents.read(self.target, layout.latest(entry_of(id)))
            yield id, told.get("versions") or [row["version"]]
        yield from ((id, told["versions"]) for id, told in self.taken.items() if id not in ids)

    def _blobs(self, id: str, versions: list[str]) -> set[str]:
        blobs = set()
        for version in versions:
            name = layout.files(entry_of(id), version)
            body = self.target.read(name)
            lines = layout.parse(body, f"{self.target.where}/{name}") if body is not None else []
            blobs |= {layout.blob(line.sha256) for line in lines}
        return blobs


def _since(told: Told) -> datetime.datetime:
    return datetime.datetime.fromisoformat(told["since"])
