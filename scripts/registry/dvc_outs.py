"""Holds what a `.dvc` file says: the files and folders that DVC versions, and how they are kept."""

from __future__ import annotations

from typing import NamedTuple

from registry.errors import Refusal

# Why an out is not kept with the registry's other raw data.
BY_CLOUD = "it is versioned by the cloud (`files:`)"
KEPT_HERE = "it is not to be pushed (`push: false`)"
NOT_CACHED = "DVC keeps no copies of it (`cache: false`)"
NOT_DOWNLOADED = "it is an import that names no version of what it brings (`--no-download`)"


class BadDvcFile(Refusal):
    """A `.dvc` file that DVC cannot read either. `line`: where, from 1; `reason`: why, and a cure.

    The person chooses what it should say; nothing is done to that dataset meanwhile.
    """

    def __init__(self, path: str, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.path, self.line, self.reason = path, line, reason


class Out(NamedTuple):
    """A file or folder that DVC versions.

    `path`: below the section's folder. `digest`: its MD5; with `.dir` that of a folder's list of
    files; "" where the file does not say. `is_legacy`: written by DVC 2.x, with its own MD5 rule
    and place. `elsewhere`: why it is not kept with the registry's other raw data, "" if it is.
    `listed`: (path, MD5) of each file of a folder whose list is in the `.dvc` file itself.
    """

    path: str
    digest: str = ""
    is_legacy: bool = False
    size: int | None = None
    files: int | None = None
    elsewhere: str = ""
    listed: tuple[tuple[str, str], ...] = ()

    @property
    def is_folder(self) -> bool:
        return self.digest.endswith(".dir") or bool(self.listed)

    @property
    def object(self) -> str:
        """Where DVC keeps it, below its cache and its remote alike."""
        return object_path(self.digest, self.is_legacy)


class DvcFile(NamedTuple):
    """`source`: where an import comes from. `unserved`: why only plain dvc can serve it."""

    outs: tuple[Out, ...]
    source: str = ""
    unserved: str = ""

    @property
    def elsewhere(self) -> str:
        """Why DVC itself has to move it; "" where all of it is in the registry's own place."""
        return next((out.elsewhere for out in self.outs if out.elsewhere), "")

    @property
    def is_legacy(self) -> bool:
        return any(out.is_legacy for out in self.outs)

    @property
    def sizes(self) -> tuple[int, int] | None:
        """How many files and bytes it is, as the file says; None if it does not."""
        sizes = [out.size for out in self.outs]
        files = [out.files if out.is_folder else out.files or 1 for out in self.outs]
        if None in sizes or None in files:
            return None
        return sum(n or 0 for n in files), sum(n or 0 for n in sizes)


def how_to_mend(path: str) -> str:
    """Return the cure for a file that says what DVC does not take."""
    from shlex import quote

    command = f"`git checkout HEAD -- {quote(path)}`"
    return f"mend it, or take the committed one, if there is any: {command}"


def object_path(digest: str, is_legacy: bool = False) -> str:
    """Return where DVC keeps what has this MD5, below its cache and its remote alike."""
    return f"{'' if is_legacy else 'files/md5/'}{digest[:2]}/{digest[2:]}"
