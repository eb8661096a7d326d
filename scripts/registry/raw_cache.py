"""Fills DVC's cache from S3, and S3 from the cache, by rclone where there are many objects.

DVC's own transfer took 16 s for 5,000 files where rclone took 1.3 s. Only objects are moved, each
checked by its MD5, which is its name. What fails is DVC's to do, and to report, so nothing here is
ever needed; only where all came has DVC no more to do than `dvc checkout`. The one exception is a
server that gave no answer: DVC would wait for it all over again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from registry import etag, files, mover, place, raw_verify, rclone, remote, rooms
from registry.cargo import Cargo
from registry.entries import Entry
from registry.errors import RegistryError, Stalled
from registry.remote import DVC_FOLDER
from registry.session import Session

SILENCE = 10.0  # seconds: who hears nothing for longer need not ask again, by DVC
MODE = 0o444  # what DVC gives its objects: it trusts those that nobody can have written to


def fill(session: Session, wanted: list[Entry], progress: mover.Progress) -> bool:
    """Bring the objects that these versions need into the cache; whether it now has them all.

    Raises Stalled when the server fell silent.
    """
    with _left_to_dvc(session):
        here, hasty = Cache.of(session), session.hasty()
        lists = _lists(hasty, wanted)
        missing = [name for name in _named(lists) if not here.has(name)]
        if not here.is_plain or (missing and not mover.is_for_rclone(session, len(missing))):
            return False
        if missing:
            _fetch(session, here, missing, progress)
        if all(map(here.has, missing)):
            here.take_lists(lists)  # last: who has a version's list counts as having it
            return True
    return False


def _fetch(session: Session, here: Cache, missing: list[str], progress: mover.Progress) -> None:
    """Fetch the objects that are missing; what came stays in the cache, whatever happens then."""
    stage, failure = rooms.unfinished(session.root, "raw_datasets"), None
    here.take(stage, missing)  # what a stopped run brought
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    still = [name for name in missing if not here.has(name)]
    try:
        if still:
            rclone.fetch(session, _cargo(session, stage, still), progress)
    except RegistryError as error:
        failure = error
    here.take(stage, still)
    shutil.rmtree(stage, ignore_errors=True)
    if failure:
        raise failure


def drain(session: Session, wanted: Iterable[Entry], progress: mover.Progress) -> None:
    """Send the objects that these versions need and S3 lacks; what came damaged is taken out.

    Raises Stalled when the server fell silent.
    """
    with _left_to_dvc(session):
        here = Cache.of(session)
        hasty = session.hasty()  # DVC is not to wait for what this waits for in vain
        stored = {name for name, _ in raw_verify.stored(hasty.client)}
        missing = [n for n in _named(_lists(hasty, wanted)) if n not in stored and here.is_sound(n)]
        if not mover.is_for_rclone(session, len(missing)):
            return
        try:
            rclone.upload(session, _cargo(session, here.objects, missing), progress)
        finally:
            with contextlib.suppress(RegistryError):  # or it would hide what failed before
                _take_out_damaged(hasty, here, set(missing))


@contextlib.contextmanager
def _left_to_dvc(session: Session) -> Iterator[None]:
    """Let what fails be DVC's to do. Raises Stalled when the server fell silent."""
    try:
        yield
    except Stalled:
        raise
    except rclone.Failed as error:
        if error.silence > SILENCE:
            silence = f"no progress for {error.silence:.0f} s; is the remote up?"
            raise Stalled(f"{silence} {error}") from None
    except RegistryError:
        pass
    except OSError as error:
        session.say_once(f"raw_datasets: {error}: DVC moves the files instead")


def _take_out_damaged(session: Session, here: Cache, sent: set[str]) -> None:
    """DVC only asks whether an object is there; what we sent and came damaged must not be."""
    for name, there in raw_verify.stored(session.client):
        if name in sent and there.etag not in (name, here.expected(name)):
            head = session.client.head(there.key)
            if head and head.etag == there.etag and not head.hides_bytes:
                session.client.delete(there.key)


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


def _lists(session: Session, wanted: Iterable[Entry]) -> dict[str, bytes]:
    """{the version's MD5: its list of files}, from the cache or else from S3."""
    lists = {}
    for entry in wanted:
        try:
            body = raw_verify.list_here(entry)
        except RegistryError:
            body = raw_verify.list_of_files(session.client, entry)
        lists[raw_verify.named(entry)] = body
    return lists


def _named(lists: dict[str, bytes]) -> list[str]:
    """The MD5s of all files of these versions, each once."""
    manifests = map(raw_verify.parse, lists.values())
    return list(dict.fromkeys(name for manifest in manifests for name in manifest.values()))


def _cargo(session: Session, folder: Path, names: Iterable[str]) -> Cargo:
    prefix = session.remote.key(DVC_FOLDER, "files", "md5", "")
    return Cargo(folder, [f"{name[:2]}/{name[2:]}" for name in names], prefix, 0)
