"""Looks at entries for `make status`: never more than it must, and it changes nothing.

One listing of the markers tells which entries changed in S3; only those, and the ones without a
marker, are asked for. Neither aws nor DVC is started.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from registry import dvc_file
from registry.entries import Amount, Entry
from registry.errors import RegistryError
from registry.index import baseline, journal, scan
from registry.index.scan import Scan
from registry.raw import cache as raw_cache
from registry.raw import manifest
from registry.remote.session import Session
from registry.sections import SECTIONS
from registry.status import cache as status_cache
from registry.status import states
from registry.status.cache import Glance, _is_fresh, _too_much
from registry.status.states import Condition, Judgement
from registry.sync import compare, marker
from registry.sync.survey import Survey


@dataclass
class Looker:
    """What all entries share. `etags`: the markers' ETags, or None when S3 did not answer."""

    session: Session
    etags: dict[str, str] | None
    notes: Glance

    def look(self, entry: Entry) -> Condition:
        """How this entry is. Raises RegistryError if S3 goes away."""
        travels = SECTIONS[entry.section].travels
        looked = time.time_ns()
        found = scan.scan(entry.folder, everything=travels != "mirror")
        if travels == "never":
            kept = states.KEPT if entry.card.exists() else states.GARBAGE
            return Condition(entry, Judgement([kept]), _here(entry, found))
        judge = self._raw if travels == "dvc" else self._mirrored
        result = Condition(entry, judge(entry, found, looked), _here(entry, found))
        result.marker = self._marker(entry)
        self._add_marker(result)
        if found.blocked or found.problems:
            result.add(states.UNFIT)
            result.judgement.said = (found.blocked + found.problems)[0]
        if not entry.card.exists():
            result.add(states.NO_CARD)
        return result

    @property
    def _well(self) -> str:
        """The state of an entry that is as it was, as far as can be told."""
        return states.UNCHANGED if self.etags is None else states.UP_TO_DATE

    def _add_marker(self, result: Condition) -> None:
        there = result.marker
        if there and there.state == marker.PUSHING:
            result.add(states.PUSHING)
            own = journal.load(result.entry, self.session.remote.identity)
            if own and own.token == there.token:
                result.judgement.said = "by this checkout"
        elif there and there.state == marker.TORN:
            result.add(states.TORN)
        elif there and result.judgement.there is None:
            result.judgement.there = Amount(there.files, there.bytes)

    def _marker(self, entry: Entry) -> marker.Marker | None:
        """The entry's marker; read only if its ETag is a new one."""
        known = baseline.header(entry, self.session.remote.identity)
        etag = known.marker if self.etags is None and known else (self.etags or {}).get(str(entry))
        if not etag:
            return None
        there = self.notes.marker(etag)
        if there is None and self.etags is not None:
            there, etag = marker.read(self.session.client, entry)
            if there:
                self.notes.note_marker(etag, there)
        return there

    def _mirrored(self, entry: Entry, found: Scan, looked: int) -> Judgement:
        known = baseline.header(entry, self.session.remote.identity)
        tag = known.marker if self.etags is None and known else (self.etags or {}).get(str(entry))
        if self.etags is None and not known:
            return Judgement([states.UNREAD if found.files else states.NOT_HERE])
        if not found.files and tag:
            return Judgement([states.NOT_HERE])
        is_same = known and known.marker and (known.marker, known.stamp) == (tag, found.stamp)
        if known and is_same and not self.session.options.full:
            return Judgement([self._well], Amount(known.rows, known.bytes))
        return self._noted(entry, [tag, known, found.stamp], found, looked, bool(tag))

    def _noted(
        self, entry: Entry, parts: list[object], found: Scan, looked: int, is_settled: bool
    ) -> Judgement:
        """The judgement made from these parts before, or a new one.

        Noted only where nothing but the parts can change it, nor an edit leave no trace in them.
        """
        key = status_cache.key(str(entry), self.etags is None, *parts)
        full = self.session.options.full
        with suppress(TypeError, KeyError):
            return Judgement.from_json(None if full else self.notes.get(key))  # type: ignore[arg-type]
        is_raw = SECTIONS[entry.section].travels == "dvc"
        made = (self._compare_raw if is_raw else self._compare)(entry, found)
        if is_settled and not full and not _is_fresh(found, looked):
            self.notes.note(key, made.as_json())
        return made

    def _compare(self, entry: Entry, found: Scan) -> Judgement:
        """Compare the sides of a mirrored entry, path by path."""
        survey = Survey(entry, self.session, local=found)
        survey.base = baseline.load(entry, self.session.remote.identity, survey.numbers)
        tag = None if self.etags is None else self.etags.get(str(entry), "")
        if tag is None or (survey.base.marker == tag != "" and not self.session.options.full):
            survey.trust_marker()
        elif tag == "":
            survey.look_again()  # the listing of the markers has none for it
        else:
            survey.look_there()
        there = Amount(len(survey.remote), sum(o.size for o in survey.remote.values()))
        if not found.files:
            nothing = states.REMOVED if survey.base.rows else states.NOTHING
            return Judgement([states.NOT_HERE if there.files else nothing], there)
        if _too_much(survey.local, survey.doubtful()):
            return Judgement([states.UNREAD], there)
        judged = states.of_plan(survey.plan(compare.PULL), bool(survey.base.rows), there)
        judged.said = survey.outside_news
        if judged.states == [states.UP_TO_DATE]:
            judged.states = [self._well]
        return judged

    def _raw(self, entry: Entry, found: Scan, looked: int) -> Judgement:
        if not entry.dvc_file.exists():
            return Judgement([states.NOT_ADDED if found.files else states.NOTHING])
        there = dvc_file.amount(entry)
        known = baseline.header(entry, self.session.remote.identity)
        if found.files:
            if known and (known.marker, known.stamp) == (dvc_file.version(entry), found.stamp):
                return Judgement([self._well], there)
            judged = self._noted(
                entry, [dvc_file.version(entry), known, found.stamp], found, looked, True
            )
        else:
            judged = Judgement([states.NOT_HERE])
        if self._is_stored(entry, known):
            judged.there = there
        elif judged.states in ([states.UP_TO_DATE], [states.NOT_HERE]):
            judged.states = [states.NOT_PUSHED]
        return judged

    def _is_stored(self, entry: Entry, known: baseline.Header | None) -> bool:
        """Whether S3 has the version that the `.dvc` file names; it is never taken away again."""
        if self.etags is None or (known and known.marker == dvc_file.version(entry)):
            return True
        digest = dvc_file.named(entry)
        if self.notes.get(f"stored {digest}"):
            return True
        key = manifest.object_key(self.session.client, digest) + ".dir"
        if self.session.client.head(key) is None:
            return False
        self.notes.note(f"stored {digest}", True)
        return True

    def _compare_raw(self, entry: Entry, found: Scan) -> Judgement:
        """Compare a raw dataset's folder with the version that its `.dvc` file names."""
        known = baseline.header(entry, self.session.remote.identity)
        is_newer = known is not None and known.marker != dvc_file.version(entry)
        if is_newer and known and known.stamp == found.stamp:
            return Judgement([states.NEWER])
        wanted = self._manifest(entry)
        survey = Survey(entry, self.session, local=found)
        both = [path for path in found.files if wanted and path in wanted]
        if wanted is None or _too_much(found, ((path, wanted[path]) for path in both)):
            return Judgement([states.UNREAD])
        survey.read_bytes((path, wanted[path]) for path in both)
        changed = states.Change()
        changed.add(sorted({*found.files, *wanted}.difference(both)))
        changed.add([path for path in both if not survey.holds(path, wanted[path])])
        if not changed.files:
            return Judgement([states.UP_TO_DATE])
        return Judgement([states.NOT_ADDED], changes={states.CHANGED: changed})

    def _manifest(self, entry: Entry) -> Mapping[str, str] | None:
        """{path: MD5} of the named version, from DVC's cache or else from S3."""
        with suppress(RegistryError):
            return raw_cache.manifest_here(entry)
        if self.etags is not None:
            with suppress(RegistryError):
                return manifest.manifest(self.session.client, entry)
        return None


def _here(entry: Entry, found: Scan) -> Amount | None:
    if not os.path.lexists(entry.folder):
        return None
    return Amount(len(found.files), sum(stat.size for stat in found.files.values()))
