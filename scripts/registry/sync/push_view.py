"""What a push sees of an entry before it decides: all sides, and whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from registry import parallel
from registry.entries import Entry
from registry.index import baseline, journal
from registry.index.journal import Journal
from registry.remote.s3 import Client
from registry.remote.session import Session
from registry.sync import guards, marker, refusals
from registry.sync.survey import Survey


@dataclass
class View:
    """The survey of a push. `presumes`: a marker that is known here need not be read first."""

    entry: Entry
    session: Session
    presumes: bool
    survey: Survey = field(init=False)
    own: Journal | None = None  # what an interrupted run of ours was about to do
    is_resumed: bool = False  # whether that was a push whose marker is still there
    strange: list[str] = field(default_factory=list)  # what a torn push of ours left half-edited

    def __post_init__(self) -> None:
        self.survey = Survey(self.entry, self.session)
        self.survey.local_bytes.takes_hashes = True

    def look_ahead(self, client: Client) -> None:
        """Look at S3 before `look` does, by the client of the command's first request."""
        known = self.presumes and baseline.header(self.entry, self.session.remote.identity)
        is_known = bool(known and known.marker)
        ask = self.survey.look_again if is_known else self.survey.look_there
        parallel.both(lambda: self.session.author, lambda: ask(client))
        self.presumes = is_known

    def look(self) -> None:
        """Look at all sides. Raises Refusal for what must not be pushed, or not now."""
        self.survey.look_here()
        guards.refuse_unfit(self.survey)
        self.own = journal.load(self.entry, self.session.remote.identity, self.survey.numbers)
        self._look_there()
        self.survey.end_false_trust()
        self._heed_marker()
        if self.own:
            self.strange = self.survey.recall(self.own, self.is_resumed)

    def _look_there(self) -> None:
        """Look at S3, as far as `look_ahead` has not; at the marker only where it may be news."""
        if self.presumes and not self.survey.listed_at and self.survey.base.marker:
            self.survey.look_again()
        if not self.survey.listed_at:
            self.survey.look_there()
        elif self.presumes and not self._presume_marker():
            self.survey.look_at_marker()

    def _presume_marker(self) -> bool:
        """Not in a push that was begun before, nor where a claim has to read the marker anyway."""
        return not self.own and self.survey.presume_marker() and self.session.is_conditional()

    def read_marker(self) -> None:
        """Read the marker that was presumed. Raises Refusal as `look` does."""
        self.survey.look_at_marker()
        self._heed_marker()

    def _heed_marker(self) -> None:
        """Raises Refusal where somebody else is at it, or the entry went elsewhere."""
        holder = self.survey.marker
        if holder and holder.state == marker.PUSHING:
            self.is_resumed = self.own is not None and holder.token == self.own.token
            if not self.is_resumed:
                raise refusals.being_pushed(self.entry, holder)
        is_old = self.survey.base.rows or self.survey.remote  # else a new entry takes a free name
        if holder and holder.moved and is_old and not self.session.options.take_local:
            raise refusals.moved(self.entry, holder)
