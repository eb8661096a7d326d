"""Takes a mirrored entry out of S3: every byte to the trash prefix first, then key by key."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from registry import freed
from registry.entries import Entry
from registry.errors import Refusal, RegistryError
from registry.experiments import ledger
from registry.index import baseline, journal
from registry.index.journal import Journal
from registry.index.listing import Objects
from registry.remote import capabilities
from registry.remote.location import TRASH
from registry.remote.s3 import Object
from registry.remote.server_copy import Copier
from registry.remote.session import Session
from registry.sync import deletion, marker, refusals, trash
from registry.sync.claim import Claim
from registry.sync.marker import Marker
from registry.sync.survey import Survey


@dataclass
class Removal:
    """The removal of one mirrored entry from S3. `moved`: where it went, so that others follow."""

    entry: Entry
    session: Session
    moved: str = ""
    survey: Survey = field(init=False)
    own: Journal | None = None  # what an interrupted run of ours was about to do

    def look(self) -> None:
        """Raises Refusal unless this checkout knows all that S3 holds of it."""
        self.survey = Survey(self.entry, self.session)
        self.survey.look_here()
        self.survey.look_there()
        self.survey.end_false_trust()
        holder, self.own = self.survey.marker, journal.load(self.entry, self._place)
        is_ours = holder and self.own and holder.token == self.own.token
        if holder and holder.state == marker.PUSHING and not is_ours:
            raise refusals.being_pushed(self.entry, holder)
        rows = self.survey.base.rows
        news = [p for p, o in self.survey.remote.items() if p not in rows or rows[p].etag != o.etag]
        if holder and holder.moved:
            self.moved = holder.moved
        is_nowhere_here = not rows and not self.entry.card.exists() and not self.survey.local.files
        is_left = is_nowhere_here or (bool(self.moved) and (is_ours or self.survey.is_sealed))
        if news and not is_left and not self.session.options.full:
            raise Refusal(
                f"{self.entry}: S3 holds what was never seen here ({news[0]}): "
                f"`make pull DATASET={self.entry:sh}` first, or add FULL=1 to remove it unseen"
            )

    def carry_out(self) -> None:
        """Claim it, copy all to the trash prefix, check the copies, delete, unclaim."""
        deletion.prove_right(self.session, str(self.entry))
        mine = self._claim().mine
        client = self.session.client
        bin_ = self.session.remote.key(TRASH, f"{mine.when}-{mine.token[:6]}", str(self.entry), "")
        rows, remote = self.survey.remote.items(), self.survey.remote
        for _ in Copier(client).copy_all((row, bin_ + path) for path, row in rows):
            pass
        copied = Objects(remote.numbers)
        copied.update((row.key[len(bin_) :], row) for row in client.list(bin_))
        if copied.mark("sizes") != remote.mark("sizes"):
            raise RegistryError(f"{self.entry}: not everything reached the trash prefix: run again")
        for row in self.survey.remote.values():
            self._delete(row)
        self._let_go(mine)
        baseline.forget(self.entry)
        journal.drop(self.entry)

    def leave_moved(self) -> None:
        """Nothing is deleted: the marker says where it went, so that others follow all the same."""
        held = self.survey.marker
        if held and held.state == marker.DONE and held.moved == self.moved:
            return
        claim = self._claim()
        claim.seal(replace(claim.mine.sealing(self.survey.remote), moved=self.moved))
        journal.drop(self.entry)

    def _let_go(self, mine: Marker) -> None:
        """No marker is left of what is removed; of what moved one that says where it is."""
        if not self.moved:
            self.session.client.delete(self.session.remote.marker(self.entry))
            return
        client, conditional = self.session.client, self.session.is_conditional()
        none = replace(mine.sealing(Objects()), moved=self.moved)
        marker.write(client, self.entry, none, marker.read(client, self.entry)[1], conditional)

    def _claim(self) -> Claim:
        """Journal it, as a push that deletes all, and put our marker there."""
        token = (self.own and self.own.token) or capabilities.new_token()
        Journal(self._place, token, deletes=[*self.survey.remote]).save(self.entry)
        claim = Claim(self.entry, self.session, token, self.survey.marker, self.survey.marker_etag)
        claim.begin(self.own)
        return claim

    @property
    def _place(self) -> str:
        return self.session.remote.identity

    def _delete(self, row: Object) -> None:
        if not self.session.client.delete_unchanged(row.key, row.etag):
            raise Refusal(f"{row.key}: it changed in S3 meanwhile: pull it and look")


def take_out(entry: Entry) -> None:
    """The folder to the trash; card, `.dvc` file, baseline and ledger line gone."""
    if entry.folder.is_dir():
        aside = trash.new(entry, "removed")
        aside.parent.mkdir(parents=True)
        entry.folder.rename(aside)
    entry.card.unlink(missing_ok=True)
    entry.dvc_file.unlink(missing_ok=True)
    baseline.forget(entry)
    freed.forget(entry)
    if entry.section == ledger.SECTION:
        ledger.drop(entry)
