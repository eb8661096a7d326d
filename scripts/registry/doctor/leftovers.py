"""Checks what commands that were killed left in this clone."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from registry.doctor.check import BAD, NOTE, OK, Finding, Visit
from registry.humanize import plural
from registry.index import journal
from registry.index.journal import Leftover
from registry.remote import dvc_config


def leftovers(visit: Visit) -> Iterator[Finding]:
    """Yield what commands that were killed left in this clone."""
    journals = list(journal.leftovers(visit.root))
    place = dvc_config.load(visit.root).identity if journals else ""
    for left in journals:
        yield _explained(left, place)
    waiting = list(_waiting(visit))
    yield from waiting
    if not journals and not waiting:
        yield Finding(OK, "leftovers", "none here")


def _explained(left: Leftover, place: str) -> Finding:
    """What a run began, and how it ends: here, at the place where it began, or not at all."""
    entry, path = shlex.quote(left.entry), shlex.quote(left.path)
    if left.remote is None:
        text = f"{left.path} cannot be read: no run goes on from it"
        return Finding(NOTE, "leftovers", text, f"rm {path}")
    what = f"a {'push' if left.is_push else 'pull'} of {left.entry} was not finished here"
    if left.remote == place:
        cure = f"make {'push' if left.is_push else 'pull'} DATASET={entry}"
        return Finding(BAD, "leftovers", what, cure)
    url = left.remote.rpartition(" ")[2]
    if not left.is_push:
        return Finding(NOTE, "leftovers", f"{what} from {url}, another place", f"rm {path}")
    cure = f"make remote URL={shlex.quote(url)} LOCAL=1, then make push DATASET={entry}"
    text = f"{what} to {left.remote}, another place: the entry there waits for it"
    return Finding(NOTE, "leftovers", text, f"{cure}; if that place is given up: rm {path}")


def _waiting(visit: Visit) -> Iterator[Finding]:
    """Files on their way."""
    top = visit.root / ".registry"
    staged = [path for path in top.glob("stage/*/*") if path.is_dir() and any(path.iterdir())]
    unfinished = [path for path in top.glob("unfinished/*") if any(path.iterdir())]
    if unfinished:
        text = "what a stopped pull fetched waits for the next one"
        yield Finding(NOTE, "leftovers", text, "make pull, or delete .registry/unfinished/")
    if staged:
        many = plural(len(staged), "entry", "entries")
        text = f"files in transit of {many}, from a command that runs or was killed"
        yield Finding(
            NOTE,
            "leftovers",
            text,
            "the next pull or push takes over what is whole, or removes them",
        )
