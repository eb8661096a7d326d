"""Tells whether a site would come out as it is: one digest over all that it is made from.

Of files here size and times count, as for Git; of S3 the ETag of every marker, which one listing
gives. What cannot be told this way, as what is on this machine for STATUS=1, gives no digest, and
the site is built.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from catalog import kept
from catalog.collect import Collection
from catalog.output import MADE_BY_US
from catalog.pushes import Reached
from catalog.stamps import stats
from registry import git
from registry.entries import Entry, known
from registry.errors import RegistryError
from registry.index import listing, scan
from registry.raw.cache import Cache
from registry.raw.dataset import Dataset
from registry.sections import MIRRORED, RAW, SECTIONS


def digest(root: Path, store: Reached, settings: str) -> str:
    """Of everything that is known before a card is read; "" if it cannot be told.

    `settings`: what else the site depends on, the code that makes it among it.
    """
    total = sha256(settings.encode())
    try:
        for part in (_of_git(root), _of_files(root), _of_s3(store), _of_data(root, store)):
            for line in part:
                total.update(f"{line}\n".encode("utf-8", "surrogateescape"))
    except RegistryError:
        return ""
    return total.hexdigest()


def holds(root: Path, site: Path, now: str) -> bool:
    """Return whether the site was made from the same, and what its cards show is as it was."""
    try:
        said = json.loads(_note(root, site).read_text(encoding="utf-8"))
        same = said["digest"] == now and said["site"] == stats(_marks(site))
        return bool(now and same and stats(said["looked"]) == said["looked"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def note(root: Path, site: Path, now: str, collection: Collection) -> None:
    """Remember what the site was made from; nothing if that may change unseen."""
    if collection.mirror or collection.status:
        return
    raw = [item.contents for item in collection.items if item.entry.section == RAW]
    settled = not collection.client or all(files.source != "this machine" for files in raw)
    known_sizes = all(file.size is not None for files in raw for file in files.files)
    if not settled or not known_sizes:
        return
    looked = stats(map(str, collection.links.looked))
    place = _note(root, site)
    place.parent.mkdir(parents=True, exist_ok=True)
    said = {"digest": now, "looked": looked, "site": stats(_marks(site))}
    place.write_text(json.dumps(said), encoding="utf-8")


def _note(root: Path, site: Path) -> Path:
    return kept.place(root, site, ".json")


def _marks(site: Path) -> list[str]:
    """The files that a site has whoever made it; another one's are others."""
    return [str(site / name) for name in (MADE_BY_US, "index.html", "index.json")]


def _of_git(root: Path) -> Iterator[str]:
    if git.has_head(root):
        yield git.run(root, "rev-parse", "HEAD").decode()
    yield git.run(root, "config", "remote.origin.url", good=(0, 1)).decode(errors="replace")
    index = git.run(root, "rev-parse", "--git-path", "index").decode().strip()
    yield str(stats([str(root / index)]))


def _of_files(root: Path) -> Iterator[str]:
    """Yield all that lies at the top or beside the entries."""
    for folder in (root, root / ".dvc", *(root / section for section in SECTIONS)):
        for child in sorted(os.scandir(folder), key=lambda c: c.name) if folder.is_dir() else ():
            if child.is_file():
                stat = child.stat()
                yield f"{child.path} {stat.st_size} {stat.st_mtime_ns} {stat.st_ino}"
            elif folder != root:
                yield child.path


def _of_s3(store: Reached) -> Iterator[str]:
    yield store.problem
    yield json.dumps(sorted(store.etags.items()))


def _of_data(root: Path, store: Reached) -> Iterator[str]:
    """Yield what no marker stands for: here, or in S3 where nobody sealed it."""
    cache = Cache.of(root)
    for entry in known(SECTIONS, root):
        if entry.section == RAW:
            yield from () if store.client else _of_raw(entry, cache)
            continue
        if str(entry) in store.etags:
            continue
        if store.client and entry.section in MIRRORED:
            rows = listing.read(store.client, store.client.remote.prefix(entry)).files.by_path()
            yield from (f"{entry} {row}" for row in rows)
        yield f"{entry} {_stamp(entry)}"


def _of_raw(entry: Entry, cache: Cache) -> Iterator[str]:
    """Without S3: what is here of it, and whether DVC's cache has its list of files."""
    dataset = Dataset.anyway(entry)
    yield f"{entry} {dataset.scan().stamp}"
    yield str(stats(str(cache.path(out.object)) for out in dataset.objects()))


def _stamp(entry: Entry) -> str:
    try:
        return scan.scan(entry.folder).stamp
    except (RegistryError, OSError):
        return "unreadable"
