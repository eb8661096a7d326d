"""Tells which entries may have something to move, from markers and stats alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from registry import freed, parallel, pipelines
from registry.entries import Entry
from registry.errors import Refusal
from registry.index import baseline, journal
from registry.index.fingerprints import Stamps
from registry.raw import verified
from registry.raw.dataset import Dataset
from registry.remote import connect
from registry.remote.session import Session
from registry.sections import SECTIONS

if TYPE_CHECKING:  # a quiet run has no need of it
    from registry.sync.push import Push

READERS = 16  # markers read at once
Refused = parallel.Result[None]


class QuickCheck:
    """What there is to know of the chosen entries before one of them is opened.

    `named`: whether a person named them. `etags`: the markers', {"section/name": etag}, once they
    were asked for: that is the proof that S3 answers, too.
    """

    def __init__(self, session: Session, chosen: list[Entry], named: bool, stamps: Stamps) -> None:
        self.session, self.named = session, named
        self.etags: dict[str, str] | None = None
        self.freed = set[Entry]()  # what a pull of everything leaves out
        self.begun: list[Push] = []  # the first one, as far as it was looked at meanwhile
        mirrored = [e for e in chosen if SECTIONS[e.section].travels != "dvc"]
        self.known = {e: baseline.header(e, session.remote.identity) for e in mirrored}
        self.stamps = stamps

    def enter(self) -> dict[str, str]:
        """Return the markers' ETags, asked for once. Raises Unreachable as `connect` does."""
        if self.etags is None:
            self.etags = connect.enter(self.session)
        return self.etags

    def sift(self, chosen: list[Entry], direction: str) -> tuple[list[Entry], list[Refused]]:
        """The entries that may have something to move, and those that are refused at once."""
        wanted, refused = set[Entry](), []
        for entry in chosen:
            try:
                if self._judge(direction, entry):
                    (self.freed if self._is_left_out(direction, entry) else wanted).add(entry)
            except Refusal as error:
                refused.append(Refused(entry, error=error))
        return [entry for entry in chosen if entry in wanted], refused

    def _is_left_out(self, direction: str, entry: Entry) -> bool:
        """Return whether it was freed, and a person named neither it nor what is made from it."""
        if direction == "push" or self.named or not freed.is_noted(entry, self._place):
            return False
        is_raw = SECTIONS[entry.section].travels == "dvc"
        return not (verified.is_here(entry) if is_raw else os.path.lexists(entry.folder))

    @property
    def _place(self) -> str:
        return self.session.remote.identity

    def ask(self, chosen: list[Entry], wanted: list[Entry]) -> list[Entry]:
        """Ask S3 what a push has to know: how the first of those that are `wanted` is there.

        And of the others, which have nothing new here, whose last push, by anybody, was never
        finished: perhaps this checkout can make them whole. Only markers that changed are read.
        """
        quiet = set(chosen) - set(wanted)
        here = [e for e in chosen if e in quiet and self.known.get(e) and os.path.lexists(e.folder)]
        first = next((entry for entry in wanted if entry in self.known), None)
        if first and self.etags is None:
            self._begin(first, bool(here))
        changed = [entry for entry in here if self._is_marker_new(entry)]
        read = parallel.over(changed, self._is_torn, READERS)
        return [entry for entry, is_torn in read if is_torn]

    def _begin(self, first: Entry, with_all: bool) -> None:
        """Look at the first entry in S3, and at all markers at the same time."""
        from registry.sync.push import Push

        self.begun = [Push(first, self.session)]
        if with_all:
            self.etags = connect.enter(self.session, beside=self.begun[0].look_ahead)
        else:
            connect.first(self.session, self.begun[0].look_ahead)

    def _is_marker_new(self, entry: Entry) -> bool:
        known = self.known[entry]
        return known is not None and self._etag(entry) not in ("", known.marker)

    def _is_torn(self, entry: Entry) -> bool:
        from registry.sync import marker  # a quiet run has no need of it

        holder, _ = marker.read(self.session.client, entry)
        return holder is not None and holder.state == marker.TORN

    def _etag(self, entry: Entry) -> str:
        return self.enter().get(str(entry), "")

    def _judge(self, direction: str, entry: Entry) -> bool:
        if SECTIONS[entry.section].travels == "dvc":
            if entry.dvc_file.exists():
                Dataset.of(entry)  # raises for a file that nobody can read, such as in a merge
            return self._pull_raw(entry) if direction == "pull" else self._push_raw(entry)
        return self._pull(entry) if direction == "pull" else self._push(entry)

    def _pull(self, entry: Entry) -> bool:
        if not entry.card.exists():
            return _without_card(entry, self.named)
        known = self.known[entry]
        sealed = known and known.marker and known.marker == self._etag(entry)
        if not known or not sealed or self.session.options.full:
            return True
        if journal.load(entry, self.session.remote.identity):
            return True
        return known.stamp != self.stamps.of(entry).stamp

    def _push(self, entry: Entry) -> bool:
        if not os.path.lexists(entry.folder):
            torn = journal.load(entry, self.session.remote.identity)  # or others wait for ever
            return self.named or torn is not None  # the push itself says that it is not here
        if not entry.card.exists():
            self._refuse_moved(entry)
            return _without_card(entry, True)
        known = self.known[entry]
        options = self.session.options
        if not known or not known.marker or options.full:
            return True
        if options.take_local and known.marker != self._etag(entry):
            return True  # what is here may have to win over what became of it in S3
        if journal.load(entry, self.session.remote.identity):
            return True
        return self.stamps.of(entry) != (known.stamp, True)

    def _refuse_moved(self, entry: Entry) -> None:
        """Raises Refusal for what is no entry any more, since others moved or removed it."""
        from registry.sync import refusals
        from registry.sync.survey import Survey

        survey = Survey(entry, self.session)
        connect.first(self.session, survey.look_there)
        is_moved, was_pushed = survey.marker and survey.marker.moved, self.known[entry] is not None
        if is_moved or (was_pushed and not survey.remote):
            raise refusals.removed(survey)

    def _pull_raw(self, entry: Entry) -> bool:
        if not entry.dvc_file.exists():
            if not verified.is_here(entry) and not pipelines.maker(entry):
                raise Refusal(
                    "it has a card, but no .dvc file: ask its author to add it and commit that"
                )
            is_asked = self.named or not verified.is_here(entry)
            return _without_dvc_file(entry) if is_asked else False
        full = self.session.options.full
        return full or not verified.is_current(entry, self.session.remote.identity)

    def _push_raw(self, entry: Entry) -> bool:
        if not entry.dvc_file.exists():
            is_ours = verified.is_here(entry) and not pipelines.maker(entry)
            return _without_dvc_file(entry) if is_ours or self.named else False
        if not entry.card.exists():
            return _without_card(entry, True)
        if self.named:  # S3 is asked for each of its objects
            return True
        here, place = verified.is_here(entry), self.session.remote.identity
        if verified.is_on_remote(entry, place) and not self.session.options.full:
            return here and not verified.is_untouched(entry, place)
        return here or Dataset.anyway(entry).is_cached


def _without_card(entry: Entry, named: bool) -> bool:
    """An entry without a card is not the registry's; that is worth a word if it was asked for."""
    if named:
        raise Refusal(f"it has no card: `make card DATASET={entry:sh}` begins one")
    return False


def _without_dvc_file(entry: Entry) -> bool:
    raise verified.never_added(entry)
