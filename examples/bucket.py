"""A folder that looks like a registry's bucket, and how entries are put into it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from logs import Files

CACHE = "raw_datasets_dvc_cache"


def put(store: Path, section: str, name: str, files: Files) -> None:
    """Write a mirrored entry: its files as they are, under section/name."""
    for path, content in files.items():
        write(store / section / name / path, content)


def put_raw(store: Path, name: str, files: Files) -> bytes:
    """Write a raw dataset as `dvc push` does; what `dvc add` writes into its `.dvc` file.

    Every file, and one JSON list of them, is an object named after its MD5:
    https://dvc.org/doc/user-guide/project-structure/internal-files#structure-of-the-cache-directory
    """
    listing = [{"md5": _put_object(store, files[path]), "relpath": path} for path in sorted(files)]
    digest = _put_object(store, json.dumps(listing).encode(), ".dir")
    size = sum(map(len, files.values()))
    fields = f"md5: {digest}\n  size: {size}\n  nfiles: {len(files)}\n  hash: md5\n  path: {name}"
    return f"outs:\n- {fields}\n".encode()


def _put_object(store: Path, content: bytes, suffix: str = "") -> str:
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest() + suffix
    write(store / CACHE / "files" / "md5" / digest[:2] / digest[2:], content)
    return digest


def write(path: Path, content: bytes) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
