"""The pull of raw datasets, all at once: what rclone can bring, then DVC.

While rclone fills DVC's cache and `dvc checkout` makes files of that, other entries may be fetched
beside it. What only DVC can bring waits until they are done: it shows its own progress.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

from registry import dvc_file, entries, parallel
from registry.entries import Amount, Entry
from registry.errors import Refusal, RegistryError, Stalled
from registry.progress import Meter
from registry.raw import dvc, manifest, prefetch, verified
from registry.remote.session import Session

Bring = Callable[[Path, list[str]], None]
Result = parallel.Result[None]


class RawPull:
    """A pull of the chosen raw datasets: `beside` other work as far as may be, then `finish`."""

    def __init__(self, session: Session, chosen: list[Entry]) -> None:
        self.session = session
        self.kept: list[Entry] = []  # changed here and not added: left alone
        self.unsent: list[Entry] = []  # of a version that DVC had in its cache, while S3 lacks it
        self.wanted = self._choose(chosen)
        self._filling: prefetch.Filling | None = None
        self._filled: Future[None] | None = None
        self._results: list[Result] | None = None

    def plan(self) -> Amount:
        """Find out what rclone is to bring: so many files and bytes."""
        self._filling = prefetch.Filling.of(self.session, self.wanted)
        return self._filling.amount if self._filling else Amount(0, 0)

    @contextlib.contextmanager
    def beside(self, meter: Meter) -> Iterator[None]:
        """Bring that while the caller does something else."""
        with ThreadPoolExecutor(1) as pool:
            self._filled = pool.submit(self._fill, meter)
            yield

    def finish(self) -> list[Result]:
        """Let DVC bring the rest; what became of each."""
        if self._filled:
            self._filled.result()
        if self._results is None and self.wanted:
            self._keep(_attempt(self.wanted))
        return self._results or []

    def _fill(self, meter: Meter) -> None:
        if not self._filling:
            return
        try:
            if not self._filling.run(partial(meter.moved, "raw")):
                return
            meter.finished(self._filling.amount.files)
            if not _attempt(self.wanted, dvc.checkout):
                self._keep(None)
        except Stalled as error:
            self._keep(error)

    def _choose(self, chosen: list[Entry]) -> list[Entry]:
        """Those that DVC has to be asked for."""
        place = self.session.remote.identity
        here = [e for e in chosen if os.path.lexists(e.folder) and verified.is_on_remote(e, place)]
        # Before DVC looks: what it saw, or older.
        seen = {entry: verified.look(entry) for entry in here}
        changed = dvc.changed(e for e in here if not verified.is_untouched(e, place))
        for entry in here:
            if entry in changed:
                self.kept.append(entry)
            else:
                verified.remember(entry, place, *seen[entry])
        return [entry for entry in chosen if entry not in here]

    def _keep(self, whole: RegistryError | None) -> None:
        """Note how it went: all at once, since a start of DVC takes a second, or one by one."""
        if whole is None or len(self.wanted) == 1:
            results = [Result(entry, error=whole) for entry in self.wanted]
        else:
            results = [Result(entry, error=_alone(entry, whole)) for entry in self.wanted]
        self._verify(results)
        self._results = results

    def _verify(self, results: list[Result]) -> None:
        """Note the state of each, if DVC finds the folder to be what it fetched, and S3 has it."""
        came = {r.entry: verified.look(r.entry) for r in results if not r.error}
        changed, self.unsent = dvc.changed(came), _not_in_s3(came)
        for result in results:
            if result.entry not in came:
                continue
            seen, when = came[result.entry]
            if result.entry in changed or verified.look(result.entry)[0].stamp != seen.stamp:
                result.error = RegistryError("it changed while it was being pulled: run again")
            elif result.entry not in self.unsent:
                verified.remember(result.entry, self.session.remote.identity, seen, when)


def _alone(entry: Entry, whole: RegistryError) -> RegistryError | None:
    """Try one by itself; at a silent server only what the cache has, or each would wait anew."""
    if not isinstance(whole, Stalled):
        return _attempt([entry])
    return whole if _attempt([entry], dvc.checkout) else None


def _attempt(wanted: list[Entry], bring: Bring = dvc.pull) -> RegistryError | None:
    try:
        bring(entries.ROOT, dvc.targets(wanted))
    except Refusal as error:
        return verified.changed(wanted[0]) if len(wanted) == 1 else error
    except RegistryError as error:
        return error
    return None


def _not_in_s3(fetched: Iterable[Entry]) -> list[Entry]:
    """Those whose version was added here and never pushed."""
    versions = {e: version for e in fetched if (version := dvc_file.on_disk(e))}
    missing = manifest.not_in_s3(entries.ROOT, list(versions.values())) if versions else []
    return [entry for entry, version in versions.items() if version in missing]
