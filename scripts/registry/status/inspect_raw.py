"""Looks at raw datasets for `make status`: their files against the version of the `.dvc` file."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from registry import dvc_file
from registry.entries import Entry
from registry.errors import Refusal, RegistryError
from registry.index import baseline
from registry.index.baseline import Header
from registry.index.scan import Scan
from registry.index.table import Tags
from registry.raw import compare, manifest, stored
from registry.raw.cache import Cache
from registry.raw.compare import Difference
from registry.raw.dataset import Dataset
from registry.status import states
from registry.status.cache import READ_BYTES
from registry.status.known import Known
from registry.status.states import Judgement


@dataclass
class RawInspector:
    """Judges raw datasets by what is known of all entries."""

    known: Known

    def judge(self, entry: Entry, local: Scan, looked_ns: int) -> Judgement:
        """How a raw dataset is: by its `.dvc` file and stats alone, if they can tell."""
        if not entry.dvc_file.exists():
            return Judgement([states.NOT_ADDED if local.files else states.NOTHING])
        try:
            dataset = Dataset.of(entry)
        except Refusal as error:
            return Judgement([states.UNFIT], said=str(error))
        if dataset.file.unserved:
            why = f"served by plain dvc: {dataset.file.unserved}"
            return Judgement([states.UNREAD], dvc_file.amount(entry), said=why)
        header = baseline.header(entry, self.known.session.remote.identity)
        judged = self._here(entry, header, local, looked_ns)
        return self._with_s3(dataset, header, judged)

    def _here(self, entry: Entry, header: Header | None, local: Scan, looked_ns: int) -> Judgement:
        if not local.files:
            return Judgement([states.NOT_HERE])
        version = dvc_file.version(entry)
        if header and (header.marker, header.stamp) == (version, local.stamp):
            return Judgement([self.known.well])
        parts = [version, header, local.stamp]
        return self.known.noted(entry, parts, local, looked_ns, self._compare)

    def _with_s3(self, dataset: Dataset, header: Header | None, judged: Judgement) -> Judgement:
        """Add what S3 has of the version."""
        lacking = self._lacking(dataset)
        if lacking:
            edited = {*judged.states} & {states.NOT_ADDED}  # which must be added first
            judged.states = sorted({*edited, states.NOT_PUSHED}, key=states.STATES.index)
            judged.said = f"S3 lacks {lacking[0]} or holds it damaged"
        elif self._is_stored(dataset, header):
            is_ours = not dataset.file.elsewhere
            judged.there = dvc_file.amount_of(dataset.file) if is_ours else None
        elif judged.states in ([states.UP_TO_DATE], [states.NOT_HERE]):
            judged.states = [states.NOT_PUSHED]
        return judged

    def _is_stored(self, dataset: Dataset, header: Header | None) -> bool:
        """Whether S3 has the version that the `.dvc` file names; it is rarely taken away again."""
        is_noted = header and header.marker == dvc_file.version(dataset.entry)
        if self.known.etags is None or is_noted:
            return True
        for version in dvc_file.of_file(str(dataset.entry), dataset.file):
            if self.known.cache.get(f"stored {version.object}"):
                continue
            if not stored.look(self.known.session.client, [version.object]):
                return False
            self.known.cache.note(f"stored {version.object}", True)
        return True

    def _lacking(self, dataset: Dataset) -> list[str]:
        """With FULL=1: the paths that S3 lacks or holds with other bytes."""
        session = self.known.session
        if self.known.etags is None or not session.options.full or dataset.file.elsewhere:
            return []
        version = self._version(dataset)
        if version is None:
            return []
        names = manifest.names(dataset, version)
        rows = stored.look(session.client, names)
        bad = self._dvc_cache.unlike(rows).union(stored.damaged(session.client, rows))
        return [path for name, path in names.items() if name not in rows or name in bad]

    def _compare(self, entry: Entry, local: Scan) -> Judgement:
        """Compare the files here with the version that the `.dvc` file names."""
        header = baseline.header(entry, self.known.session.remote.identity)
        is_newer = header is not None and header.marker != dvc_file.version(entry)
        if is_newer and header and header.stamp == local.stamp:
            return Judgement([states.NEWER])
        dataset = Dataset.of(entry)
        if not dataset.has_version:
            return Judgement([states.NOT_ADDED])
        version = self._version(dataset)
        both = [path for path in local.files if version is not None and path in version]
        if version is None or compare.is_more(local, both, READ_BYTES):
            is_news = header is not None and not is_newer  # it was that version, and is touched now
            return Judgement([states.NOT_ADDED if is_news else states.UNREAD])
        return self._judged(dataset, local, compare.read(dataset, local, version))

    def _judged(self, dataset: Dataset, local: Scan, found: Difference) -> Judgement:
        if not found:
            return Judgement([states.UP_TO_DATE])
        is_legacy, cache = dataset.file.is_legacy, self._dvc_cache
        if not is_legacy and compare.is_other_version(dataset, local, found, cache):
            return Judgement([states.NEWER], said="another version of it is here")
        changed = states.Change()
        changed.add(sorted([*found.missing, *found.extra]))
        changed.add(found.changed)
        return Judgement([states.NOT_ADDED], changes={states.CHANGED: changed})

    @cached_property
    def _dvc_cache(self) -> Cache:
        return Cache.of(self.known.session.root)

    def _version(self, dataset: Dataset) -> Tags | None:
        """{path: MD5} of the named version, from DVC's cache or else from S3; None without one."""
        client = None if self.known.etags is None else self.known.session.client
        with suppress(RegistryError):
            return manifest.wanted(dataset, self._dvc_cache, client) or None
        return None
