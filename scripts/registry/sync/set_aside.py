"""Sets aside, in S3, what a push is about to overwrite or delete there: before it sends a byte.

What the section keeps, for `make rollback`; and what this checkout never verified: that is what the
person chose against with TAKE=local, and what a torn push left half-edited.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from registry.errors import Refusal
from registry.index import baseline
from registry.index.content import FileHashes
from registry.remote.location import TRASH
from registry.remote.s3 import Denied, Object
from registry.sections import SECTIONS
from registry.sync import compare, refusals
from registry.sync.claim import Claim
from registry.sync.compare import Plan
from registry.sync.survey import Survey

if TYPE_CHECKING:
    from registry.sync.kept import Keeper

# What S3 says of the source of a copy that is in an archive; source:
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
IN_ARCHIVE = {"InvalidObjectState", "ObjectNotInActiveTierError"}


@dataclass
class SetAside:
    """Of one push; `strange`: what its torn run left half-edited. `look` before, then carry out."""

    survey: Survey
    plan: Plan
    strange: list[str]
    theirs: list[tuple[str, Object]] = field(default_factory=list)
    keeper: Keeper | None = None

    @cached_property
    def leaving(self) -> set[str]:
        """The paths whose objects it replaces or deletes."""
        changing = (*self.plan[compare.UPLOAD], *self.plan[compare.DELETE])
        return {path for path in changing if path in self.survey.remote}

    @property
    def keeps(self) -> bool:
        """Whether what it replaces is kept."""
        return bool(self.leaving) and bool(SECTIONS[self.survey.entry.section].keeps_days)

    def look(self) -> None:
        """Note what this checkout never verified, as long as the baseline tells."""
        self.theirs = list(self._theirs())

    def carry_out(self, claim: Claim, arriving: FileHashes) -> None:
        """`arriving`: the hashes of what is to be sent. Raises Refusal for what nobody can read."""
        if not self.theirs and not self.keeps:
            return
        from registry.remote.server_copy import Copier
        from registry.sync.kept import Keeper

        when = f"{claim.mine.when}-{claim.token[:6]}"
        copier, remote = Copier(self.survey.session.client), self.survey.session.remote
        try:
            for path, listed in self.theirs:
                copier.copy(listed, remote.key(TRASH, when, str(self.survey.entry), path))
            if self.keeps:
                self.keeper = Keeper(self.survey, when)
                self.keeper.keep(self.leaving, self._staying(arriving))
        except Denied as error:
            if error.code in IN_ARCHIVE:
                raise self._archived() from None
            raise

    def expire(self) -> None:
        """Once it is sealed: let go what has been kept long enough."""
        if self.keeper:
            self.keeper.expire()

    def _staying(self, arriving: FileHashes) -> set[str]:
        """The SHA-256s of all that S3 holds afterwards."""
        rows = self.survey.local_bytes.contents.items()
        staying = {known.sha256 for path, known in rows if path not in self.leaving}
        return staying | {known.sha256 for known in arriving.values()}

    def _theirs(self) -> Iterator[tuple[str, Object]]:
        strange, rows = set(self.strange), self.survey.base.rows
        for path in [*self.plan[compare.UPLOAD], *self.plan[compare.DELETE]]:
            listed = self.survey.remote.get(path)
            row = rows.get(path) if listed else None
            is_known = row and listed and row.etag == listed.etag and row.stat != baseline.OVERRULED
            if listed and (path in strange or not is_known):
                yield path, listed

    def _archived(self) -> Refusal:
        """Names the first that is in an archive."""
        from registry.sync import archived

        client, remote = self.survey.session.client, self.survey.session.remote
        for path in sorted(self.leaving):
            if archived.holds(client, self.survey.remote[path]):
                break
        return refusals.archived(remote, path, self.survey.remote[path].key)
