"""DVC's cache in this checkout, and the lists of files that its versions are."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from registry import dvc_file, files
from registry.dvc_file import named
from registry.entries import Entry
from registry.errors import RegistryError
from registry.index.table import Tags
from registry.raw import manifest as raw_manifest
from registry.raw.manifest import _sound, parse
from registry.remote import dvc_config, etag
from registry.remote.location import DVC_FOLDER
from registry.remote.session import Session
from registry.sync import place
from registry.transfer.job import Cargo

MODE = 0o444  # what DVC gives its objects: it trusts those that nobody can have written to


@dataclass(frozen=True)
class Cache:
    """DVC's cache in this checkout. `objects`: the folder of its `xx/yyy…` files."""

    objects: Path
    is_plain: bool  # DVC's default: nobody else's, with no modes of its own

    @classmethod
    def of(cls, session: Session) -> Cache:
        settings = dvc_config.cache(session.root)
        folder = objects(session.root)
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
            body = list_here(entry)
        except RegistryError:
            body = raw_manifest.list_of_files(session.client, entry)
        found[dvc_file.named(entry)] = body
    return found


def object_names(lists: dict[str, bytes]) -> list[str]:
    """The MD5s of all files of these versions, each once."""
    manifests = map(raw_manifest.parse, lists.values())
    return list(dict.fromkeys(name for manifest in manifests for name in manifest.values()))


def cargo(session: Session, folder: Path, names: Iterable[str], largest: int = 0) -> Cargo:
    """Objects that are to be moved between a folder laid out as DVC's cache and the remote."""
    prefix = session.remote.key(DVC_FOLDER, "files", "md5", "")
    return Cargo(folder, [f"{name[:2]}/{name[2:]}" for name in names], prefix, 0, largest=largest)


def is_cached(entry: Entry) -> bool:
    """Whether DVC's cache here holds the version that the `.dvc` file names."""
    pass

    try:
        return bool(manifest_here(entry))
    except RegistryError:
        return False


def manifest_here(entry: Entry) -> Tags:
    """The same from DVC's cache here. Raises RegistryError when the cache lacks it."""
    return parse(list_here(entry))


def list_here(entry: Entry) -> bytes:
    """The list of files in DVC's cache here. Raises as `list_of_files` does."""
    digest = named(entry)
    try:
        return _sound(_cached(entry, f"{digest}.dir").read_bytes(), digest)
    except OSError:
        raise RegistryError(f"DVC's cache lacks it: `make pull DATASET={entry:sh}`") from None


def objects(root: Path) -> Path:
    """The folder of the objects in DVC's cache, wherever DVC's config says that it is."""
    folder = root / ".dvc" / (dvc_config.cache(root).get("dir") or "cache")
    return folder / "files" / "md5"


def _cached(entry: Entry, digest: str) -> Path:
    return objects(entry.root) / digest[:2] / digest[2:]
