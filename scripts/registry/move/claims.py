"""Holds the markers that a move claims: one token for all, and the old one's marker as it was."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from registry.entries import Entry
from registry.errors import Refusal
from registry.move.plan import MovePlan
from registry.remote import capabilities
from registry.remote.session import Session
from registry.sync import marker, refusals
from registry.sync.marker import Marker


@dataclass
class Claims:
    plan: MovePlan
    session: Session

    @property
    def are_begun(self) -> bool:
        return bool(self.plan.stored.get("token"))

    def begin(self, former: Marker) -> None:
        """Note the token and the former marker before anything is claimed."""
        if not self.are_begun:
            self.plan.stored["token"] = capabilities.new_token()
            self.plan.stored["former"] = asdict(former)
            self.plan.save()

    @property
    def former(self) -> Marker:
        """The old entry's marker before the move."""
        values: dict[str, Any] = self.plan.stored["former"]
        return Marker(**{f.name: values[f.name] for f in fields(Marker) if f.name in values})

    @property
    def mine(self) -> Marker:
        """One text for one move: written again after a crash it is the same object."""
        kept = self.plan.stored.get("mine")
        if not kept:
            kept = asdict(
                marker.pushing(self.session, self.plan.stored["token"], former=self.former)
            )
            self.plan.stored["mine"] = kept
            self.plan.save()
        return Marker(**kept)

    def is_ours(self, held: Marker | None) -> bool:
        token = self.plan.stored.get("token")
        return bool(held and token and held.token == token)

    def claim(self, entry: Entry, over: Marker | None = None) -> bool:
        """Return whether it is ours now: not where it is another state than this, if one is named.

        Raises Refusal where somebody else is at it.
        """
        held, tag = marker.read(self.session.client, entry)
        if self.is_ours(held):
            return True
        if held and held.state != marker.DONE:
            raise refusals.being_pushed(entry, held)
        if over and (held is None or (held.token, held.digest) != (over.token, over.digest)):
            return False
        self.write(entry, self.mine, tag)
        return True

    def write(self, entry: Entry, new: Marker, over: str | None = None) -> str:
        """Put a marker there, over the one with this ETag, or whatever is there now; its ETag."""
        tag = marker.read(self.session.client, entry)[1] if over is None else over
        conditional = self.session.is_conditional()
        try:
            return marker.write(self.session.client, entry, new, tag, conditional)
        except marker.Taken as error:
            raise Refusal(f"{entry}: {error}") from None
