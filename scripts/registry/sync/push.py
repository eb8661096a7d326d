"""Pushes one entry, step by step: look, decide, claim, send, delete, seal.

Each step leaves S3 and this checkout in a state from which running again converges.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from functools import cached_property

from registry import workspace
from registry.entries import Entry
from registry.errors import Refusal, RegistryError
from registry.index import baseline, journal
from registry.index.journal import Journal
from registry.index.listing import Objects
from registry.index.table import Tags
from registry.remote import capabilities
from registry.remote.s3 import Client, Overtaken
from registry.remote.session import Session
from registry.sync import compare, guards, marker, refusals
from registry.sync.claim import Claim
from registry.sync.compare import Plan
from registry.sync.deletion import Deletion
from registry.sync.push_view import View
from registry.sync.set_aside import SetAside
from registry.sync.survey import Survey
from registry.sync.upload import Sending
from registry.sync.versions import Versioning
from registry.transfer import engine

MEANWHILE = "it changed in S3 while this push looked at it: run again"


@dataclass
class Push:
    """A push of one entry; call the steps in the order they stand here."""

    entry: Entry
    session: Session
    view: View = field(init=False)
    plan: Plan = field(init=False)
    sending: Sending = field(init=False)
    versioning: Versioning = field(init=False)
    aside: SetAside = field(init=False)
    deletion: Deletion = field(init=False)
    noted: Journal = field(init=False)  # what this run is about to do
    claimed: Claim | None = None
    before: bytes = b""  # the mark of what S3 listed when we claimed it

    def __post_init__(self) -> None:
        options = self.session.options
        self._begin(presumes=not (options.dry_run or options.full or options.take_local))

    def _begin(self, presumes: bool) -> None:
        self.view = View(self.entry, self.session, presumes)
        self.deletion = Deletion(self.survey)

    @property
    def survey(self) -> Survey:
        return self.view.survey

    def look_ahead(self, client: Client) -> Push:
        """Look at S3 before `look` does, by the client of the command's first request."""
        self.view.look_ahead(client)
        return self

    def look(self) -> None:
        """Look at all sides. Raises Refusal for what must not be pushed, or not now."""
        self.view.look()

    def decide(self) -> None:
        """Make the plan. Raises Refusal, naming paths and ways out, if any path forbids it."""
        self.plan = self.survey.plan(compare.PUSH)
        if self.survey.is_presumed and not self.plan.moves:
            self.view.read_marker()  # for nobody is going to replace it
            self.plan = self.survey.plan(compare.PUSH)
        if self.plan.verdict == compare.REMOVED and self.session.options.take_local:
            self.survey.base.rows.clear()
            self.plan = self.survey.plan(compare.PUSH)
        guards.check_push(self.survey, self.plan, self.view.is_resumed)

    @cached_property
    def bytes(self) -> int:
        """What the plan sends: ask once it is made."""
        return self.survey.local.files.bytes_of(self.plan[compare.UPLOAD])

    @property
    def files(self) -> int:
        """How many files the plan sends."""
        return len(self.plan[compare.UPLOAD])

    @property
    def copied(self) -> int:
        """How many of them S3 had already, under another path."""
        return len(self.sending.copied) if self.claimed else 0

    @property
    def sent(self) -> int:
        return self.files - self.copied

    @property
    def sent_bytes(self) -> int:
        copied = self.sending.copied if self.claimed else ()
        return self.bytes - self.survey.local.files.bytes_of(copied)

    @property
    def is_idle(self) -> bool:
        """Whether nothing here is news to S3, whose marker says so: only the baseline may learn."""
        is_behind = self.is_behind and not self.view.is_resumed
        return not self.plan.moves and (self.survey.is_sealed or is_behind)

    @property
    def is_behind(self) -> bool:
        """Whether S3 has news that a pull would bring."""
        return bool(self.plan[compare.BEHIND])

    def claim(self) -> None:
        """Journal the plan, put our marker there, and see that nobody came in between."""
        try:
            self._claim()
        except marker.Taken as error:
            if not self.survey.is_presumed:
                raise Refusal(str(error)) from None
            self._plan_anew()
            self.claim()

    def _plan_anew(self) -> None:
        """Look and decide again, for the marker is not the one that this checkout knew."""
        self._begin(presumes=False)
        self.look()
        self.decide()
        if not self.plan.moves:
            raise RegistryError(MEANWHILE)

    def _claim(self) -> None:
        """Raises marker.Taken where the marker is another than was seen, or presumed."""
        self._learn_seen()
        self.versioning = Versioning(self.survey)
        self.aside = SetAside(self.survey, self.plan, self.view.strange)
        self.versioning.fill(set() if self.aside.keeps else self.aside.leaving)
        self.sending = Sending(self.survey, trusts_answers=not self.plan[compare.DELETE])
        self.sending.read(self.plan[compare.UPLOAD])
        if self.survey.base.rows or baseline.path_of(self.entry).exists():
            self.survey.save()  # what looking has taught must outlive a push that dies
        claim = self._journal()
        self.before = _mark(self.survey.remote)
        self.aside.look()
        claim.attempt(self.view.own)
        self.claimed = claim
        if not self.sending.is_guarded:
            self.survey.look_again()
        if _mark(self.survey.remote) != self.before:
            self.release()
            raise RegistryError(MEANWHILE)
        self.aside.carry_out(claim, self.sending.hashes)

    def send(self, progress: engine.Progress) -> None:
        """Upload what is planned, and verify that it is there."""
        try:
            self.sending.send(progress)
        except Overtaken:
            self._disown()
            raise

    def _disown(self) -> None:
        """Forget of the plan what somebody else wrote meanwhile: running again has to ask."""
        before = self.survey.remote
        self.survey.look_again()
        uploads = self.noted.uploads
        for path, tag in list(uploads.items()):
            former, now = before.get(path), self.survey.remote.get(path)
            if now and now.etag != tag and not (former and former.etag == now.etag):
                del uploads[path]
        self.noted.save(self.entry)

    def delete(self) -> None:
        """Delete what the plan names, each key only as this checkout verified it."""
        self.deletion.carry_out(self.plan[compare.DELETE])

    def seal(self) -> None:
        """Write the baseline, then the marker over what was verified; the push is done.

        In this order: once the marker is there others build on it, and this checkout must know
        that it is its own work they built on. Raises Refusal if not all could be deleted.
        """
        if self.claimed:
            self.survey.local_bytes.contents.merge(self.sending.hashes, "tags", "hashes")
            sealing = self.claimed.mine.sealing(self.survey.remote)
            done = self.versioning.seal(sealing, self._known_origin())
            expected = marker.expected_etag(done)  # no marker has it until this one is there
            self.survey.marker, self.survey.marker_etag = done, expected
            self._record()
            self.survey.marker_etag = self.claimed.seal(done)
            if self.survey.marker_etag == expected:
                self._tidy()
            else:
                self.learn()
            self.aside.expire()
        else:
            self.learn()
        if self.deletion.spared:
            self.claimed = None
            raise refusals.spared(self.entry, self.deletion.spared)

    def _known_origin(self) -> dict[str, str] | None:
        """Return what was said of bytes that were in S3 before; None: they are new.

        Of what nobody sealed yet that is nothing: what lies here today may be younger than it.
        """
        own = self.view.own  # whose bytes a torn push of ours may have sent already
        if self.plan[compare.UPLOAD] or (own and own.uploads):
            return None
        former = self.claimed.former if self.claimed else None
        return former.made_from if former else {}

    def learn(self) -> None:
        """Write the baseline; there is nothing left to resume then."""
        self._record()
        self._tidy()

    def _tidy(self) -> None:
        journal.drop(self.entry)
        workspace.drop_stage(self.entry)

    def _record(self) -> None:
        """Write the baseline: every path whose bytes here are known to be S3's."""
        rows = self.survey.base.rows
        if self.claimed:
            rows.merge(self.sending.files, "stats", "tags")
        self._learn_seen()
        for path in self.plan[compare.DELETE]:
            if path not in self.survey.remote:
                rows.pop(path, None)
        self.survey.save()

    def _learn_seen(self) -> None:
        for path in self.plan[compare.ADOPT]:
            self.survey.base.rows[path] = self.survey.row(path)
        for path in self.plan[compare.FORGET]:
            self.survey.base.rows.pop(path, None)

    def release(self) -> None:
        """Give the marker back as it was: nothing of ours is in S3 yet."""
        if self.claimed and self.claimed.give_back():
            self.claimed = None
            journal.drop(self.entry)

    def abandon(self) -> None:
        """After a failure: leave no stage, and no marker either if nothing was sent yet."""
        workspace.drop_stage(self.entry)
        if not self.claimed:
            return
        self.survey.session = self.claimed.session = self.session.hasty()
        with contextlib.suppress(RegistryError):  # out of reach: it stays, the next run resumes
            self.survey.look_again()
            if _mark(self.survey.remote) == self.before:
                self.release()

    def _journal(self) -> Claim:
        """Write down what is about to be done, before it is; the claim to do it under."""
        token = (self.view.own and self.view.own.token) or capabilities.new_token()
        tags, deletes = Tags(self.survey.numbers), self.plan[compare.DELETE]
        if self.view.own:  # a torn push may have sent and deleted more than this run has to
            tags, deletes = self.view.own.uploads, sorted({*self.view.own.deletes, *deletes})
        tags.update((path, "") for path in self._overruled)
        tags.merge(self.sending.files, "tags")
        place = self.session.remote.identity
        self.noted = Journal(place, token, tags, deletes)
        self.noted.save(self.entry)
        former = self.survey.marker, self.survey.marker_etag
        return Claim(self.entry, self.session, token, *former)

    @property
    def _overruled(self) -> list[str]:
        """What TAKE=local deletes though S3 has news of it: running again must not ask again."""
        return [p for p in self.plan[compare.DELETE] if self.survey.remote_side(p) != compare.SAME]


def _mark(listing: Objects) -> bytes:
    return listing.mark("sizes", "tags")
