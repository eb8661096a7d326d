"""Finds the bytes of an entry's version: which objects in S3, or in DVC's cache, they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from registry import dvc_file, git
from registry.entries import Entry
from registry.errors import Refusal, RegistryError
from registry.index import content
from registry.index.content import BadList, Lines
from registry.index.listing import Objects
from registry.index.path_ids import Numbers
from registry.names import CONTROL
from registry.raw import manifest, objects, stored
from registry.raw.cache import Cache
from registry.raw.dataset import Dataset
from registry.remote.s3 import Object
from registry.remote.session import Session
from registry.sections import SECTIONS
from registry.sync import marker, versions


@dataclass(frozen=True)
class FileSource:
    """A file. `sha256`: "" while nobody read it. `name`: DVC's object of it, and `here` where
    DVC's cache has that, else None."""

    path: str
    row: Object
    sha256: str = ""
    name: str = ""
    here: Path | None = None


@dataclass(frozen=True)
class Held:
    """A version of an entry as the registry holds it. `commit`: the registry's, that made it."""

    entry: Entry
    version: str
    commit: str
    sources: list[FileSource]


def find(session: Session, entry: Entry) -> Held:
    """Raises Refusal for an entry that has no whole, sealed version in S3, with the cure."""
    if SECTIONS[entry.section].travels == "dvc":
        return _raw(session, entry)
    return _mirrored(session, entry)


def _mirrored(session: Session, entry: Entry) -> Held:
    sealed, _ = marker.read(session.client, entry)
    if sealed and sealed.state != marker.DONE:
        raise Refusal(f"it is not whole in S3: `make status DATASET={entry:sh}` tells what to do")
    if sealed is None or not sealed.version:
        raise Refusal(f"its version is not known: `make pull seal DATASET={entry:sh}` tells it")
    prefix = session.remote.prefix(entry)
    listed = {row.key[len(prefix) :]: row for row in session.client.list(prefix)}
    same = Objects(Numbers())
    same.update(listed)
    if marker.digest(same) != sealed.digest:
        raise Refusal(
            f"S3 holds something else than was sealed: `make status DATASET={entry:sh} FULL=1` "
            "tells what; pull or push it first"
        )
    lines = _list(session, entry, sealed.version)
    if {(p, line.size) for p, line in lines.items()} != {(p, r.size) for p, r in listed.items()}:
        raise Refusal(f"its version is of other files: `make seal DATASET={entry:sh}` first")
    rows = [FileSource(path, listed[path], line.sha256) for path, line in lines.items()]
    return Held(entry, sealed.version, sealed.commit, rows)


def _list(session: Session, entry: Entry, version: str) -> Lines:
    answer = session.client.get(versions.list_key(session.remote, entry, version))
    try:
        return content.parse(answer.body if answer else b"", version)
    except BadList:
        cure = f"`make seal DATASET={entry:sh}` first"
        raise Refusal(f"the list of its version is lost: {cure}") from None


def _raw(session: Session, entry: Entry) -> Held:
    dataset, cache = Dataset.of(entry), Cache.of(session.root)
    version = dvc_file.content(entry)
    if not version or any(out.elsewhere for out in dataset.file.outs):
        raise Refusal("its bytes are kept elsewhere, by an import or `remote:`: publish that place")
    wanted = manifest.wanted(dataset, cache, session.client)
    names = {
        path: objects.by_digest([digest], dataset.out_of(path).is_legacy)[0]
        for path, digest in wanted.items()
    }
    rows = stored.look(session.client, names.values())
    odd = [path for path in names if CONTROL.search(path)]
    if odd:
        raise Refusal(f"no list can hold the name {odd[0]!a}: rename it, then `make add` and push")
    lacking = [path for path, name in names.items() if name not in rows]
    if lacking:
        raise Refusal(f"S3 lacks {dataset.shown(lacking[0])}: {manifest.ask(entry)}")
    sources = [
        FileSource(path, rows[name], "", name, cache.path(name) if cache.has(name) else None)
        for path, name in names.items()
    ]
    return Held(entry, version, _commit(entry), sources)


def _commit(entry: Entry) -> str:
    """The last commit that changed its `.dvc` file."""
    changed = git.ask(entry.root, "log", "-1", "--format=%H", "--", f"{entry}.dvc")
    if not changed:
        raise RegistryError(f"{entry}.dvc is in no commit: `git commit` it")
    return changed.strip()
