"""Deletes in S3 what a push plans to delete, each key only as this checkout verified it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from registry import files
from registry.remote import capabilities
from registry.remote.s3 import Denied, Object
from registry.remote.session import Session
from registry.sync import refusals
from registry.sync.survey import Survey


def prove_right(session: Session, folder: str) -> None:
    """Raises MayNotDelete where nothing below `folder` may be deleted: asked before all is copied
    to the trash, since what S3 holds twice helps nobody."""
    try:
        session.client.delete(capabilities.probe_key(session.remote, folder))
    except Denied as error:
        if error.is_of_keys:
            raise
        raise refusals.no_right_to_delete(folder, error) from None


@dataclass
class Deletion:
    """The planned deletions of one push, and what became of each."""

    survey: Survey
    deleted: list[str] = field(default_factory=list)  # in S3
    remade: list[str] = field(default_factory=list)  # not deleted, since they are here again
    spared: list[str] = field(default_factory=list)  # not deleted, since S3 has news of them

    def carry_out(self, paths: Iterable[str]) -> None:
        """Delete key by key; what somebody changed by hand meanwhile stays, for the next pull."""
        for path in paths:
            listed = self.survey.remote.get(path)
            if listed is None:
                continue
            if self._is_here(path):
                self.remade.append(path)
            elif self._take_away(path, listed):
                del self.survey.remote[path]
                self.deleted.append(path)
            else:
                self.spared.append(path)
        if self.spared:
            self.survey.look_again()

    def _is_here(self, path: str) -> bool:
        """Whether something that may be data has this name; a folder has not, S3 knows none."""
        folder = self.survey.entry.folder
        at = folder / path
        is_data = os.path.lexists(at) and (os.path.islink(at) or not os.path.isdir(at))
        return is_data and files.is_spelled(folder, path)

    def _take_away(self, path: str, listed: Object) -> bool:
        """Delete one key; False where S3 now holds other bytes than this checkout knows."""
        client = self.survey.session.client
        head = client.head(listed.key)
        if head is None:
            return True
        if head.etag != self._expected(path, listed):
            return False
        try:
            client.delete(listed.key)
        except Denied as error:
            if error.is_of_keys:
                raise
            raise refusals.may_not_delete(self.survey.entry, error) from None
        return True

    def _expected(self, path: str, listed: Object) -> str:
        """The ETag that may go: with TAKE=local what was listed, else what was verified here."""
        if self.survey.session.options.take_local:
            return listed.etag
        row = self.survey.base.rows.get(path)
        return row.etag if row else ""
