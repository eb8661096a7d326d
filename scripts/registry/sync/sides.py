"""Reads the states of an entry that are compared: what is here, what S3 holds, a version."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from registry import parallel
from registry.entries import Entry
from registry.errors import Refusal
from registry.index import stats
from registry.index.content import Line, Lines
from registry.remote import etag
from registry.remote.s3 import Client
from registry.remote.session import Session
from registry.sync import kept, versions
from registry.sync.diff import NO_HASH
from registry.sync.survey import Survey

# The bytes of a path; None where nobody has them. Raises TooLarge.
ReadFile = Callable[[str], bytes | None]
SHOWN_BYTES = 2**20  # a larger file is not shown line by line


class TooLarge(Exception):
    """The file is not read, since nobody reads so many lines."""


class Side(NamedTuple):
    """A state: its files, and who reads one. A SHA-256 that nobody knows is a text of its own."""

    name: str
    files: Lines
    read: ReadFile


def in_s3(session: Session, survey: Survey) -> Side:
    """Return what S3 holds now: by the list of its version, else by its listing."""
    survey.look_there()
    sealed, remote = survey.marker, survey.remote
    known: Lines = {}
    if sealed and sealed.version and survey.is_sealed:
        known = versions.read(session.client, survey.entry, sealed.version) or {}
    files = {
        path: known.get(path)
        or Line(survey.local_bytes.contents.of(path, row.etag) or row.etag, row.size)
        for path, row in remote.items()
    }
    prefix = session.remote.prefix(survey.entry)
    return Side("S3", files, lambda path: _get(session.client, prefix + path, files[path]))


def here(survey: Survey, other: Lines) -> Side:
    """Return what is here. Only files that may be one of the other side's are read."""
    if survey.local.blocked:
        raise Refusal("; ".join(survey.local.blocked))
    sizes, files = {line.size for line in other.values()}, dict[str, Line]()
    doubtful = []
    for path, stat in survey.local.files.items():
        row, listed = survey.base.rows.get(path), survey.remote.get(path)
        if path in other and row and listed and row == (stat, listed.etag):
            files[path] = other[path]
        elif stat.size in sizes:
            doubtful.append(path)
        else:
            files[path] = Line("not read", stat.size)
    for path, line in parallel.over(doubtful, lambda p: _line(survey, p, other), os.cpu_count()):
        files[path] = line
    return Side("here", files, lambda path: read_here(survey.entry.folder / path))


def of_version(session: Session, entry: Entry, version: str) -> Side:
    """Return a version, by its list; its bytes are read from what S3 still has of them."""
    files = versions.read(session.client, entry, version)
    if files is None:
        raise Refusal(f"{entry}: S3 lacks the list of version {version}")
    below = kept.prefix(session.remote, entry)

    def read(path: str) -> bytes | None:
        digest = files[path].sha256
        for key in (session.remote.prefix(entry) + path, below + digest):
            body = _get(session.client, key, files[path])
            if body is not None and sha256(body).hexdigest() == digest:
                return body
        return None

    return Side(f"version {version[:12]}", files, read)


def _line(survey: Survey, path: str, other: Lines) -> Line:
    """A file here as the other side would name it, where it has the same bytes."""
    stat, also = survey.local.files[path], sha256()
    try:
        etag.compute(survey.entry.folder / path, also=also)
    except OSError:
        return Line(NO_HASH, stat.size)
    listed, named = survey.remote.get(path), other.get(path)
    if listed and named and named.sha256 == listed.etag and survey.equal(path):
        return named  # nobody knows its SHA-256, and its ETag says that it is the same
    return Line(also.hexdigest(), stat.size)


def read_here(file: Path) -> bytes | None:
    """None for what is no file, or cannot be read."""
    stat = stats.stat_of(file)
    refuse_large(stat.size if stat else 0)
    with suppress(OSError):
        return file.read_bytes() if stat else None
    return None


def refuse_large(size: int) -> None:
    """Raises TooLarge."""
    if size > SHOWN_BYTES:
        raise TooLarge


def _get(client: Client, key: str, line: Line) -> bytes | None:
    refuse_large(line.size)
    answer = client.get(key)
    return answer.body if answer else None
