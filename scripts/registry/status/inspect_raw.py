"""Looks at raw datasets for `make status`: their files against the version of the `.dvc` file."""

from __future__ import annotations

from dataclasses import dataclass

from registry import dvc_file, pipelines
from registry.entries import Entry
from registry.errors import Refusal
from registry.index import baseline
from registry.index.baseline import Header
from registry.index.scan import Scan
from registry.raw.dataset import Dataset
from registry.status import states
from registry.status.known import Known
from registry.status.states import Judgement


@dataclass
class RawInspector:
    """Judges raw datasets by what is known of all entries."""

    known: Known

    def judge(self, entry: Entry, local: Scan, looked_ns: int) -> Judgement:
        """Return how a raw dataset is: by its `.dvc` file and stats alone, if they can tell."""
        if not entry.dvc_file.exists():
            if local.files and (stage := pipelines.maker(entry)):
                return Judgement([states.UNREAD], said=f"served by plain dvc: {stage}")
            return Judgement([states.NOT_ADDED if local.files else states.NOTHING])
        try:
            dataset = Dataset.of(entry)
        except Refusal as error:
            return Judgement([states.UNFIT], said=str(error), unseen=True)
        if dataset.file.unserved:
            why = f"served by plain dvc: {dataset.file.unserved}"
            return Judgement([states.UNREAD], dvc_file.amount(entry), said=why)
        header = baseline.header(entry, self.known.place)
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

    def _compare(self, entry: Entry, local: Scan) -> Judgement:
        from registry.status.compare_raw import RawComparison

        return RawComparison(self.known, Dataset.of(entry)).judge(local)

    def _with_s3(self, dataset: Dataset, header: Header | None, judged: Judgement) -> Judgement:
        """Add what S3 has of the version."""
        lacking = self._lacking(dataset)
        if lacking:
            edited = {*judged.states} & {states.NOT_ADDED}  # which must be added first
            judged.states = sorted({*edited, states.NOT_PUSHED}, key=states.STATES.index)
            judged.said = f"S3 lacks {lacking[0]} or holds it damaged"
        elif self.known.etags is None and not self._is_noted(dataset, header):
            judged.unseen = True
        elif self._is_stored(dataset, header):
            is_ours = not dataset.file.elsewhere
            judged.stored = dvc_file.amount_of(dataset.file) if is_ours else None
        elif judged.states in ([states.UP_TO_DATE], [states.NOT_HERE]):
            judged.states = [states.NOT_PUSHED]
        return judged

    def _is_noted(self, dataset: Dataset, header: Header | None) -> bool:
        """Return whether this checkout once saw that S3 has the version."""
        return header is not None and header.marker == dvc_file.version(dataset.entry)

    def _is_stored(self, dataset: Dataset, header: Header | None) -> bool:
        """Whether S3 has the version that the `.dvc` file names; it is rarely taken away again."""
        if self._is_noted(dataset, header):
            return True
        for version in dvc_file.of_file(str(dataset.entry), dataset.file):
            if self.known.cache.get(f"stored {version.object}"):
                continue
            from registry.raw import stored

            if not stored.look(self.known.session.client, [version.object]):
                return False
            self.known.cache.note(f"stored {version.object}", True)
        return True

    def _lacking(self, dataset: Dataset) -> list[str]:
        """With FULL=1: the paths that S3 lacks or holds with other bytes."""
        is_asked = self.known.etags is not None and self.known.session.options.full
        if not is_asked or dataset.file.elsewhere:
            return []
        from registry.status.compare_raw import RawComparison

        return RawComparison(self.known, dataset).lacking()
