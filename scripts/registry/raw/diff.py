"""The states of a raw dataset that `make diff` compares: what is here, and the versions in Git."""

from __future__ import annotations

from contextlib import suppress

from registry.entries import Entry
from registry.errors import Refusal
from registry.index.content import Line, short
from registry.index.table import Tags
from registry.raw import compare, history, manifest, stored
from registry.raw.cache import Cache
from registry.raw.dataset import Dataset
from registry.remote import etag
from registry.remote.s3 import Client
from registry.sync.diff import Side
from registry.sync.sources import FEWEST_DIGITS

SEARCHED = 1000  # versions of Git's log
UNSAID = -1  # a size: DVC's lists tell none


def sides(entry: Entry, to: str, client: Client) -> tuple[Side, Side]:
    """The `.dvc` file's version and what is here; or with that, or each other, those of `to`."""
    versions = [_of_version(entry, word, client) for word in to.split("..") if word]
    if len(versions) == 2:
        return versions[0], versions[1]
    dataset = Dataset.of(entry)
    now = _side(f"{entry.name}.dvc", dataset, client)
    return now, versions[0] if versions else _here(dataset, client)


def _side(name: str, dataset: Dataset, client: Client) -> Side:
    cache = Cache.of(dataset.entry.root)
    files = manifest.wanted(dataset, cache, client)
    objects = manifest.objects_of(dataset, files)

    def read(path: str) -> bytes | None:
        body = cache.read(objects[path])
        answer = None if body is not None else client.get(stored.key(client, objects[path]))
        return answer.body if answer else body

    return Side(name, {path: Line(tag, UNSAID) for path, tag in files.items()}, read)


def _here(dataset: Dataset, client: Client) -> Side:
    """Every file is read."""
    wanted, scan = manifest.wanted(dataset, Cache.of(dataset.entry.root), client), dataset.scan()
    if not scan.files:
        raise Refusal(
            f"{dataset.entry} is not here: `make pull DATASET={dataset.entry:sh}`, "
            "or name a version, TO="
        )
    found, files = compare.read(dataset, scan, wanted), Tags()
    for path in scan.files:
        is_same = path in wanted and path not in found.changed
        files[path] = wanted[path] if is_same else etag.compute(dataset.base / path)

    def read(path: str) -> bytes | None:
        with suppress(OSError):
            return (dataset.base / path).read_bytes()
        return None

    return Side("here", {path: Line(tag, UNSAID) for path, tag in files.items()}, read)


def _of_version(entry: Entry, word: str, client: Client) -> Side:
    """The version whose hash, or whose commit, the word begins."""
    known = history.committed(entry, SEARCHED)
    fits = (
        (m, f)
        for m, f in known
        if len(word) >= FEWEST_DIGITS and _begins(word, m.version, m.commit)
    )
    made, file = next(fits, (None, None))
    if made is None or file is None:
        rows = [f"{short(m.version)} at {m.commit[:7]}" for m, _ in known[:20]]
        raise Refusal(f"{entry} has no version {word!r}; Git has {'; '.join(rows) or 'none'}")
    return _side(f"version {short(made.version)}", Dataset(entry, file), client)


def _begins(word: str, *texts: str) -> bool:
    return any(text.startswith(word) for text in texts)
