"""Looks at raw datasets for `make status`: a folder against the version of its `.dvc` file."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from registry import dvc_file
from registry.entries import Entry
from registry.errors import RegistryError
from registry.index import baseline
from registry.index.scan import Scan
from registry.raw import cache as raw_cache
from registry.raw import manifest
from registry.status import states
from registry.status.cache import too_much
from registry.status.known import Known
from registry.status.states import Judgement
from registry.sync.survey import Survey


@dataclass
class RawInspector:
    """Judges raw datasets by what is known of all entries."""

    known: Known

    def judge(self, entry: Entry, local: Scan, looked_ns: int) -> Judgement:
        """How a raw dataset is: by its `.dvc` file and stats alone, if they can tell."""
        if not entry.dvc_file.exists():
            return Judgement([states.NOT_ADDED if local.files else states.NOTHING])
        there = dvc_file.amount(entry)
        header = baseline.header(entry, self.known.session.remote.identity)
        if local.files:
            if header and (header.marker, header.stamp) == (dvc_file.version(entry), local.stamp):
                return Judgement([self.known.well], there)
            parts = [dvc_file.version(entry), header, local.stamp]
            judged = self.known.noted(entry, parts, local, looked_ns, self._compare)
        else:
            judged = Judgement([states.NOT_HERE])
        if self._is_stored(entry, header):
            judged.there = there
        elif judged.states in ([states.UP_TO_DATE], [states.NOT_HERE]):
            judged.states = [states.NOT_PUSHED]
        return judged

    def _is_stored(self, entry: Entry, header: baseline.Header | None) -> bool:
        """Whether S3 has the version that the `.dvc` file names; it is never taken away again."""
        if self.known.etags is None or (header and header.marker == dvc_file.version(entry)):
            return True
        digest = dvc_file.named(entry)
        if self.known.cache.get(f"stored {digest}"):
            return True
        key = manifest.object_key(self.known.session.client, digest) + ".dir"
        if self.known.session.client.head(key) is None:
            return False
        self.known.cache.note(f"stored {digest}", True)
        return True

    def _compare(self, entry: Entry, local: Scan) -> Judgement:
        """Compare a raw dataset's folder with the version that its `.dvc` file names."""
        header = baseline.header(entry, self.known.session.remote.identity)
        is_newer = header is not None and header.marker != dvc_file.version(entry)
        if is_newer and header and header.stamp == local.stamp:
            return Judgement([states.NEWER])
        wanted = self._manifest(entry)
        survey = Survey(entry, self.known.session, local=local)
        both = [path for path in local.files if wanted and path in wanted]
        if wanted is None or too_much(local, ((path, wanted[path]) for path in both)):
            return Judgement([states.UNREAD])
        survey.read_bytes((path, wanted[path]) for path in both)
        changed = states.Change()
        changed.add(sorted({*local.files, *wanted}.difference(both)))
        changed.add([path for path in both if not survey.holds(path, wanted[path])])
        if not changed.files:
            return Judgement([states.UP_TO_DATE])
        return Judgement([states.NOT_ADDED], changes={states.CHANGED: changed})

    def _manifest(self, entry: Entry) -> Mapping[str, str] | None:
        """{path: MD5} of the named version, from DVC's cache or else from S3."""
        with suppress(RegistryError):
            return raw_cache.manifest_here(entry)
        if self.known.etags is not None:
            with suppress(RegistryError):
                return manifest.manifest(self.known.session.client, entry)
        return None
