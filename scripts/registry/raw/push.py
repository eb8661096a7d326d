"""Pushes raw datasets: what S3 lacks of the versions that the `.dvc` files name, or holds damaged.

The objects go first and are seen to be there before a version's list of files, since who has the
list counts as whole. What DVC keeps elsewhere is DVC's to push.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from registry import parallel
from registry.entries import ROOT, Entry
from registry.errors import Refusal, RegistryError
from registry.index.scan import Scan
from registry.raw import changes, dvc, manifest, objects, stored, verified
from registry.raw.cache import Cache, Soundness
from registry.raw.dataset import Dataset
from registry.remote import etag
from registry.remote.session import Session
from registry.transfer import engine
from registry.transfer.job import Content, Job, Progress, read_in_parts

SMALL = 2**20  # bytes that one request sends; for more, an engine is started
HANDS = 16
NOTHING_TO_PUSH = "nothing to push"
Result = parallel.Result[str]  # the value: what there is to say of it, if not that S3 holds it


@dataclass
class Outgoing:
    """`fit`: the datasets that may go out, with their files as they were before DVC looked.

    `partial`: those of them that are not here with all of their files.
    """

    fit: dict[Dataset, tuple[Scan, int]] = field(default_factory=dict)
    partial: set[Dataset] = field(default_factory=set)
    refused: list[Result] = field(default_factory=list)


def has_bytes(entry: Entry) -> bool:
    """Return whether there is anything of it that could go out."""
    dataset = Dataset.anyway(entry)
    return dataset.is_here or dataset.is_cached


def choose(session: Session, chosen: Iterable[Entry]) -> Outgoing:
    """Tell the datasets that may go out from those that a person has to look at."""
    choice, place = Outgoing(), session.remote.identity
    datasets: dict[Dataset, tuple[Scan, int]] = {}
    for entry in chosen:
        try:
            dataset, seen = verified.look_if_fit(entry)
            datasets[dataset] = seen
        except RegistryError as error:
            refusal = error if entry.dvc_file.exists() else verified.never_added(entry)
            choice.refused.append(Result(entry, error=refusal))
    touched = [d for d, (s, _) in datasets.items() if not verified.is_current(d.entry, place, s)]
    changed = changes.find(session, touched)
    choice.partial = changed.missing
    for dataset, seen in datasets.items():
        try:
            _judge(session, dataset, dataset in changed.changed)
            choice.fit[dataset] = seen
        except Refusal as error:
            choice.refused.append(Result(dataset.entry, error=error))
    return choice


def _judge(session: Session, dataset: Dataset, is_changed: bool) -> None:
    """Raises Refusal for one that cannot go out."""
    entry = dataset.entry
    if is_changed:
        is_other = changes.is_other_version(session, dataset)
        raise verified.other_version(entry) if is_other else verified.changed(dataset)
    if not dataset.is_here and not dataset.is_cached and not dataset.file.elsewhere:
        raise Refusal(
            f"it is not here, so there is nothing to push: `make pull DATASET={entry:sh}`"
        )


def push(session: Session, choice: Outgoing, progress: Progress) -> list[Result]:
    """Send what S3 lacks; the files here are noted as that version if they stayed as seen."""
    results = []
    cache = Cache.of(session.root)
    for dataset, seen in choice.fit.items():
        result = Result(dataset.entry)
        try:
            result.value = _push_one(session, cache, dataset, progress)
        except RegistryError as error:
            result.error = error
        is_whole = dataset.is_here and dataset not in choice.partial
        if not result.error and is_whole and dataset.scan().stamp == seen[0].stamp:
            verified.remember(dataset.entry, session.remote.identity, *seen)
        results.append(result)
    return results


def _push_one(session: Session, cache: Cache, dataset: Dataset, progress: Progress) -> str:
    own = dataset.own
    if own.file.outs:
        _send(session, cache, own, lacking(session, cache, own), progress)
    if dataset.is_dvcs:
        dvc.run(ROOT, "push", *dvc.targets([dataset.entry]), live=True)
    return way(dataset)


def way(dataset: Dataset) -> str:
    """Return how it goes out, if not as others do."""
    if not dataset.file.elsewhere:
        return ""
    how = "pushed by dvc" if dataset.is_dvcs else NOTHING_TO_PUSH
    if dataset.own.file.outs and not dataset.is_dvcs:
        how = "pushed, but for a part"
    return f"{how}: {dataset.file.elsewhere}"


def lacking(session: Session, cache: Cache, dataset: Dataset) -> dict[str, str]:
    """Return {object: path} of the version that S3 lacks, or holds with other bytes."""
    try:
        version = manifest.wanted(dataset, cache, session.client)
    except RegistryError as error:
        cure = f"or put its files here and `make add DATASET={dataset.entry:sh}`"
        raise type(error)(f"{error}, {cure}") from None
    names = manifest.names(dataset, version)
    rows = stored.look(session.client, names)
    bad = cache.unlike(rows).union(stored.damaged(session.client, rows))
    return {name: path for name, path in names.items() if name not in rows or name in bad}


def _send(
    session: Session, cache: Cache, dataset: Dataset, names: dict[str, str], progress: Progress
) -> None:
    """Send these objects, lists of files last. Raises RegistryError."""
    _mend(cache, dataset, names)
    lists = [name for name in names if name.endswith(".dir")]
    files = [name for name in names if not name.endswith(".dir")]
    for part in (files, lists):
        if part:
            _move(session, cache, part, progress)
            _see(session, cache, part, names)


def _mend(cache: Cache, dataset: Dataset, names: dict[str, str]) -> None:
    """See that the cache holds them as they should be; the dataset's own files help out."""
    damaged = Soundness(cache).unsound(names)
    cache.set_aside(damaged, dataset.entry)
    for name in [name for name in names if not cache.has(name)]:
        file = dataset.base / names[name]
        if name.endswith(".dir") or not file.is_file() or not objects.holds(file, name):
            where = "damaged in DVC's cache here" if name in damaged else "not in DVC's cache here"
            raise RegistryError(
                f"S3 lacks {names[name]}, and it is {where}: push it from a checkout that has it, "
                f"or put its files here and `make add DATASET={dataset.entry:sh}`"
            )
        cache.take_copy(file, name)


def _move(session: Session, cache: Cache, names: list[str], progress: Progress) -> None:
    if session.options.engine == "auto":
        contents = dict(_contents(cache, names))
        job = Job(cache.top, names, stored.key(session.client, ""), 0, contents.__getitem__)
        return engine.upload(session, job, progress)
    sent, lock = 0, threading.Lock()

    def one(name: str) -> None:
        nonlocal sent
        size = _put(session, cache, name)
        with lock:
            sent += size
        progress(sent)

    for _ in parallel.over(names, one, HANDS):
        pass


def _contents(cache: Cache, names: list[str]) -> Iterator[tuple[str, Content]]:
    """Yield (object, what it holds). It was seen to be what its name says: that is its ETag too.

    Unless it goes in parts, or its name is the MD5 of other line ends.
    """
    sizes = {name: cache.path(name).stat().st_size for name in names}
    odd = {name for name in names if sizes[name] >= etag.PART or objects.is_legacy(name)}
    for name in names:
        if name not in odd:
            yield name, Content(sizes[name], objects.digest_of(name))

    def read(name: str) -> Content:
        if sizes[name] >= etag.PART:
            return read_in_parts(os.fspath(cache.path(name)), sizes[name])
        return Content(sizes[name], etag.expected(cache.path(name), sizes[name]))

    yield from parallel.over(odd, read, os.cpu_count())


def _put(session: Session, cache: Cache, name: str) -> int:
    source, key = cache.path(name), stored.key(session.client, name)
    size = source.stat().st_size
    if size > SMALL:
        engine.send_one(session, source, key)
    else:
        session.client.put(key, source.read_bytes())
    return size


def _see(session: Session, cache: Cache, names: list[str], paths: dict[str, str]) -> None:
    """See that all of them arrived whole. Raises RegistryError."""
    rows = stored.look(session.client, names)
    bad = set(stored.damaged(session.client, rows))
    for name in names:
        row = rows.get(name)
        if row is None or name in bad or row.size != cache.path(name).stat().st_size:
            if row is not None:  # or DVC, which only asks whether it is there, would take it
                session.client.delete(row.key)
            raise RegistryError(f"{paths[name]} did not arrive as it should: run again")
