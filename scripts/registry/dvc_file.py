"""Reads the `.dvc` files of raw datasets: which data each is made of, here and in a commit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from registry import files, git
from registry.dvc_outs import BadDvcFile, DvcFile
from registry.dvc_parser import parse
from registry.entries import Amount, Entry
from registry.errors import RegistryError
from registry.sections import RAW


class Version(NamedTuple):
    """One object that an entry's `.dvc` file names: a file, or a folder's list of files."""

    entry: str
    object: str


def read(entry: Entry) -> DvcFile:
    """Return what the entry's `.dvc` file says. Raises BadDvcFile, or RegistryError without one."""
    try:
        content = files.read_regular(entry.dvc_file)
    except FileNotFoundError:
        raise RegistryError(f"it was never added: `make add DATASET={entry:sh}`") from None
    except OSError as error:
        raise BadDvcFile(f"{entry}.dvc", 1, f"cannot be read: {error.strerror}") from None
    return parse(content, f"{entry}.dvc")


def version(entry: Entry) -> str:
    """Return a digest of the `.dvc` file: which version this commit means; "" without one."""
    try:
        return version_of(files.read_regular(entry.dvc_file))
    except OSError:
        return ""


def version_of(text: bytes) -> str:
    """Return the version that the text of a `.dvc` file names, as `version` has it."""
    from hashlib import sha256

    return sha256(text).hexdigest()[:32]


def content(entry: Entry) -> str:
    """Return the hash of what the `.dvc` file names; "" without a `.dvc` file that can be read."""
    try:
        return content_of(read(entry))
    except RegistryError:
        return ""


def content_of(file: DvcFile) -> str:
    """Return the hash of what it names, of several outs one over all; "" if it names none."""
    from hashlib import sha256

    outs = file.outs
    if len(outs) == 1 or not all(out.digest for out in outs):
        return outs[0].digest if len(outs) == 1 else ""
    rows = sorted(f"{out.digest} {out.path}\n" for out in outs)
    return sha256("".join(rows).encode()).hexdigest()


def amount(entry: Entry) -> Amount | None:
    """Return how much that version is, as the `.dvc` file says; None if it does not."""
    try:
        return amount_of(read(entry))
    except RegistryError:
        return None


def amount_of(file: DvcFile) -> Amount | None:
    return Amount(*file.sizes) if file.sizes else None


def total(wanted: Iterable[Entry]) -> Amount:
    """Return how much these versions are in all, as far as their `.dvc` files say."""
    amounts = [size for size in map(amount, wanted) if size]
    return Amount(sum(a.files for a in amounts), sum(a.bytes for a in amounts))


def named_by(root: Path, commit: str, strict: bool = True) -> list[Version]:
    """Return what the `.dvc` files of a commit name that belongs in the registry's own place.

    Raises GitError, and BadDvcFile for a file that says nothing, if not told to pass over it.
    """
    words = ("ls-tree", "-z", "--name-only", commit, "--", f"{RAW}/")
    versions: list[Version] = []
    for path in git.names(git.run(root, *words)):
        content = git.show(root, f"{commit}:{path}") if path.endswith(".dvc") else None
        try:
            file = parse(content, path) if content is not None else DvcFile(())
            versions += of_file(path.removesuffix(".dvc"), file)
        except BadDvcFile:
            if strict:
                raise
    return versions


def on_disk(entry: Entry) -> list[Version]:
    """Return what the entry's `.dvc` file names here that belongs in the registry's own place."""
    return of_file(str(entry), read(entry)) if entry.dvc_file.is_file() else []


def of_file(entry: str, file: DvcFile) -> list[Version]:
    kept = [out for out in file.outs if out.digest and not out.elsewhere]
    return [Version(entry, out.object) for out in kept] if not file.unserved else []
