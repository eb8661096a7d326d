"""Resets a raw dataset to the version of its `.dvc` file: sets aside what differs, then checks out.

The cache holds the version, every byte of it read, before anything here is touched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from registry import disk
from registry.entries import ROOT
from registry.errors import Refusal
from registry.raw import changes, compare, dvc, manifest, prefetch, room, verified
from registry.raw.cache import Cache
from registry.raw.compare import Difference
from registry.raw.dataset import Dataset
from registry.remote.session import Session
from registry.sync import place, trash
from registry.transfer.job import Progress


@dataclass
class Reset:
    """`discarded`: the paths here that are not as the version says."""

    dataset: Dataset
    difference: Difference
    discarded: list[str] = field(default_factory=list)
    aside: Path | None = None

    @property
    def brought(self) -> int:
        return len(self.difference.missing) + len(self.difference.changed)

    @property
    def is_idle(self) -> bool:
        """Whether every byte here was read, and is the version's."""
        return self.dataset.has_version and not self.discarded and not self.brought


def look(session: Session, dataset: Dataset, progress: Progress) -> Reset:
    """Return what a reset would set aside; but in a dry run, the cache holds the version then."""
    here = dataset.scan()
    if here.blocked:
        raise Refusal(f"{dataset.entry}: {here.blocked[0]}")
    if dataset.file.unserved:
        raise verified.unserved(dataset)
    if not session.options.dry_run:
        _fill(session, dataset, progress)
        here = dataset.scan()
    version = manifest.wanted(dataset, Cache.of(session.root), session.client)
    difference = compare.read(dataset, here, version)
    return Reset(dataset, difference, sorted([*difference.changed, *difference.extra]))


def carry_out(session: Session, reset: Reset) -> None:
    """Set aside what differs, and bring the version's files; if that fails, all is as before.

    What does not differ is none of DVC's business; its word counts where nobody noted it before.
    """
    dataset, here = reset.dataset, reset.dataset.scan()
    if reset.is_idle and verified.is_current(dataset.entry, session.remote.identity, here):
        return
    aside = trash.new(dataset.entry, "reset")
    moved = [
        path
        for path in reset.discarded
        if path in here.files
        and place.take_away(dataset.base / path, here.files[path], aside / path)
    ]
    try:
        if dataset.has_version and not reset.is_idle:
            dvc.checkout(ROOT, dvc.targets([dataset.entry]))
        elif not dataset.has_version:
            _bring(dataset)
    except BaseException:
        _put_back(dataset, aside, moved)
        raise
    seen, when = verified.look(dataset.entry)
    left = changes.find(session, [dataset] if dataset.has_version else [])
    if not dataset.has_version:
        reset.difference.missing = [*seen.files]
    if not (left.changed or left.missing) and not dataset.is_dvcs and _is_stored(dataset):
        verified.remember(dataset.entry, session.remote.identity, seen, when)
    trash.tidy(aside)
    reset.aside = aside


def _fill(session: Session, dataset: Dataset, progress: Progress) -> None:
    if not dataset.has_version:
        return
    if dataset.file.elsewhere:
        dvc.run(ROOT, "fetch", *dvc.targets([dataset.entry]), live=True)
        if not dataset.is_fetched:
            raise verified.absent(dataset)
        return
    plan = prefetch.plan(session, [dataset])
    disk.refuse_lack(disk.disks(room.of_plan(plan), at_once=1))
    prefetch.fetch(plan, progress)
    for error in plan.errors.values():
        raise error


def _bring(dataset: Dataset) -> None:
    """Have DVC bring what the `.dvc` file names no MD5 of; its cache cannot have it before."""
    try:
        dvc.pull_unknown(ROOT, dvc.targets([dataset.entry]))
    except dvc.Missing:
        raise verified.absent(dataset) from None
    if not dataset.scan().files:  # DVC calls that a success, too
        raise verified.absent(dataset)


def _is_stored(dataset: Dataset) -> bool:
    """Return whether S3 has the version; the cache may hold what was never pushed."""
    from registry import dvc_file

    return not manifest.not_in_s3(ROOT, dvc_file.on_disk(dataset.entry))


def _put_back(dataset: Dataset, aside: Path, moved: list[str]) -> None:
    """After a failed checkout: what was set aside is here again."""
    for path in moved:
        if not (dataset.base / path).exists():
            place.put(aside / path, dataset.base / path, None, aside / path)
