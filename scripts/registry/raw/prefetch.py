"""Fills DVC's cache from S3, so that `dvc checkout` finds there what the `.dvc` files name.

Looks first: what the cache holds is read where its stat is new, a damaged object is set aside, and
what neither the cache nor S3 holds is known before anything is touched. Then it fetches, each
object checked by the MD5 that is its name, and a version's list of files comes last.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from registry import dvc_file, parallel, workspace
from registry.dvc_outs import Out
from registry.entries import Amount, Entry
from registry.errors import RegistryError
from registry.raw import manifest, objects, stored
from registry.raw.cache import Cache, Soundness
from registry.raw.dataset import Dataset
from registry.remote.s3 import Object
from registry.remote.session import Session
from registry.transfer import engine
from registry.transfer.job import Content, Job, Progress

SMALL = 2**20  # bytes that one request brings; for more, an engine is started
HANDS = 16


@dataclass
class Prefetch:
    """What the cache lacks of these versions. `errors`: what cannot come, and why."""

    session: Session
    cache: Cache
    files: dict[Dataset, dict[str, str]] = field(default_factory=dict)  # {object: path} of each
    lists: dict[str, bytes] = field(default_factory=dict)
    missing: dict[str, Object] = field(default_factory=dict)
    errors: dict[Entry, RegistryError] = field(default_factory=dict)

    @property
    def amount(self) -> Amount:
        """The files and bytes of these versions, those that are cached already too."""
        return dvc_file.total(dataset.entry for dataset in self.files)

    @property
    def fit(self) -> list[Dataset]:
        return [dataset for dataset in self.files if dataset.entry not in self.errors]


def plan(session: Session, datasets: Iterable[Dataset]) -> Prefetch:
    """Look at what is there, and set damaged objects aside. Raises Unreachable."""
    made = Prefetch(session, Cache.of(session.root))
    for dataset in datasets:
        try:
            made.files[dataset] = _names(made, dataset)
        except RegistryError as error:
            made.files[dataset], made.errors[dataset.entry] = {}, error
    _set_aside(made)
    lacking = {name for names in made.files.values() for name in names} - made.lists.keys()
    lacking = {name for name in lacking if not made.cache.has(name)}
    made.missing = stored.look(session.client, lacking)
    damaged = set(stored.damaged(session.client, made.missing))
    for dataset, names in made.files.items():
        if lost := _lost(dataset, names, lacking - made.missing.keys(), damaged):
            made.errors.setdefault(dataset.entry, lost)
    wanted = set(chain.from_iterable(made.files[dataset] for dataset in made.fit))
    made.missing = {name: row for name, row in made.missing.items() if name in wanted}
    return made


def fetch(made: Prefetch, progress: Progress) -> None:
    """Bring what is missing; `made.errors` says of each dataset what did not come."""
    failure = None
    if made.missing:
        try:
            _fetch(made, progress)
        except RegistryError as error:
            failure = error
    for dataset in made.fit:
        absent = [n for n in made.files[dataset] if n not in made.lists and not made.cache.has(n)]
        if absent:
            text = (
                f"{made.files[dataset][absent[0]]} did not arrive as it should: run again; if it "
                f"never does, S3 holds it damaged: {manifest.ask(dataset.entry)}"
            )
            made.errors[dataset.entry] = failure or RegistryError(text)
    for dataset in made.fit:  # last: who has a version's list counts as whole
        for name in made.lists.keys() & made.files[dataset].keys():
            made.cache.take_list(name, made.lists[name])


def _names(made: Prefetch, dataset: Dataset) -> dict[str, str]:
    """The objects of a version; its lists of files are noted where the cache lacks them."""

    def list_of(out: Out) -> bytes:
        body = made.cache.read(out.object)
        if body is None:
            body = manifest.from_s3(dataset.entry, out, made.session.client)
            made.lists[out.object] = body
            if made.cache.has(out.object):
                made.cache.set_aside([out.object], dataset.entry)
        return body

    return manifest.names(dataset, manifest.of_lists(dataset, list_of))


def _set_aside(made: Prefetch) -> None:
    """The damaged objects of the cache; each is looked for once, whoever needs it."""
    every = dict.fromkeys(chain.from_iterable(made.files.values()))
    bad = set(Soundness(made.cache).unsound(every))
    for dataset, names in made.files.items():
        mine = [name for name in names if name in bad]
        try:
            made.cache.set_aside(mine, dataset.entry)
        except RegistryError as error:
            made.errors[dataset.entry] = error
        bad.difference_update(mine)


def _lost(
    dataset: Dataset, names: dict[str, str], lost: set[str], damaged: set[str]
) -> RegistryError | None:
    for bad, how in ((lost, "S3 lacks {}"), (damaged, "{} is damaged in S3")):
        mine = [path for name, path in names.items() if name in bad]
        if mine:
            more = f" and {len(mine) - 1} more" if mine[1:] else ""
            what = how.format(f"{mine[0]}{more}")
            return RegistryError(f"{what}; nothing touched: {manifest.ask(dataset.entry)}")
    return None


def _fetch(made: Prefetch, progress: Progress) -> None:
    """Fetch what is missing; what came stays in the cache, whatever happens then."""
    stage = workspace.unfinished(made.session.root, "raw_datasets")
    made.cache.take(stage, made.missing)  # what a stopped run brought
    shutil.rmtree(stage, ignore_errors=True)
    still = [name for name in made.missing if not made.cache.has(name)]
    sound: set[str] = set()  # whose MD5 was found right on the way
    try:
        if still:
            for folder in {(stage / name).parent for name in still}:
                folder.mkdir(parents=True, exist_ok=True)
            _move(made, stage_job(made, still, sound), progress)
    finally:
        made.cache.take(stage, still, sound)
        shutil.rmtree(stage, ignore_errors=True)


def stage_job(made: Prefetch, still: list[str], sound: set[str]) -> Job:
    def content(name: str) -> Content:
        row = made.missing[name]
        return Content(row.size, row.etag)

    def arrived(name: str, stat: object) -> None:
        if made.missing[name].etag == objects.digest_of(name):
            sound.add(name)

    stage = workspace.unfinished(made.session.root, "raw_datasets")
    return Job(stage, still, stored.key(made.session.client, ""), 0, content, arrived, first=True)


def _move(made: Prefetch, job: Job, progress: Progress) -> None:
    if made.session.options.engine == "auto":
        return engine.download(made.session, job, progress)
    came = 0
    for name, _ in parallel.over(job.paths, lambda name: _bring(made, job, name), HANDS):
        came += made.missing[name].size
        progress(came)


def _bring(made: Prefetch, job: Job, name: str) -> None:
    client, row = made.session.client, made.missing[name]
    if row.size > SMALL:
        engine.fetch_one(made.session, row.key, job.folder / name)
    elif answer := client.get(row.key):
        (job.folder / name).write_bytes(answer.body)
