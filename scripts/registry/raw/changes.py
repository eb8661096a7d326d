"""Whether a raw dataset was edited here: DVC's word for it, and ours where DVC does not tell."""

from __future__ import annotations

from collections.abc import Iterable

from registry.errors import RegistryError
from registry.raw import compare, dvc, manifest
from registry.raw.cache import Cache
from registry.raw.compare import Difference
from registry.raw.dataset import Dataset
from registry.remote.session import Session

KNOWN_BYTES = 64 * 2**20  # how much is read to know what other version is here


def find(session: Session, datasets: Iterable[Dataset]) -> set[Dataset]:
    """Those whose files differ from what their `.dvc` files say; a missing one is no difference.

    An import that was never downloaded names no version to differ from.
    """
    mine = [d for d in datasets if d.is_here and _has_version(d)]
    told = dvc.status(d.entry for d in mine)
    changed = {d for d in mine if told.get(d.entry, set()) & {"modified", "new"}}
    unsure = [d for d in mine if d not in changed and "not in cache" in told.get(d.entry, set())]
    return changed | {d for d in unsure if _differs(session, d)}


def is_other_version(session: Session, dataset: Dataset) -> bool:
    """Whether what is here is another version that DVC's cache holds, and no edit."""
    here = dataset.scan()
    if dataset.file.is_legacy or compare.is_more(here, here.files, KNOWN_BYTES):
        return False
    found = _difference(session, dataset)
    cache = Cache.of(session.root)
    return (
        found is not None and bool(found) and compare.is_other_version(dataset, here, found, cache)
    )


def _differs(session: Session, dataset: Dataset) -> bool:
    """By reading; whatever cannot be compared may be an edit."""
    found = _difference(session, dataset)
    return found is None or bool(found.changed or found.extra)


def _difference(session: Session, dataset: Dataset) -> Difference | None:
    try:
        version = manifest.wanted(dataset, Cache.of(session.root), session.client)
    except RegistryError:
        return None
    return compare.read(dataset, dataset.scan(), version)


def _has_version(dataset: Dataset) -> bool:
    outs = dataset.file.outs
    return all(out.digest for out in outs) or "versioned" in dataset.file.elsewhere
