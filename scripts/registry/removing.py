"""Takes a mirrored entry out of S3: every byte to the trash prefix first, then key by key."""

from __future__ import annotations

from dataclasses import dataclass, field

from registry import marker, mover, refusals, spread, state
from registry.entries import Entry
from registry.errors import Refusal, RegistryError
from registry.listing import Objects
from registry.remote import TRASH
from registry.s3 import Object
from registry.session import Session
from registry.survey import Survey

COPIES = 16  # at once; each is a request that the store works on alone
COPY_BYTES = 5 * 2**30  # what one copy request takes; aws copies larger objects in parts


@dataclass
class Removal:
    """The removal of one mirrored entry from S3."""

    entry: Entry
    session: Session
    survey: Survey = field(init=False)

    def look(self) -> None:
        """Raises Refusal unless this checkout knows all that S3 holds of it."""
        self.survey = Survey(self.entry, self.session)
        self.survey.look_here()
        self.survey.look_there()
        there = self.survey.marker
        if there and there.state == marker.PUSHING:
            raise refusals.being_pushed(self.entry, there)
        rows = self.survey.base.rows
        news = [p for p, o in self.survey.remote.items() if p not in rows or rows[p].etag != o.etag]
        if news and not self.session.options.full:
            raise Refusal(
                f"{self.entry}: S3 holds what was never seen here ({news[0]}): "
                f"`make pull DATASET={self.entry:sh}` first, or add FULL=1 to remove it unseen"
            )

    def carry_out(self) -> None:
        """Claim it, copy all to the trash prefix, check the copies, delete, unclaim."""
        mine = self.session.new_marker(marker.new_token())
        conditional = self.session.is_conditional()
        client, before = self.session.client, self.survey.marker_etag
        try:
            marker.write(client, self.entry, mine, before, conditional)
        except marker.Taken:
            raise Refusal("somebody began to push it just now") from None
        bin_ = self.session.remote.key(TRASH, f"{mine.when}-{mine.token[:6]}", str(self.entry), "")
        rows = self.survey.remote.items()
        for _ in spread.over(rows, lambda row: self._copy(row[1], bin_ + row[0]), COPIES):
            pass
        there = self.survey.remote
        copied = Objects(there.numbers)
        copied.update((row.key[len(bin_) :], row) for row in client.list(bin_))
        if copied.mark("sizes") != there.mark("sizes"):
            raise RegistryError(f"{self.entry}: not everything reached the trash prefix: run again")
        for row in self.survey.remote.values():
            self._delete(row)
        client.delete(self.session.remote.marker(self.entry))
        state.forget(self.entry)

    def _copy(self, row: Object, target: str) -> None:
        if row.size <= COPY_BYTES:
            self.session.client.copy(row.key, target)
        else:
            mover.copy(self.session, row.key, target)

    def _delete(self, row: Object) -> None:
        head = self.session.client.head(row.key)
        if head and head.etag != row.etag:
            raise Refusal(f"{row.key}: it changed in S3 meanwhile: pull it and look")
        if head:
            self.session.client.delete(row.key)
