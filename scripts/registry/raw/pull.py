"""Pulls raw datasets: fills DVC's cache, has DVC make files of it, and looks if they are right.

`choose` tells what is to be brought, `prefetch.plan` what that takes; then `bring`, while other
entries may be fetched beside it, or `bring_by_dvc` for what is kept elsewhere than in S3's cache.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from registry import parallel
from registry.entries import ROOT, Entry
from registry.errors import Refusal, RegistryError, Stalled
from registry.index.scan import Scan
from registry.raw import dvc, manifest, prefetch, verified
from registry.raw.dataset import Dataset
from registry.remote.session import Session
from registry.transfer.job import Progress

Result = parallel.Result[bool]  # the value: whether S3 holds the version, too


@dataclass
class Incoming:
    """`wanted`: in S3's cache; `foreign`: DVC itself has to bring them; `kept`: changed here."""

    wanted: list[Dataset] = field(default_factory=list)
    foreign: list[Dataset] = field(default_factory=list)
    kept: list[Dataset] = field(default_factory=list)
    refused: list[Result] = field(default_factory=list)

    def take(self, dataset: Dataset) -> None:
        (self.foreign if dataset.file.elsewhere else self.wanted).append(dataset)


def choose(session: Session, chosen: Iterable[Entry]) -> Incoming:
    """Tell the datasets that something is to be done for from the others."""
    choice, place = Incoming(), session.remote.identity
    doubtful: dict[Dataset, tuple[Scan, int]] = {}
    for entry in chosen:
        try:
            dataset, seen = verified.look_if_fit(entry)
        except RegistryError as error:
            choice.refused.append(Result(entry, error=error))
            continue
        if not dataset.is_here or (not verified.is_on_remote(entry, place) and dataset.has_version):
            choice.take(dataset)
        else:
            doubtful[dataset] = seen
    _sift(session, doubtful, choice)
    return choice


def _sift(session: Session, seen: dict[Dataset, tuple[Scan, int]], choice: Incoming) -> None:
    """Tell which of those that were verified once changed since. `seen`: before DVC looks."""
    if not seen:
        return
    from registry.raw import changes  # few pulls ask

    place = session.remote.identity
    touched = [d for d, (s, _) in seen.items() if not verified.is_untouched(d.entry, place, s)]
    changed = changes.find(session, touched)
    for dataset in seen:
        if dataset in changed.missing:
            choice.take(dataset)
        elif dataset not in changed.changed:
            verified.remember(dataset.entry, place, *seen[dataset])
        elif changes.is_other_version(session, dataset):
            choice.take(dataset)
        else:
            choice.kept.append(dataset)


def bring(plan: prefetch.Prefetch, progress: Progress) -> list[Result]:
    """Bring what was planned; what became of each."""
    prefetch.fetch(plan, progress)
    failed = [Result(entry, error=error) for entry, error in plan.errors.items()]
    return failed + _check_out(plan.session, plan.fit)


def bring_by_dvc(session: Session, datasets: Iterable[Dataset]) -> list[Result]:
    """Have DVC bring what it keeps elsewhere; what became of each."""
    datasets = list(datasets)
    unproven = {d.entry for d in datasets if d.is_fetched and d.is_dvcs}  # it may not be pushed yet
    results = [Result(dataset.entry, True, _attempt(dataset)) for dataset in datasets]
    _note_unpushed(results)
    return _verified(session, results, unproven)


def _attempt(dataset: Dataset) -> RegistryError | None:
    try:
        bring_one = dvc.pull if dataset.has_version else dvc.pull_unknown
        bring_one(ROOT, dvc.targets([dataset.entry]))
    except Refusal:
        return verified.changed(dataset)
    except dvc.Missing:
        return dvc.unplaced(ROOT) if dataset.is_fetched else verified.absent(dataset)
    except RegistryError as error:
        return type(error)(f"{error} ({dataset.file.elsewhere}): {verified.whom_to_ask(dataset)}")
    return None if dataset.scan().files else verified.absent(dataset)


def _check_out(session: Session, datasets: list[Dataset]) -> list[Result]:
    """All at once, since a start of DVC takes a second, or one by one."""
    whole = _checked_out(datasets)
    alone = whole is not None and len(datasets) > 1 and not isinstance(whole, Stalled)
    results = [
        Result(dataset.entry, True, _checked_out([dataset]) if alone else whole)
        for dataset in datasets
    ]
    _note_unpushed(results)
    return _verified(session, results)


def _note_unpushed(results: list[Result]) -> None:
    for entry in _not_in_s3(r.entry for r in results if not r.error):
        next(r for r in results if r.entry == entry).value = False


def _checked_out(datasets: list[Dataset]) -> RegistryError | None:
    if not datasets:
        return None
    try:
        dvc.checkout(ROOT, dvc.targets(d.entry for d in datasets))
        empty = dvc.targets(d.entry for d in datasets if not d.scan().files)
        if empty:
            dvc.check_out_anew(ROOT, empty)
    except Refusal as error:
        return verified.changed(datasets[0]) if len(datasets) == 1 else error
    except RegistryError as error:
        return error
    return None


def _verified(
    session: Session, results: list[Result], unproven: Container[Entry] = ()
) -> list[Result]:
    """Note the state of each, if DVC finds the files to be what it brought, and S3 has it."""
    from registry.raw import changes

    came = {r.entry: verified.look(r.entry) for r in results if not r.error}
    datasets = {entry: Dataset.anyway(entry) for entry in came}
    changed = changes.find(session, (d for d in datasets.values() if d.has_version))
    for result in results:
        if result.entry not in came:
            continue
        seen, when = came[result.entry]
        is_same = datasets[result.entry] not in changed.changed | changed.missing
        if not is_same or verified.look(result.entry)[0].stamp != seen.stamp:
            result.error = RegistryError("it changed while it was being pulled: run again")
        elif result.value and result.entry not in unproven:
            verified.remember(result.entry, session.remote.identity, seen, when)
    return results


def _not_in_s3(entries: Iterable[Entry]) -> set[Entry]:
    """Those whose version was added here and never pushed."""
    from registry import dvc_file

    named = {version: entry for entry in entries for version in dvc_file.on_disk(entry)}
    missing = manifest.not_in_s3(ROOT, list(named)) if named else []
    return {named[version] for version in missing}
