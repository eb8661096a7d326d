"""Tells what raw datasets take on each disk: in DVC's cache, its stage, and their own folders."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator

from registry import dvc_file, workspace
from registry.disk import Need, device, kept
from registry.raw.cache import Cache
from registry.raw.dataset import Dataset
from registry.raw.prefetch import Prefetch
from registry.remote import dvc_config

LINKED = ("hardlink", "symlink")  # of DVC's `cache.type`: what is checked out takes no room
WORTH_ASKING = 2**28  # bytes from which on a disk is asked whether its copies take none, either


def of_plan(plan: Prefetch) -> Iterator[Need]:
    """Yield what a look at cache and S3 showed to be missing; what several need comes once."""
    stage, top, seen = workspace.unfinished(plan.session.root, "raw_datasets"), plan.cache.top, {""}
    left, moves = kept(stage), device(stage) != device(top)
    for dataset in plan.fit:
        mine = plan.files[dataset].keys() & plan.missing.keys() - seen
        seen |= mine
        size = sum(plan.missing[name].size for name in mine)
        yield Need(dataset.entry, stage, max(0, size - left))
        left = max(0, left - size)
        if moves:
            yield Need(dataset.entry, top, size)
        yield Need(dataset.entry, dataset.base, _checked_out(plan.cache, dataset))


def of_files(datasets: Iterable[Dataset], cache: Cache) -> Iterator[Need]:
    """The same as far as the `.dvc` files tell: all of a version that the cache does not have."""
    for dataset in datasets:
        amount = dvc_file.amount(dataset.entry)
        if amount and not dataset.is_fetched:
            yield Need(dataset.entry, cache.top, amount.bytes)
        yield Need(dataset.entry, dataset.base, _checked_out(cache, dataset))


def _checked_out(cache: Cache, dataset: Dataset) -> int:
    """Return what DVC's checkout writes: it takes away first what is to go."""
    amount = dvc_file.amount(dataset.entry)
    here = sum(stat.size for stat in dataset.scan().files.values()) if dataset.is_here else 0
    size = max(0, amount.bytes - here) if amount else 0
    return 0 if size and _is_linked(cache, dataset, size) else size


def _is_linked(cache: Cache, dataset: Dataset, size: int) -> bool:
    """Whether the first of the cache's types that works here makes links, or copies for nothing."""
    types = (dvc_config.cache(cache.root).get("type") or "reflink,copy").replace('"', "").split(",")
    for kind in (word.strip() for word in types):
        if kind in LINKED:
            return True
        if kind == "reflink" and size >= WORTH_ASKING and _clones(cache, dataset):
            return True
    return False


def _clones(cache: Cache, dataset: Dataset) -> bool:
    """Whether a file of the cache can be cloned to where the dataset lies: tried with one byte."""
    from dvc_objects.fs.system import reflink

    cache.make(cache.top)
    one = cache.top / f".probe-{os.getpid()}"
    other = workspace.room(dataset.entry) / one.name
    try:
        one.write_bytes(b"?")
        reflink(os.fspath(one), os.fspath(other))  # type: ignore[no-untyped-call]
        return True
    except (OSError, NotImplementedError):
        return False
    finally:
        for path in (one, other):
            with contextlib.suppress(OSError):
                path.unlink()
