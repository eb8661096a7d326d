"""Holds an entry for a push: our marker there, `pushing`, until it is sealed or given back."""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.entries import Entry
from registry.errors import Refusal
from registry.index import journal
from registry.index.journal import Journal
from registry.remote.s3 import Denied
from registry.remote.session import Session
from registry.sync import marker
from registry.sync.marker import Marker


@dataclass
class Claim:
    """`former` and `former_etag` are the marker that was there; `etag` is ours while it is."""

    entry: Entry
    session: Session
    token: str
    former: Marker | None
    former_etag: str
    mine: Marker = field(init=False)
    etag: str = ""

    def take(self) -> None:
        """Put our marker over the one that was read. Raises marker.Taken if it is not there."""
        over = marker.last_sealed(self.former, self.former_etag)
        self.mine = marker.pushing(self.session, self.token, over, self.former)
        self.etag = self._write(self.mine, self.former_etag)

    def begin(self, own: Journal | None) -> None:
        """Take it. Raises Refusal where somebody else has it; `attempt` raises marker.Taken."""
        try:
            self.attempt(own)
        except marker.Taken as error:
            raise Refusal(str(error)) from None

    def attempt(self, own: Journal | None) -> None:
        """Take it; what was noted goes again if it was not begun, else a run before has `own`."""
        try:
            self.take()
        except (marker.Taken, Denied) as error:
            is_sure = isinstance(error, Denied) or self.session.is_conditional()
            if is_sure and own is None:  # elsewhere ours may yet be there
                journal.drop(self.entry)
            raise

    def seal(self, done: Marker) -> str:
        """Put the marker there that says `done` over a verified listing; its ETag."""
        self.etag = self._write(done, self.etag)
        return self.etag

    def give_back(self) -> bool:
        """Put the former marker back; False where it was our own torn push: that it still is."""
        if self.former is None:
            self.session.client.delete(self.session.remote.marker(self.entry))
        elif self.former.token == self.token:
            return False
        else:
            self._write(self.former, self.etag)
        self.etag = ""
        return True

    def _write(self, new: Marker, over: str) -> str:
        client, conditional = self.session.client, self.session.is_conditional()
        return marker.write(client, self.entry, new, over, conditional)
