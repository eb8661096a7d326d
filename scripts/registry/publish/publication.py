"""Publishes one entry: its bytes, their list, its papers, and last of all what says it is newest.

Whoever reads the mirror meanwhile has the version of before, whole: all that a version is made of
is named by what it holds, and `latest.json` speaks of it only when strangers can read all of it. A
run that was killed leaves bytes that nobody names yet, and the next one goes on with them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from registry.cards.card import Card
from registry.entries import Entry
from registry.errors import RegistryError
from registry.publish import documents, layout, readback, sources
from registry.publish.carrier import Carrier
from registry.publish.documents import Told
from registry.publish.layout import FileLine
from registry.publish.sources import FileSource, Held
from registry.publish.visitors import Spoilt, Visitor

# {name: text} of what goes beside the card.
Describe = Callable[[Held, list[FileLine]], dict[str, bytes]]


@dataclass
class Publication:
    """What one entry's turn is. `versions`: those the mirror had before it was taken out."""

    entry: Entry
    card: Card
    carrier: Carrier
    way: Visitor
    describe: Describe
    versions: list[str] = field(default_factory=list)
    is_thorough: bool = False  # all of it is read back to its end, and not only what is new
    held: Held = field(init=False)
    before: Told = field(init=False)
    told: Told = field(default_factory=dict)  # as latest.json has it at the end
    is_idle: bool = False  # whether the mirror has all of it, as it is now

    def look(self) -> None:
        """Raises Refusal for an entry that has no whole version in S3."""
        self.held = sources.find(self.carrier.session, self.entry)
        target = self.carrier.target
        self.before = documents.read(target, layout.latest(self.entry))
        self.before.setdefault("versions", self.versions)
        listed = target.read(layout.files(self.entry, self.held.version))
        if listed is not None:
            self.held = replace(self.held, sources=self._known(listed))
        self.is_idle = not self.missing and not self.is_thorough and self._is_told()

    def _known(self, listed: bytes) -> list[FileSource]:
        """The sources of a raw dataset, of which the mirror's own list tells the SHA-256."""
        where = f"{self.carrier.target.where}/{layout.files(self.entry, self.held.version)}"
        known = {(line.path, line.size): line.sha256 for line in layout.parse(listed, where)}
        return [
            s if s.sha256 else replace(s, sha256=known.get((s.path, s.row.size), ""))
            for s in self.held.sources
        ]

    @property
    def missing(self) -> list[FileSource]:
        """What the mirror has not."""
        return [source for source in self.held.sources if not self.carrier.has(source)]

    def _is_told(self) -> bool:
        """Return whether its papers are there, and say what they should."""
        target, lines = self.carrier.target, self._lines()
        self.told = self._latest(lines)
        is_told = self.told == self.before
        return is_told and all(target.read(name) == body for name, body in self._papers(lines))

    def carry_out(self, count: Callable[[int], None]) -> None:
        """Raises RegistryError; then nobody was told anything."""
        lines = self.carrier.bring(self.held.sources, count)
        listed = layout.as_text(lines)
        if not self._is_raw and sha256(listed).hexdigest() != self.held.version:
            raise RegistryError("its files are not those of its version: run again")
        self._write(layout.files(self.entry, self.held.version), listed)
        self._read_back(lines)
        for name, body in self._papers(lines):
            self._write(name, body)
        self.told = self._latest(lines)
        self._write(layout.latest(self.entry), documents.as_text(self.told))

    @property
    def _is_raw(self) -> bool:
        return any(source.name for source in self.held.sources)

    def _lines(self) -> list[FileLine]:
        return [FileLine(s.sha256, s.row.size, s.path) for s in self.held.sources]

    def _latest(self, lines: list[FileLine]) -> Told:
        held = self.held
        return documents.latest(held.version, held.commit, lines, self.card, self.before)

    def _papers(self, lines: list[FileLine]) -> list[tuple[str, bytes]]:
        """Return what people and programs read about it, by name."""
        papers = [
            (layout.files(self.entry, self.held.version), layout.as_text(lines)),
            (layout.card(self.entry), self.card.text.encode()),
        ]
        return [*papers, *self.describe(self.held, lines).items()]

    def _write(self, name: str, body: bytes) -> None:
        if self.carrier.target.read(name) != body:
            self.carrier.target.write(name, body)
        readback.check(self.way, name, body)

    def _read_back(self, lines: list[FileLine]) -> None:
        """Every file is there for strangers; what nobody was told of yet holds what it should.

        A blob of a run that was killed before it looked may hold anything: it goes.
        """
        sizes = {layout.blob(line.sha256): line.size for line in lines}
        told = self._told_before()
        try:
            whole = set(sizes) if self.is_thorough else set(sizes) - told | self.carrier.new
            readback.check_blobs(self.way, sizes.items(), whole)
        except Spoilt as spoilt:
            if spoilt.name not in told:
                self.carrier.target.delete(spoilt.name)
            raise

    def _told_before(self) -> set[str]:
        """The blobs of the version that the mirror has announced."""
        name = layout.files(self.entry, self.before.get("version", ""))
        listed = self.carrier.target.read(name) or b""
        return {layout.blob(line.sha256) for line in layout.parse(listed, name)}
