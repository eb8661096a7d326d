"""Tells whether a raw dataset was edited here: by DVC's word, and ours where DVC says none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from registry.errors import RegistryError
from registry.raw import compare, dvc, manifest, verified
from registry.raw.cache import Cache
from registry.raw.compare import Difference
from registry.raw.dataset import Dataset
from registry.remote.session import Session

KNOWN_BYTES = 64 * 2**20  # how much is read to know what other version is here


@dataclass
class Changes:
    """`changed`: datasets with edits; `missing`: without, but not all of their files are here."""

    changed: set[Dataset] = field(default_factory=set)
    missing: set[Dataset] = field(default_factory=set)


def find(session: Session, datasets: Iterable[Dataset]) -> Changes:
    """Return which of these differ from what their `.dvc` files say.

    An import that was never downloaded names no version: it may differ from what was pulled. Of one
    whose `dvc pull` brought nothing an empty folder is left.
    """
    place, here = session.remote.identity, [d for d in datasets if d.is_here]
    mine = [d for d in here if d.has_version]
    changes = Changes({d for d in mine if _is_edited_in_cache(session, d)})
    for dataset in (d for d in here if not d.has_version):
        if not dataset.scan().files:
            changes.missing.add(dataset)
        elif not verified.is_untouched(dataset.entry, place):
            changes.changed.add(dataset)
    told = dvc.status(d.entry for d in mine if d not in changes.changed)
    for dataset in mine:
        states = told.get(dataset.entry, set())
        unsure = "not in cache" in states
        if states & {"modified", "new"} or (unsure and _differs(session, dataset)):
            changes.changed.add(dataset)
        elif states:
            changes.missing.add(dataset)
    return changes


def _is_edited_in_cache(session: Session, dataset: Dataset) -> bool:
    """Whether a file was edited through a link into DVC's cache; known before DVC is started.

    For DVC removes an object that it finds damaged, and with a symlink that is the only copy.
    Damage that shows in no file here is set aside.
    """
    cache = Cache.of(session.root)
    try:
        version = manifest.wanted(dataset, cache)
    except RegistryError:
        return False
    damaged = cache.unsound(manifest.names(dataset, version))
    if not damaged:
        return False
    if compare.read(dataset, dataset.scan(), version).changed:
        return True
    cache.set_aside(damaged, dataset.entry)
    return False


def is_other_version(session: Session, dataset: Dataset) -> bool:
    """Return whether what is here is another version that DVC's cache holds, and no edit."""
    here = dataset.scan()
    if dataset.file.is_legacy or compare.is_more(here, here.files, KNOWN_BYTES):
        return False
    difference = _difference(session, dataset)
    cache = Cache.of(session.root)
    return (
        difference is not None
        and bool(difference)
        and compare.is_other_version(dataset, here, difference, cache)
    )


def _differs(session: Session, dataset: Dataset) -> bool:
    """By reading; whatever cannot be compared may be an edit."""
    difference = _difference(session, dataset)
    return difference is None or bool(difference.changed or difference.extra)


def _difference(session: Session, dataset: Dataset) -> Difference | None:
    try:
        version = manifest.wanted(dataset, Cache.of(session.root), session.client)
    except RegistryError:
        return None
    return compare.read(dataset, dataset.scan(), version)
