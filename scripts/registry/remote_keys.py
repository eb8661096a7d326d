"""How the checks ask S3 what is there: keys below a folder of the registry's base."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from registry.entries import ROOT


def listing(root: Path = ROOT) -> Callable[[str], Iterator[str]]:
    """A function from a folder such as `section/` to the keys below it, without that folder.

    Starts the embedded store when that is where the registry is. Raises Unreachable.
    """
    from registry import access

    session, _ = access.connect(root)

    def keys(folder: str) -> Iterator[str]:
        prefix = session.remote.key(folder)
        return (found.key[len(prefix) :] for found in session.client.list(prefix))

    return keys
