"""Reads the states of a raw dataset that `make diff` compares: what is here, and Git's versions."""

from __future__ import annotations

from registry.entries import Entry
from registry.errors import Refusal
from registry.index.content import Line, short
from registry.index.table import Tags
from registry.raw import compare, history, manifest, stored
from registry.raw.cache import Cache
from registry.raw.dataset import Dataset
from registry.remote import etag
from registry.remote.s3 import Client
from registry.sync.diff import ends
from registry.sync.sides import Side, read_here, refuse_large
from registry.sync.sources import FEWEST_DIGITS

SEARCHED = 1000  # versions of Git's log
UNSAID = -1  # a size: DVC's lists tell none


def sides(entry: Entry, to: str, client: Client) -> tuple[Side, Side]:
    """The `.dvc` file's version and what is here; or with that, or each other, those of `to`."""
    wanted = ends(to)
    if isinstance(wanted, tuple):
        old, new = (_of_version(entry, word, client) for word in wanted)
        return old, new
    now = _of_version(entry, "", client)
    return now, _of_version(entry, wanted, client) if wanted else _here(Dataset.of(entry), client)


def _side(name: str, dataset: Dataset, client: Client) -> Side:
    cache = Cache.of(dataset.entry.root)
    files = manifest.wanted(dataset, cache, client)
    objects = manifest.objects_of(dataset, files)

    def read(path: str) -> bytes | None:
        name = objects[path]
        if cache.has(name):
            refuse_large(cache.path(name).stat().st_size)
        body = cache.read(name)
        row = None if body is not None else stored.look(client, [name]).get(name)
        refuse_large(row.size if row else 0)
        answer = client.get(row.key) if row else None
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
    difference, files = compare.read(dataset, scan, wanted), Tags()
    for path in scan.files:
        is_same = path in wanted and path not in difference.changed
        files[path] = wanted[path] if is_same else etag.compute(dataset.base / path)

    lines = {path: Line(tag, UNSAID) for path, tag in files.items()}
    return Side("here", lines, lambda path: read_here(dataset.base / path))


def _of_version(entry: Entry, word: str, client: Client) -> Side:
    """The version whose hash, or whose commit, the word begins; without one the `.dvc` file's."""
    if not word:
        return _side(f"{entry.name}.dvc", Dataset.of(entry), client)
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
