"""Names DVC's objects: a file or a list of files, kept under the MD5 of what it holds.

An object is named by where it is, below DVC's cache and its remote alike: `files/md5/xx/yyy…`, or
`xx/yyy…` where DVC 2.x wrote it. A list of a folder's files ends with `.dir`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from functools import partial
from io import FileIO

from registry import interrupt
from registry.index.table import Tags
from registry.remote import etag

MODERN = "files/md5/"
CHUNK = 2**20  # how much DVC looks at together; part of the rule of 2.x
_HEAD = 512
_MD5 = re.compile(r"[0-9a-f]{32}")
_TEXT = bytes(range(32, 127)) + b"\n\r\t\f\b"


def digest_of(name: str) -> str:
    """Return the MD5 that an object is named by, without `.dir`."""
    return name.removeprefix(MODERN).replace("/", "").removesuffix(".dir")


def is_legacy(name: str) -> bool:
    return not name.startswith(MODERN)


def holds(path: str | os.PathLike[str], name: str) -> bool:
    """Return whether the file holds what the object's name says. Raises OSError."""
    return has_digest(path, digest_of(name), is_legacy(name) and not name.endswith(".dir"))


def has_digest(path: str | os.PathLike[str], digest: str, by_old_rule: bool) -> bool:
    """Return whether the file's bytes have this MD5. Raises OSError."""
    if etag.compute(path) == digest:  # the old rule changes no file without CR LF
        return True
    return by_old_rule and digest in old_digests(path)


def old_digests(path: str | os.PathLike[str]) -> set[str]:
    """Return the MD5s that DVC 2.x may have named this file by: in text, CR LF counts as LF.

    DVC 2.x told text from the beginning of the file, DVC 3 tells it for each chunk anew; where
    that makes a difference, either may have written the `.dvc` file.
    Source: dvc_data/hashfile/hash.py and istextfile.py of dvc-data 0.51 and 3.18.
    """
    with open(path, "rb", buffering=0) as file:
        return _old_digests(iter(partial(_read, file), b""))


def old_digests_of(body: bytes) -> set[str]:
    """Return the MD5s that DVC 2.x gives these bytes, as `old_digests` has them for a file."""
    return _old_digests(body[at : at + CHUNK] for at in range(0, len(body), CHUNK))


def _old_digests(chunks: Iterable[bytes]) -> set[str]:
    by_chunk, by_file = hashlib.md5(usedforsecurity=False), None
    was_text: bool | None = None
    for chunk in chunks:
        now_text = is_text(chunk)
        was_text = now_text if was_text is None else was_text
        if now_text != was_text and by_file is None:
            by_file = by_chunk.copy()
        if by_file is not None:
            by_file.update(_folded(chunk) if was_text else chunk)
        by_chunk.update(_folded(chunk) if now_text else chunk)
    return {by_chunk.hexdigest(), (by_file or by_chunk).hexdigest()}


def is_text(block: bytes) -> bool:
    """Return whether DVC takes a block for text: no NUL, and few characters beyond ASCII."""
    head = block[:_HEAD]
    if not head or b"\0" in head:
        return not head
    return len(head.translate(None, _TEXT)) / len(head) <= 0.30


def parse_list(body: bytes) -> Tags:
    """Return {path: MD5} of a list of files.

    Raises ValueError, KeyError or TypeError for any other.
    """
    files = Tags()

    def note(row: dict[str, str]) -> None:
        if not _MD5.fullmatch(row["md5"]):
            raise ValueError(row["md5"])
        files[row["relpath"]] = row["md5"]

    json.loads(body, object_hook=note)  # at once, so that there never is a dict for each file
    return files


def list_digest(files: Mapping[str, str]) -> str:
    """Return the MD5 of the list that DVC would make of {path: MD5}."""
    rows = [{"md5": files[path], "relpath": path} for path in sorted(files)]
    return etag.md5(json.dumps(rows, sort_keys=True).encode())


def by_digest(digests: Iterable[str], legacy: bool) -> list[str]:
    """Return the objects of these MD5s, each once."""
    stem = "" if legacy else MODERN
    return [f"{stem}{d[:2]}/{d[2:]}" for d in dict.fromkeys(digests)]


def _folded(chunk: bytes) -> bytes:
    return chunk.replace(b"\r\n", b"\n")


def _read(file: FileIO) -> bytes:
    if interrupt.asked.is_set():  # a file of hundreds of gigabytes takes minutes
        raise KeyboardInterrupt
    parts, size = [], 0
    while size < CHUNK and (part := file.read(CHUNK - size)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)
