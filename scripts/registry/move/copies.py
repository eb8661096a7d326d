"""Copies an entry's objects, and all that is known of it, to its new name in S3, and looks at them.

A server-side copy turns the ETag of an object in parts into another, and stores ignore conditions
of a copy and say nothing: so what was copied is listed and compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from registry.entries import Entry
from registry.errors import Refusal, RegistryError
from registry.index import listing
from registry.index.listing import Objects
from registry.remote.s3 import Object
from registry.remote.server_copy import Copier
from registry.sync import dark, kept, versions
from registry.sync.survey import Survey


@dataclass
class Copies:
    """Of what the survey of the old entry lists, at the new one."""

    survey: Survey
    new: Entry

    def __post_init__(self) -> None:
        self.client, self.remote = self.survey.session.client, self.survey.session.remote

    def listed(self) -> Objects:
        prefix = self.remote.prefix(self.new)
        return listing.read(self.client, prefix, self.survey.numbers).files

    def make(self) -> Objects:
        """Copy what the new place lacks; all of it, as it is listed then."""
        tags = {row.key: tag for row, tag in Copier(self.client).copy_all(self._lacking())}
        copied = self.listed()
        for path, row in self.survey.remote.items():
            copy = copied.get(path)
            if copy is None or copy.size != row.size or copy.etag != tags.get(row.key, row.etag):
                raise RegistryError(f"{path}: its copy in S3 is not what was copied: run again")
        if len(copied) != len(self.survey.remote):
            raise Refusal(f"somebody else writes to {self.new} in S3: another name, or remove it")
        return copied

    def _lacking(self) -> list[tuple[Object, str]]:
        copied, prefix = self.listed(), self.remote.prefix(self.new)
        return [
            (row, prefix + path)
            for path, row in self.survey.remote.items()
            if (copy := copied.get(path)) is None or (copy.size, copy.etag) != (row.size, row.etag)
        ]

    def make_history(self) -> None:
        """Copy what its versions held, who made them, and the bytes that are kept of them."""
        for _ in Copier(self.client).copy_all([*self._records()]):
            pass

    def _records(self) -> Iterator[tuple[Object, str]]:
        old, new = (
            (
                versions.list_key(self.remote, entry, ""),
                versions.log_prefix(self.remote, entry),
                kept.prefix(self.remote, entry),
            )
            for entry in (self.survey.entry, self.new)
        )
        for before, after in zip(old, new, strict=True):
            present = {row.key[len(after) :] for row in self.client.list(after)}
            for row in self.client.list(before):
                if row.key[len(before) :] not in present:
                    yield row, after + row.key[len(before) :]

    def put_away(self) -> str:
        """All that was copied, into the trash in S3; where to, in words."""
        bin_ = dark.take_out(self.survey.session, [*self.listed().values()])
        self.client.delete(self.remote.marker(self.new))
        return f"; what was copied to {self.new} went to {bin_}"

    def take_away(self) -> str:
        """Only what is a copy of an object that still is where it was; nothing is to be said."""
        for path, row in self.listed().items():
            if path in self.survey.remote:
                self.client.delete_unchanged(row.key, row.etag)
        self.client.delete(self.remote.marker(self.new))
        return ""
