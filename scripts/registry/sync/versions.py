"""Gives what a push seals its version: the list of its contents, and the record of the act, in S3.

The list lies at `.registry/versions/<section>/<name>/<version>` and never changes. The record lies
at `.registry/versions_log/<section>/<name>/<when>-<version>.json` and is the marker as it is
sealed; so history outlives the marker, which the next push overwrites. Both are there before the
marker names them. Where no version can be told, since nobody read some of the bytes, it is "".
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from registry import interrupt, parallel
from registry.entries import Entry
from registry.errors import RegistryError
from registry.index import content, stats
from registry.index.content import BadList, ContentList, FileHash, Line, Lines
from registry.remote.capabilities import UNMET
from registry.remote.location import CONTENT_LISTS, LOG, Remote
from registry.remote.s3 import Client, Denied
from registry.sync import lineage, marker
from registry.sync.marker import Marker, body
from registry.sync.survey import Survey

READ = 64 * 1024  # bytes at a time
NO_RIGHT = "\nversions: S3 refuses to keep lists of contents, so what is pushed has no version: {}"


def list_key(remote: Remote, entry: Entry, version: str) -> str:
    return remote.key(CONTENT_LISTS, entry.section, entry.name, version)


def log_prefix(remote: Remote, entry: Entry) -> str:
    return remote.key(LOG, entry.section, entry.name, "")


def read(client: Client, entry: Entry, version: str) -> Lines | None:
    """Return the files of a version; None if S3 has no list of it.

    Raises RegistryError for a bad one.
    """
    answer = client.get(list_key(client.remote, entry, version))
    return dict(_rows(client, entry, version, answer.body)) if answer else None


def _rows(client: Client, entry: Entry, version: str, body: bytes) -> Iterator[tuple[str, Line]]:
    try:
        yield from content.rows(body, version)
    except BadList:
        key = list_key(client.remote, entry, version)
        raise RegistryError(
            f"{client.remote.bucket}/{key}: it is not the list that its name says: "
            f"delete it, and `make seal DATASET={entry:sh}` writes it again"
        ) from None


@dataclass
class Versioning:
    """The version of what a survey looks at. `fill` before anything is sent, `seal` at the end."""

    survey: Survey

    def fill(self, leaving: set[str]) -> None:
        """Learn the contents of what stays in S3 as it is: all but what is `leaving` it.

        From what is remembered, from the list of the sealed version, else from the files here.
        """
        objects, known = self.survey.remote, self.survey.local_bytes.contents
        missing = [p for p in content.lacking(objects, known) if p not in leaving]
        sealed = self.survey.marker
        if missing and sealed and sealed.version and self.survey.is_sealed:
            self._learn(missing, sealed.version)
            missing = [p for p in missing if not known.of(p, objects[p].etag)]
        mine = (path for path in missing if self._is_here(path))
        for path, digest in parallel.over(mine, self._read, os.cpu_count()):
            if digest:
                known[path] = FileHash(objects[path].etag, digest)

    def seal(self, done: Marker, made_from: dict[str, str] | None = None) -> Marker:
        """Return the marker with its version and what the entry is made from, once both are in S3.

        `made_from`: the versions of its sources; None: those that are here of what its card names.
        """
        survey = self.survey
        for path in [path for path in survey.local_bytes.contents if path not in survey.remote]:
            del survey.local_bytes.contents[path]
        if made_from is None:
            made_from = lineage.made_from(survey.session, survey.entry)
        done = done.made_from_these(made_from)
        if content.lacking(survey.remote, survey.local_bytes.contents):
            self._put_all([partial(self._put_record, done)])
            return done
        listed = ContentList(survey.remote, survey.local_bytes.contents)
        named = done.of_version(listed.version)
        is_kept = self._put_all([partial(self._put_list, listed), partial(self._put_record, named)])
        return named if is_kept else done

    def _learn(self, paths: list[str], version: str) -> None:
        survey, client, wanted = self.survey, self.survey.session.client, set(paths)
        answer = client.get(list_key(client.remote, survey.entry, version))
        for path, line in _rows(client, survey.entry, version, answer.body) if answer else ():
            if path in wanted and line.size == survey.remote[path].size:
                survey.local_bytes.contents[path] = FileHash(survey.remote[path].etag, line.sha256)

    def _is_here(self, path: str) -> bool:
        """Whether the file here holds the very bytes that S3 lists, as this checkout verified."""
        row, here = self.survey.base.rows.get(path), self.survey.local.files.get(path)
        is_same = row and row.etag == self.survey.remote[path].etag
        return bool(is_same and row and here and here == row.stat)

    def _read(self, path: str) -> str:
        """ "" for a file that changes meanwhile, or cannot be read."""
        at, total = self.survey.entry.folder / path, sha256()
        try:
            with open(at, "rb", buffering=0) as file:
                while block := file.read(READ):
                    if interrupt.asked.is_set():
                        raise KeyboardInterrupt
                    total.update(block)
        except OSError:
            return ""
        return total.hexdigest() if stats.stat_of(at) == self.survey.local.files[path] else ""

    def _put_all(self, steps: list[Callable[[], None]]) -> bool:
        """Do them side by side; False where this person has no right to write there."""
        try:
            for _ in parallel.over(steps, lambda step: step(), len(steps)):
                pass
        except Denied as error:
            self.survey.session.say_once(NO_RIGHT.format(error))
            return False
        return True

    def _put_list(self, listed: ContentList) -> None:
        session = self.survey.session
        key = list_key(session.remote, self.survey.entry, listed.version)
        condition = {"if-none-match": "*"} if session.is_conditional() else {}
        try:
            session.client.request("PUT", key, body=listed, headers=condition)
        except Denied as error:
            if error.status not in UNMET:  # else it is there already
                raise

    def _put_record(self, done: Marker) -> None:
        session = self.survey.session
        order = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(marker.order_of(done)))
        name = f"{order}-{content.short(done.version)}.json"
        session.client.put(log_prefix(session.remote, self.survey.entry) + name, body(done))
