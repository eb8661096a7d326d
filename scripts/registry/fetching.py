"""Gets wanted files from S3 into a stage by `aws s3 sync`, and checks every byte of them there."""

from __future__ import annotations

import os
import secrets
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from registry import mover, rooms, scan
from registry.errors import RegistryError
from registry.listing import NAME_BYTES
from registry.refusals import some
from registry.survey import Survey

SPARE_BYTES = 64 * 1024 * 1024  # left free on the disk, for everything else that is written


@dataclass
class Fetching:
    """The downloads of one pull: the paths that are wanted."""

    survey: Survey
    wanted: list[str]

    def fetch(self, progress: mover.Progress) -> list[str]:
        """Bring them into the stage; those whose bytes nobody can verify, for their encryption.

        Raises RegistryError, naming them, if any did not come or came damaged.
        """
        survey = self.survey
        self._refuse_full_disk()
        stage = self._stage()
        prefix = survey.session.remote.prefix(survey.entry)
        keys, files = len(survey.remote), len(self.wanted)
        mover.download(survey.session, prefix, stage, keys, files, progress)
        for path in filter(_is_too_long_for_aws, self.wanted):
            self._fetch_by_short_name(stage, path)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            verdicts = list(pool.map(lambda path: self._came(stage, path), self.wanted))
        wrong = [p for p, v in zip(self.wanted, verdicts, strict=True) if v is False]
        if wrong:
            raise RegistryError(f"arrived damaged or not at all: {some(wrong)}: run again")
        return [p for p, v in zip(self.wanted, verdicts, strict=True) if v is None]

    def _refuse_full_disk(self) -> None:
        free = shutil.disk_usage(rooms.room(self.survey.entry)).free
        needed = sum(self.survey.remote[path].size for path in self.wanted)
        if needed + SPARE_BYTES > free:
            from registry.console import human_bytes

            raise RegistryError(
                f"the disk is too full: {human_bytes(needed)} to fetch, "
                f"{human_bytes(free)} free: make room, or pull fewer entries"
            )

    def _stage(self) -> Path:
        """A stage in which only the wanted files are missing: aws fetches what is missing.

        The others are stood in for by holes of the same size, which take no room.
        """
        folder = rooms.new_stage(self.survey.entry)
        wanted = {path for path in self.wanted if not _is_too_long_for_aws(path)}
        for path, there in self.survey.remote.items():
            if path not in wanted:
                hole = folder / path
                hole.parent.mkdir(parents=True, exist_ok=True)
                hole.touch()
                os.truncate(hole, there.size)
        return folder

    def _fetch_by_short_name(self, stage: Path, path: str) -> None:
        short = stage / f".{secrets.token_hex(8)}"
        mover.fetch_one(self.survey.session, self.survey.remote[path].key, short)
        os.replace(short, stage / path)

    def _came(self, stage: Path, path: str) -> bool | None:
        """True: the listed bytes; None: nobody can tell, with this encryption; False: not so."""
        there, stat = self.survey.remote[path], scan.stat_of(stage / path)
        if stat is None or stat.size != there.size:
            return False
        return self.survey.second_opinion(stage / path, stat, path)


def _is_too_long_for_aws(path: str) -> bool:
    """aws appends `.XXXXXXXX` while it downloads, and cuts to 255 letters; disks count bytes."""
    name = path.rpartition("/")[2]
    return not name.isascii() and len(name.encode()) > NAME_BYTES - len(".XXXXXXXX")
