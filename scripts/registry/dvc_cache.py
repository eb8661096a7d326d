"""DVC's cache in this checkout, and the lists of files that its versions are."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from registry import etag, files, place, raw_verify, remote
from registry.cargo import Cargo
from registry.entries import Entry
from registry.errors import RegistryError
from registry.remote import DVC_FOLDER
from registry.session import Session

MODE = 0o444  # what DVC gives its objects: it trusts those that nobody can have written to


@dataclass(frozen=True)
class Cache:
    """DVC's cache in this checkout. `objects`: the folder of its `xx/yyy…` files."""

    objects: Path
    is_plain: bool  # DVC's default: nobody else's, with no modes of its own

    @classmethod
    def of(cls, session: Session) -> Cache:
        settings = remote.cache(session.root)
        folder = raw_verify.objects(session.root)
        shared = settings.get("shared") or settings.get("dir")
        return cls(folder, not shared)

    def path(self, name: str) -> Path:
        return self.objects / name[:2] / name[2:]

    def has(self, name: str) -> bool:
        return self.path(name).exists()

    def is_sound(self, name: str) -> bool:
        """Whether the object is there with the bytes that its name stands for."""
        with contextlib.suppress(OSError):
            return etag.compute(self.path(name)) == name
        return False

    def expected(self, name: str) -> str:
        """The ETag that S3 gives it."""
        path = self.path(name)
        return etag.expected(path, path.stat().st_size)

    def take(self, stage: Path, names: Iterable[str]) -> None:
        """Put the staged objects in that hold what they should; the others are left to DVC."""
        good = []
        for name in names:
            staged = stage / name[:2] / name[2:]
            if staged.exists() and etag.compute(staged) == name:
                staged.chmod(MODE)
                good.append((staged, self.path(name)))
        if good:
            place.flush(stage)
        for folder in {target.parent for _, target in good}:
            folder.mkdir(parents=True, exist_ok=True)
        for staged, target in good:
            if not target.exists():
                os.rename(staged, target)

    def take_lists(self, lists: dict[str, bytes]) -> None:
        """Put in these versions' lists of files, as DVC would."""
        for digest, body in lists.items():
            target = self.path(digest + ".dir")
            if not target.exists():
                files.write_whole(target, body, durable=True)
                target.chmod(MODE)


def lists(session: Session, wanted: Iterable[Entry]) -> dict[str, bytes]:
    """{the version's MD5: its list of files}, from the cache or else from S3."""
    found = {}
    for entry in wanted:
        try:
            body = raw_verify.list_here(entry)
        except RegistryError:
            body = raw_verify.list_of_files(session.client, entry)
        found[raw_verify.named(entry)] = body
    return found


def named(lists: dict[str, bytes]) -> list[str]:
    """The MD5s of all files of these versions, each once."""
    manifests = map(raw_verify.parse, lists.values())
    return list(dict.fromkeys(name for manifest in manifests for name in manifest.values()))


def cargo(session: Session, folder: Path, names: Iterable[str], largest: int = 0) -> Cargo:
    """Objects that are to be moved between a folder laid out as DVC's cache and the remote."""
    prefix = session.remote.key(DVC_FOLDER, "files", "md5", "")
    return Cargo(folder, [f"{name[:2]}/{name[2:]}" for name in names], prefix, 0, largest=largest)
