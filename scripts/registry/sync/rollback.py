"""Makes an old version of an entry its new state in S3: nothing is fetched, and nothing is lost.

As a push does it: claim, copy on the server, list, delete last, seal. What it replaces is kept, so
that the way back is another rollback. Running it again after a crash goes on.
"""

from __future__ import annotations

from registry import parallel
from registry.errors import Refusal, RegistryError
from registry.index import journal
from registry.index.content import FileHash
from registry.index.journal import Journal
from registry.index.table import Tags
from registry.remote import capabilities
from registry.remote.s3 import Object
from registry.remote.server_copy import Copier
from registry.sync.claim import Claim
from registry.sync.kept import Keeper
from registry.sync.versions import Versioning
from registry.sync.way_back import WayBack
from registry.transfer import engine


class Rollback(WayBack):
    """One entry, back to a version: `look`, `check`, `carry_out`."""

    def carry_out(self) -> None:
        """Claim it, keep what goes, copy what comes, look, delete, seal."""
        claim = self._claim()
        copies, deletes = self.copies, self.deletes
        staying = {self.sources.hash(p) for p in self.sources.wanted if p not in copies} - {""}
        leaving = [path for path in [*copies, *deletes] if path in self.survey.remote]
        Keeper(self.survey, f"{claim.mine.when}-{claim.token[:6]}").keep(leaving, staying)
        self._copy([path for path in copies if path not in self.sent])
        engine.send(self.session, self.entry.folder, self.sent, self._key(""))
        self.survey.look_again()
        for path in self.sent:
            self.sources.learn_sent(path)
        self._check_copies(copies)
        self._delete(deletes)
        self._seal(claim)

    def _claim(self) -> Claim:
        """Journal it as a push of whatever these paths hold, and put our marker there."""
        token = (self.own and self.own.token) or capabilities.new_token()
        uploads = Tags(self.survey.numbers)
        uploads.update((path, "") for path in self.copies)
        Journal(self._place, token, uploads, self.deletes).save(self.entry)
        claim = Claim(self.entry, self.session, token, self.survey.marker, self.survey.marker_etag)
        claim.begin(self.own)
        before = self.survey.remote.mark("sizes", "tags")
        self.survey.look_again()
        if self.survey.remote.mark("sizes", "tags") != before:
            if claim.give_back():
                journal.drop(self.entry)
            raise RegistryError("it changed in S3 meanwhile: run again")
        return claim

    def _copy(self, paths: list[str]) -> None:
        """Each from what is kept, never from an object that is replaced as well."""
        sources = self.sources.objects([*paths, *self.deletes])
        pairs = ((sources[self.sources.wanted[p].sha256], self._key(p)) for p in paths)
        for path, (_, tag) in zip(paths, Copier(self.session.client).copy_all(pairs), strict=True):
            self.survey.local_bytes.contents[path] = FileHash(tag, self.sources.wanted[path].sha256)

    def _key(self, path: str) -> str:
        return self.session.remote.prefix(self.entry) + path

    def _check_copies(self, paths: list[str]) -> None:
        """Never trust that a copy was made: it was looked at."""
        for path in paths:
            listed = self.survey.remote.get(path)
            wanted = self.sources.wanted[path]
            if not listed or listed.size != wanted.size or self.sources.hash(path) != wanted.sha256:
                raise RegistryError(f"{path}: its copy in S3 is not what was copied: run again")

    def _delete(self, paths: list[str]) -> None:
        leaving = {path: row for path in paths if (row := self.survey.remote.get(path))}
        for path, _ in parallel.ask(leaving, lambda path: self._delete_one(path, leaving[path])):
            del self.survey.remote[path]

    def _delete_one(self, path: str, listed: Object) -> None:
        """Raises Refusal where it is another than was listed."""
        if not self.session.client.delete_unchanged(listed.key, listed.etag):
            raise Refusal(f"{path}: it changed in S3 meanwhile: pull it and look")

    def _seal(self, claim: Claim) -> None:
        sealing = claim.mine.sealing(self.survey.remote)
        done = Versioning(self.survey).seal(sealing, self.made_from)
        if done.version != self.version:
            raise RegistryError(f"{self.entry}: S3 does not hold that version now: run again")
        claim.seal(done)
        self.survey.local_bytes.save_contents()
        journal.drop(self.entry)

    @property
    def _place(self) -> str:
        return self.session.remote.identity
