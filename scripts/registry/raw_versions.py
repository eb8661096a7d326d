"""Versions of raw datasets: which ones a commit names, and whether S3 has them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from registry import git
from registry.card_fields import RAW
from registry.entries import Entry

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


def not_in_s3(root: Path, versions: list[Version]) -> list[Version]:
    """Those that S3 lacks; DVC sends a folder's list of files last. Raises Unreachable."""
    from registry import access, raw_verify

    session, _ = access.connect(root)
    client = session.client
    return [v for v in versions if client.head(raw_verify.object_key(client, v.digest)) is None]
