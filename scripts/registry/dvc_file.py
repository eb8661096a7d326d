"""Versions of raw datasets: which ones a commit names, and whether S3 has them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from registry import git
from registry.entries import Amount, Entry
from registry.errors import RegistryError
from registry.sections import RAW

_OUT = re.compile(r"md5: ([0-9a-f]{32})(\.dir)?\b")
_SIZE = re.compile(r"^ +size: (\d+)$", re.MULTILINE)
_FILES = re.compile(r"^ +nfiles: (\d+)$", re.MULTILINE)


OUT = re.compile(r"md5: ([0-9a-f]{32}(?:\.dir)?)\b")


class Version(NamedTuple):
    """`digest`: what the `.dvc` file of the entry says, with `.dir` for a folder."""

    entry: str
    digest: str


def named_by(root: Path, commit: str) -> list[Version]:
    """The versions that the `.dvc` files of a commit name. Raises GitError."""
    words = ("ls-tree", "-z", "--name-only", commit, "--", f"{RAW}/")
    found = []
    for path in git.names(git.run(root, *words)):
        text = git.show(root, f"{commit}:{path}") if path.endswith(".dvc") else None
        digest = OUT.search(text.decode(errors="replace")) if text else None
        if digest:
            found.append(Version(path[: -len(".dvc")], digest.group(1)))
    return found


def on_disk(entry: Entry) -> Version | None:
    """The version that the entry's `.dvc` file names here; None without one."""
    text = entry.dvc_file.read_text(errors="replace") if entry.dvc_file.is_file() else ""
    digest = OUT.search(text)
    return Version(str(entry), digest.group(1)) if digest else None


def version(entry: Entry) -> str:
    """A digest of the `.dvc` file: which version this commit means; "" without one."""
    try:
        return sha256(entry.dvc_file.read_bytes()).hexdigest()[:32]
    except FileNotFoundError:
        return ""


def named(entry: Entry) -> str:
    """The MD5 of the version that the `.dvc` file names. Raises RegistryError without one."""
    try:
        found = _OUT.search(entry.dvc_file.read_text())
    except FileNotFoundError:
        raise RegistryError(f"it was never added: `make add DATASET={entry:sh}`") from None
    if not found:
        raise RegistryError(f"{entry.name}.dvc names no MD5: add it again")
    if not found.group(2):
        raise RegistryError("its .dvc file names a single file: an entry is a folder; add that")
    return found.group(1)


def amount(entry: Entry) -> Amount | None:
    """How much that version is, as the `.dvc` file says; None if it does not."""
    text = entry.dvc_file.read_text()
    size, files = _SIZE.search(text), _FILES.search(text)
    return Amount(int(files.group(1)), int(size.group(1))) if size and files else None


def total(wanted: Iterable[Entry]) -> Amount:
    """How much these versions are in all, as far as their `.dvc` files say."""
    amounts = [there for there in map(amount, wanted) if there]
    return Amount(sum(a.files for a in amounts), sum(a.bytes for a in amounts))
