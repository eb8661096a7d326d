"""Fills DVC's cache from S3, and S3 from the cache, by rclone where there are many objects.

DVC's own transfer took 16 s for 5,000 files where rclone took 1.3 s. Only objects are moved, each
checked by its MD5, which is its name. What fails is DVC's to do, and to report, so nothing here is
ever needed; only where all came has DVC no more to do than `dvc checkout`. The one exception is a
server that gave no answer: DVC would wait for it all over again.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from registry import dvc_file, workspace
from registry.entries import Amount, Entry
from registry.errors import RegistryError, Stalled
from registry.raw import cache, manifest
from registry.raw.cache import Cache
from registry.remote.session import Session
from registry.transfer import engine, rclone

SILENCE = 10.0  # seconds: who hears nothing for longer need not ask again, by DVC


@dataclass(frozen=True)
class Filling:
    """What the cache lacks of these versions, and that it is rclone's to bring."""

    session: Session
    cache: Cache
    wanted: list[Entry]
    lists: dict[str, bytes]
    missing: list[str]

    @classmethod
    def of(cls, session: Session, wanted: list[Entry]) -> Filling | None:
        """None where it is DVC's to do."""
        if not wanted:
            return None
        with _left_to_dvc(session):
            here, hasty = Cache.of(session), session.hasty()
            lists = cache.lists(hasty, wanted)
            missing = [name for name in cache.object_names(lists) if not here.has(name)]
            by_rclone = not missing or engine.is_for_rclone(session, len(missing))
            if here.is_plain and by_rclone:
                return cls(hasty, here, wanted, lists, missing)
        return None

    @property
    def amount(self) -> Amount:
        """The files and bytes of these versions, those that are cached already too."""
        return dvc_file.total(self.wanted)

    def run(self, progress: engine.Progress) -> bool:
        """Bring them; whether the cache now has all. Raises Stalled when the server fell silent."""
        with _left_to_dvc(self.session):
            if self.missing:
                self._fetch(progress)
            if all(map(self.cache.has, self.missing)):
                self.cache.take_lists(self.lists)  # last: who has a version's list counts as whole
                return True
        return False

    def _fetch(self, progress: engine.Progress) -> None:
        """Fetch what is missing; what came stays in the cache, whatever happens then."""
        stage, failure = workspace.unfinished(self.session.root, "raw_datasets"), None
        self.cache.take(stage, self.missing)  # what a stopped run brought
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir(parents=True)
        still = [name for name in self.missing if not self.cache.has(name)]
        try:
            if still:
                size = self.amount.bytes  # of all: their own nobody tells
                cargo = cache.cargo(self.session, stage, still, largest=size)
                rclone.download(self.session, cargo, progress)
        except RegistryError as error:
            failure = error
        self.cache.take(stage, still)
        shutil.rmtree(stage, ignore_errors=True)
        if failure:
            raise failure


def drain(session: Session, wanted: Iterable[Entry], progress: engine.Progress) -> None:
    """Send the objects that these versions need and S3 lacks; what came damaged is taken out.

    Raises Stalled when the server fell silent.
    """
    with _left_to_dvc(session):
        here = Cache.of(session)
        hasty = session.hasty()  # DVC is not to wait for what this waits for in vain
        stored = {name for name, _ in manifest.stored(hasty.client)}
        missing = [
            n
            for n in cache.object_names(cache.lists(hasty, wanted))
            if n not in stored and here.is_sound(n)
        ]
        if not engine.is_for_rclone(session, len(missing)):
            return
        try:
            rclone.upload(session, cache.cargo(session, here.objects, missing), progress)
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
    for name, there in manifest.stored(session.client):
        if name in sent and there.etag not in (name, here.expected(name)):
            head = session.client.head(there.key)
            if head and head.etag == there.etag and not head.hides_bytes:
                session.client.delete(there.key)
