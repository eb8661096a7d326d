"""Takes an entry of any section out: of S3 into the trash there, of here into the trash here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from registry.entries import Entry
from registry.errors import Refusal
from registry.humanize import plural
from registry.index import scan
from registry.index.scan import Scan
from registry.raw import changes, verified
from registry.raw import remove as raw_remove
from registry.raw.dataset import Dataset
from registry.remote.session import Session
from registry.sections import SECTIONS
from registry.sync import dark, remove
from registry.sync.remove import Removal


@dataclass
class Leaving:
    """One entry that is to go: what is here, and what S3 holds of it. Call `look` first."""

    entry: Entry
    here: Scan = field(init=False)
    raw: Dataset | None = None
    removal: Removal | None = None

    @property
    def is_mirrored(self) -> bool:
        return SECTIONS[self.entry.section].travels == "mirror"

    def look(self, session: Session | None) -> None:
        """`session`: needed for a mirrored one. Raises Refusal for what must not go."""
        if SECTIONS[self.entry.section].travels == "dvc":
            self.raw = Dataset.anyway(self.entry)
        self.here = self.raw.scan() if self.raw else scan.scan(self.entry.folder)
        self._refuse_unfit()
        if session and self.is_mirrored:
            self.removal = Removal(self.entry, session)
            self.removal.look()

    def _refuse_unfit(self) -> None:
        if self.here.blocked:
            raise Refusal(f"{self.entry}: {self.here.blocked[0]}")
        if self.raw and self.entry.dvc_file.exists():
            dataset = Dataset.of(self.entry)
            if changes.find(Session.open(), [dataset]).changed:
                raise verified.changed(dataset)

    def lines(self) -> Iterator[str]:
        """Yield what goes where."""
        if self.removal:
            stored = dark.amount_of(self.removal.survey.remote.values())
            yield f"{self.entry}: {stored or '0 files'} in S3, to its trash prefix"
        yield f"{self.entry}: {plural(len(self.here.files), 'file')} here, to the trash here"

    def out_of_s3(self) -> None:
        if self.removal:
            self.removal.carry_out()

    def out_of_here(self) -> None:
        if self.raw:
            raw_remove.take_out(self.raw)
        remove.take_out(self.entry)
