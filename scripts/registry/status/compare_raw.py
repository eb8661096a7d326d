"""Compares a raw dataset's files with its version, byte by byte, where stats cannot tell."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from registry import dvc_file
from registry.errors import RegistryError
from registry.index import baseline
from registry.index.scan import Scan
from registry.index.table import Tags
from registry.raw import compare, manifest, stored
from registry.raw.compare import Difference
from registry.raw.dataset import Dataset
from registry.status import states
from registry.status.cache import READ_BYTES
from registry.status.known import Known
from registry.status.states import Judgement


@dataclass
class RawComparison:
    """One raw dataset, here and in S3, against the version that its `.dvc` file names."""

    known: Known
    dataset: Dataset

    def judge(self, local: Scan) -> Judgement:
        """Return how the files here are; UNREAD where too much of them would have to be read."""
        entry = self.dataset.entry
        header = baseline.header(entry, self.known.place)
        is_newer = header is not None and header.marker != dvc_file.version(entry)
        if is_newer and header and header.stamp == local.stamp:
            return Judgement([states.NEWER])
        if not self.dataset.has_version:
            return Judgement([states.NOT_ADDED])
        version = self._version
        both = [path for path in local.files if version is not None and path in version]
        if version is None or compare.is_more(local, both, READ_BYTES):
            is_news = header is not None and not is_newer  # it was that version, and is touched now
            return Judgement([states.NOT_ADDED if is_news else states.UNREAD])
        return self._judged(local, compare.read(self.dataset, local, version))

    def _judged(self, local: Scan, difference: Difference) -> Judgement:
        if not difference:
            return Judgement([states.UP_TO_DATE])
        is_legacy, cache = self.dataset.file.is_legacy, self.known.dvc_cache
        if not is_legacy and compare.is_other_version(self.dataset, local, difference, cache):
            return Judgement([states.NEWER], said="another version of it is here")
        changed = states.Change()
        changed.add(sorted([*difference.missing, *difference.extra]))
        changed.add(difference.changed)
        return Judgement([states.NOT_ADDED], changes={states.CHANGED: changed})

    def lacking(self) -> list[str]:
        """Return the paths that S3 lacks or holds with other bytes; it is asked for each."""
        if self._version is None:
            return []
        client = self.known.session.client
        names = manifest.names(self.dataset, self._version)
        rows = stored.look(client, names)
        bad = self.known.dvc_cache.unlike(rows).union(stored.damaged(client, rows))
        return [path for name, path in names.items() if name not in rows or name in bad]

    @cached_property
    def _version(self) -> Tags | None:
        """{path: MD5} of the named version, from DVC's cache or else from S3; None without one."""
        client = None if self.known.etags is None else self.known.session.client
        with suppress(RegistryError):
            return manifest.wanted(self.dataset, self.known.dvc_cache, client) or None
        return None
