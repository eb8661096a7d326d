"""Brings files to a public mirror, by what they hold: on the server, or else through here.

A file is copied in S3 where source and target are in the reach of one store, by the ETag that was
sealed. Otherwise it comes here and its SHA-256 is taken before it goes on.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from registry import interrupt, parallel
from registry.errors import RegistryError
from registry.publish import layout
from registry.publish.bucket import Bucket
from registry.publish.layout import FileLine
from registry.publish.sources import FileSource
from registry.publish.targets import Target
from registry.raw import objects
from registry.remote.s3 import Denied
from registry.remote.server_copy import Copier
from registry.remote.session import Session

HANDS = 8  # files at once
BLOCK = 2**20


@dataclass
class Carrier:
    """Brings to one target. `public`: {object: size} of what it has. `new`: what was brought."""

    session: Session
    target: Target
    public: dict[str, int]
    new: set[str] = field(default_factory=set)
    _copies: bool = True  # whether the store copies for us, as far as we know
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def bring(self, sources: list[FileSource], count: Callable[[int], None]) -> list[FileLine]:
        """Return the list of these files, once the target has each. Raises RegistryError."""

        def one(source: FileSource) -> FileLine:
            if interrupt.asked.is_set():
                raise KeyboardInterrupt
            line = self._bring(source)
            count(line.size)
            return line

        return [line for _, line in parallel.over(sources, one, HANDS)]

    def has(self, source: FileSource) -> bool:
        name = layout.blob(source.sha256)
        return bool(source.sha256) and self.public.get(name) == source.row.size

    def _bring(self, source: FileSource) -> FileLine:
        if self.has(source):
            return FileLine(source.sha256, source.row.size, source.path)
        if source.sha256 and self._copied(source, source.sha256):
            return FileLine(source.sha256, source.row.size, source.path)
        with self._at_hand(source) as path:
            digest, size = _read(path), path.stat().st_size
            self._prove(source, path, digest, size)
            name = layout.blob(digest)
            if self.public.get(name) != size and not self._copied(source, digest):
                self.target.put(name, path, is_ours=path != source.here)
                self._note(name, size)
        return FileLine(digest, size, source.path)

    def _prove(self, source: FileSource, path: Path, digest: str, size: int) -> None:
        if source.sha256 not in ("", digest) or size != source.row.size:
            raise RegistryError(f"{source.path}: S3 holds other bytes than its version has")
        if source.name and not objects.holds(path, source.name):
            raise RegistryError(f"{source.path}: it is damaged: `make verify` tells where")

    def _copied(self, source: FileSource, digest: str) -> bool:
        """Return whether the store made the copy; one that may not is not asked again."""
        if not isinstance(self.target, Bucket) or not self._copies:
            return False
        if self.target.remote.address != self.session.remote.address:
            return False
        copier = Copier(self.target.session.client, source=self.session.client)
        name = layout.blob(digest)
        try:
            copier.copy(source.row, self.target.remote.key(name))
        except Denied as error:
            if error.status == 412:
                raise
            self._copies = False
            return False
        self._note(name, source.row.size)
        return True

    def _note(self, name: str, size: int) -> None:
        with self._lock:
            self.public[name] = size
            self.new.add(name)

    @contextlib.contextmanager
    def _at_hand(self, source: FileSource) -> Iterator[Path]:
        """The file here: in DVC's cache, or else fetched, for as long as it is needed."""
        if source.here and source.here.stat().st_size == source.row.size:
            yield source.here
            return
        room = self.session.root / ".registry" / "stage" / "publish"
        room.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=room)
        try:
            with open(handle, "wb") as file:
                condition = {"if-match": f'"{source.row.etag}"'}
                self.session.client.request(
                    "GET", source.row.key, headers=condition, sink=_Landing(file.fileno())
                )
            os.chmod(name, 0o644)
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)


class _Landing:
    """Writes an object to a file while it comes."""

    def __init__(self, file: int) -> None:
        self._file = file

    def restart(self) -> None:
        if interrupt.asked.is_set():
            raise KeyboardInterrupt
        os.ftruncate(self._file, 0)
        os.lseek(self._file, 0, os.SEEK_SET)

    def write(self, block: memoryview) -> None:
        while block:
            block = block[os.write(self._file, block) :]


def _read(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        while block := file.read(BLOCK):
            if interrupt.asked.is_set():
                raise KeyboardInterrupt
            digest.update(block)
    return digest.hexdigest()
