"""Reads every byte of a raw dataset: here, and as far as it can be told in DVC's cache and S3."""

from __future__ import annotations

from collections.abc import Iterator

from registry.index.scan import Scan
from registry.raw import compare, manifest, objects, stored
from registry.raw.cache import Cache
from registry.raw.compare import Difference
from registry.raw.dataset import Dataset
from registry.remote.session import Session

NOT_STORED, DAMAGED = "not in S3", "damaged in S3"
IN_S3 = (NOT_STORED, DAMAGED)  # how a finding of either begins
NO_VERSION = "unverifiable: its `.dvc` file names no MD5 of it"


def findings(session: Session, dataset: Dataset, here: Scan) -> Iterator[tuple[str, str]]:
    """Yield (path, what is wrong) for each file that is not here as named, or not in S3."""
    entry, cache = dataset.entry, Cache.of(session.root)
    version = manifest.wanted(dataset, cache, session.client)
    if not version:
        yield from ((path, NO_VERSION) for path in here.files)
        return
    difference = compare.read(dataset, here, version)
    for paths, what in (
        (difference.missing, "missing here"),
        (difference.changed, "differs"),
        (difference.extra, f"extra: {entry.name}.dvc does not name it"),
    ):
        yield from ((path, what) for path in paths)
    names = manifest.names(dataset, version)
    for name in _bad_copies(cache, names):
        cure = f"`make reset DATASET={entry:sh}` fetches it again"
        path, what = _meant(dataset, name, names[name], "damaged in DVC's cache here")
        yield path, f"{what}: {cure}"
    names = {n: path for n, path in names.items() if not dataset.out_of(path).elsewhere}
    if names:
        rows = stored.look(session.client, names)
        bad = cache.unlike(rows).union(stored.damaged(session.client, rows))
        for name, path in names.items():
            if name not in rows or name in bad:
                cure = _mended(cache, dataset, difference, name, path)
                what = DAMAGED if name in bad else NOT_STORED
                shown, told = _meant(dataset, name, path, what)
                yield shown, f"{told}: {cure}"


def _meant(dataset: Dataset, name: str, path: str, what: str) -> tuple[str, str]:
    """The path to show, "" for the dataset itself, and what is wrong: a list is no file of it."""
    if not name.endswith(".dir"):
        return path, what
    return "" if dataset.is_folder else path, f"{what}: the list of its files (`.dir` object)"


def _mended(cache: Cache, dataset: Dataset, difference: Difference, name: str, path: str) -> str:
    """Return what brings an object to S3 whole: a push, where one from here can."""
    entry, file = dataset.entry, dataset.base / path
    if difference.changed or difference.extra:
        return (
            f"`make reset DATASET={entry:sh}` or `make add DATASET={entry:sh}` first, "
            f"then `make push DATASET={entry:sh}`"
        )
    sources = [cache.path(name), *([] if name.endswith(".dir") else [file])]
    if any(source.is_file() and objects.holds(source, name) for source in sources):
        return f"`make push DATASET={entry:sh}` sends it"
    return f"it is not here either: {manifest.ask(entry)}"


def _bad_copies(cache: Cache, names: dict[str, str]) -> Iterator[str]:
    for name in names:
        try:
            if not objects.holds(cache.path(name), name):
                yield name
        except FileNotFoundError:
            continue
