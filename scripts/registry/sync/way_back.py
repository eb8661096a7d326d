"""Tells what of an entry in S3 has to change for it to be an old version again, and its sources.

Nothing is changed here: `rollback` does it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.entries import Entry
from registry.errors import Refusal
from registry.humanize import some
from registry.index import content, journal
from registry.index.content import FileHash
from registry.index.journal import Journal
from registry.remote.s3 import Denied, Object
from registry.remote.session import Session
from registry.sync import compare, guards, past, versions
from registry.sync.sources import Sources
from registry.sync.survey import Survey


@dataclass
class WayBack:
    """Of one entry to a version: `look` first."""

    entry: Entry
    session: Session
    version: str
    others: dict[str, Object] = field(default_factory=dict)  # {SHA-256: object of another entry}
    made_from: dict[str, str] | None = None  # of that version; None: what the card here says
    survey: Survey = field(init=False)
    own: Journal | None = None  # what an interrupted run of ours was about to do
    sources: Sources = field(init=False)
    sent: list[str] = field(default_factory=list)  # what comes from here, kept nowhere else

    def look(self) -> None:
        """Raises Refusal unless S3 holds a sealed state, or a rollback of ours that was cut off."""
        self.survey = Survey(self.entry, self.session)
        self.survey.look_there()
        self.own = journal.load(self.entry, self.session.remote.identity, self.survey.numbers)
        holder = self.survey.marker
        is_ours = bool(holder and self.own and holder.token == self.own.token)
        if self.own and not self.own.token:
            raise Refusal(f"an unfinished pull comes first: `make pull DATASET={self.entry:sh}`")
        if not is_ours:
            guards.refuse_unfinished(self.survey, "")
            if not self.survey.is_sealed:
                raise Refusal(
                    f"what S3 holds of it is not sealed: `make seal DATASET={self.entry:sh}` first"
                )
        self._learn("" if is_ours or not holder else holder.version)
        wanted = versions.read(self.session.client, self.entry, self.version) or {}
        self.sources = Sources(self.survey, wanted, self.others)

    @property
    def is_there(self) -> bool:
        """Whether S3 holds that version already."""
        return not (self.copies or self.deletes or self.own)

    @property
    def copies(self) -> list[str]:
        """The paths whose objects have to become those of the version."""
        return sorted(
            p for p, line in self.sources.wanted.items() if self.sources.hash(p) != line.sha256
        )

    @property
    def deletes(self) -> list[str]:
        """The paths that the version has not."""
        return sorted(path for path in self.survey.remote if path not in self.sources.wanted)

    def check(self) -> None:
        """Raises Refusal, naming the files, where bytes of the version are kept no longer.

        Old versions that the bucket keeps are as good, and a file here that has the bytes, such as
        one of who did not pull yet.
        """
        unseen = ""
        if lost := self._lost():
            try:
                self.sources.others |= past.find(self.sources, self.version)
            except Denied as error:
                unseen = error.code
            lost = self._lost()
        self.sent = [path for path in lost if self.sources.is_here(path)]
        gone = [path for path in lost if path not in self.sent]
        if gone:
            raise Refusal(self._why_not(gone, unseen))

    def _why_not(self, gone: list[str], unseen: str) -> str:
        """`unseen`: why the bucket's own old versions could not be looked through, if so."""
        files, cure = some(gone, most=20), "type the same in a checkout that still has them"
        what = f"of version {content.short(self.version)} S3 no longer keeps {files}"
        if unseen:
            bucket = self.session.remote.bucket
            what = (
                f"of version {content.short(self.version)} no copy of {files} was seen, and what "
                f"the bucket itself keeps of old versions cannot be listed ({unseen})"
            )
            cure += f", or ask for s3:ListBucketVersions on arn:aws:s3:::{bucket}"
        return f"{self.entry}: {what}, and the files here are others; nothing was touched: {cure}"

    def _lost(self) -> list[str]:
        """Return what no object is known to have."""
        sources = self.sources.objects()
        return [path for path in self.copies if self.sources.wanted[path].sha256 not in sources]

    @property
    def takes_much(self) -> bool:
        """Whether a pull of it takes away so much of what is here that it wants to be sure."""
        return compare.is_too_much(len(self.deletes), len(self.survey.remote))

    def _learn(self, version: str) -> None:
        """The hashes of what S3 holds, by the list of what is sealed."""
        lines = versions.read(self.session.client, self.entry, version) if version else None
        for path, line in (lines or {}).items():
            listed = self.survey.remote.get(path)
            if listed and listed.size == line.size:
                self.survey.local_bytes.contents[path] = FileHash(listed.etag, line.sha256)
        self.survey.local_bytes.save_contents()
