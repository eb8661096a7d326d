"""Knows which files here hold the bytes of which ETag: each is read once, whoever asks."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from shlex import quote

from registry import parallel
from registry.entries import Entry
from registry.errors import Refusal
from registry.humanize import some
from registry.index import content
from registry.index.content import FileHash, FileHashes
from registry.index.hashes import Verdicts, same_bytes
from registry.index.stats import Stats


class Unreadable(Refusal):
    """Files of the entry that nobody can say anything of. `why`: {path: why}."""

    def __init__(self, entry: Entry, why: dict[str, str]) -> None:
        self.why = why
        names = some([f"{path}: {reason}" for path, reason in why.items()])
        first = quote(f"{entry}/{min(why)}")
        super().__init__(f"{names}: `chmod u+r {first}`, or move it out of the entry")


@dataclass
class LocalBytes:
    """Of one entry's `files`, as a scan saw them. `place`: the identity of the remote.

    `takes_hashes`: whether what is read is also named by its SHA-256.
    """

    entry: Entry
    place: str
    files: Stats
    takes_hashes: bool = False
    _contents_mark: bytes = b""

    def __post_init__(self) -> None:
        self._verdicts = Verdicts(self.files.numbers)

    def holds(self, path: str, tag: str) -> bool:
        """Return whether the local file's bytes are those of this ETag."""
        return bool(self.verdict(path, tag))

    def verdict(self, path: str, tag: str) -> bool | None:
        """Return the same, with None for an ETag that cannot tell."""
        if (path, tag) not in self._verdicts:
            self.read([(path, tag)])
        return self._verdicts.get((path, tag))

    def known(self, path: str, tag: str) -> bool:
        """Return whether it was found so already."""
        return bool(self._verdicts.get((path, tag)))

    def read(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Find out, on all cores, which files hold the bytes of which ETag.

        Raises Unreadable once all others are read.
        """
        wanted = (pair for pair in pairs if pair not in self._verdicts)
        why: dict[str, str] = {}
        for pair, verdict in parallel.over(wanted, self._read, os.cpu_count()):
            if isinstance(verdict, OSError):
                why[pair[0]] = f"cannot be read: {verdict.strerror}"
                continue
            self._verdicts[pair], digest = verdict
            if digest:
                self.contents[pair[0]] = FileHash(pair[1], digest)
        if why:
            raise Unreadable(self.entry, why)

    def _read(self, pair: tuple[str, str]) -> tuple[bool | None, str] | OSError:
        """Whether they are the same, and the SHA-256 of the bytes if they are and it is wanted."""
        path, tag = pair
        also = sha256() if self.takes_hashes else None
        try:
            same = same_bytes(self.entry.folder / path, self.files[path], tag, also)
        except OSError as error:
            return error
        return same, also.hexdigest() if also and same else ""

    @cached_property
    def contents(self) -> FileHashes:
        """What is known of the bytes of S3's files, here or there."""
        known = content.load(self.entry, self.place, self.files.numbers)
        self._contents_mark = known.mark("tags", "hashes")
        return known

    def save_contents(self) -> None:
        """Remember what was read, if anything was."""
        if "contents" in self.__dict__:
            mark = self.contents.mark("tags", "hashes")
            if mark != self._contents_mark:
                content.save(self.entry, self.place, self.contents)
            self._contents_mark = mark
