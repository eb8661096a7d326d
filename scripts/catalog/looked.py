"""Looks at an entry's files, and what a run's files say, unless S3 holds what it held last time.

That is known of a version that S3 has a list of, while its marker or its `.dvc` file is the same
and nothing of it is here. All else is looked at again.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from catalog.item import Item
from catalog.kept import Kept, key_of
from catalog.preview import privacy
from catalog.pushes import Answer
from registry import dvc_file
from registry.errors import RegistryError
from registry.inside import contents, run
from registry.inside.contents import Contents, File
from registry.inside.run import TrainingRun
from registry.inside.series import Metrics
from registry.raw.cache import Cache
from registry.raw.dataset import Dataset
from registry.sections import EXPERIMENTS, RAW, RESULTS

RUNS = (RESULTS, EXPERIMENTS)
Look = tuple[Contents, TrainingRun | None]


def look(item: Item, answer: Answer, kept: Kept) -> Look:
    """Return (its files, what a run says); of one that cannot be listed, nothing."""
    is_run = item.entry.section in RUNS and not privacy.is_hidden(item)
    state = _state(item, answer)
    name = key_of(item.id, state, is_run) if state else ""
    former = kept.get("files", name) if name else None
    if former:
        return _restored(item, former)
    try:
        listed = contents.read(item.entry, answer.client)
        its_run = run.read(item.entry, answer.client, listed) if is_run else None
    except (RegistryError, OSError):
        return Contents(), None
    if name and _lasts(listed, its_run):
        kept.put("files", name, {"contents": vars(listed), "run": its_run and _plain(its_run)})
    return listed, its_run


def _state(item: Item, answer: Answer) -> tuple[str, ...]:
    """Return what tells that S3 holds the same, if it is there that the files are looked at."""
    entry, client = item.entry, answer.client
    if not client:
        return ()
    if entry.section == RAW:
        cache = Cache.of(entry.root)
        here = any(cache.has(out.object) for out in Dataset.anyway(entry).objects())
        version = dvc_file.version(entry)
        return () if here or not version else (client.remote.identity, version)
    etag = answer.etags.get(item.id, "")
    return (client.remote.identity, etag) if etag and not entry.folder.exists() else ()


def _lasts(listed: Contents, its_run: TrainingRun | None) -> bool:
    """Return whether it is what the version is, and all of it was read."""
    is_whole = all(file.size is not None and not file.place for file in listed.files)
    return listed.is_of_version and is_whole and not (its_run and its_run.problems)


def _plain(its_run: TrainingRun) -> dict[str, Any]:
    return {"config": its_run.config, "metrics": asdict(its_run.metrics)}


def _restored(item: Item, former: dict[str, Any]) -> Look:
    said = former["contents"]
    listed = Contents([File(*row) for row in said["files"]], said["source"], said["version"])
    if not former["run"]:
        return listed, None
    metrics = former["run"]["metrics"]
    curves = {name: [(x, y) for x, y in points] for name, points in metrics["curves"].items()}
    return listed, TrainingRun(
        item.entry, former["run"]["config"], Metrics(metrics["last"], curves)
    )
