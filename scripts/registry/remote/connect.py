"""Opens a session, starts the embedded store if need be, and proves that S3 answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import TypeVar

from registry import entries, interrupt
from registry.entries import ROOT
from registry.errors import Unreachable
from registry.remote import dvc_config, location, s3
from registry.remote.location import CONTENT_LISTS, MARKERS
from registry.remote.s3 import Client
from registry.remote.session import Session
from registry.sections import MIRRORED

T = TypeVar("T")
SPARE_ROWS = 32  # of a listing of markers, more than there are cards
PROOF_SECONDS = 8.0  # how long a first answer may take


def connect(root: Path = ROOT, patience: float = PROOF_SECONDS) -> tuple[Session, dict[str, str]]:
    """A session, and the ETags of all markers {"section/name": etag}: the proof that S3 answers.

    Raises Unreachable within 10 seconds, naming the remote, the credentials and what to try.
    """
    session = begin(root)
    return session, enter(session, patience)


def begin(root: Path = ROOT) -> Session:
    """A session with the store that this clone brings along running, if that is the remote."""
    ensure_store(root)
    return Session.open(root)


def enter(
    session: Session,
    patience: float = PROOF_SECONDS,
    beside: Callable[[Client], object] | None = None,
) -> dict[str, str]:
    """The ETags of all markers, as `connect` has them; `beside`: what else is asked meanwhile."""
    cards = sum(len(entries.with_card(section, session.root)) for section in MIRRORED)
    ask = partial(read_etags, about=cards)
    if not beside:
        return first(session, ask, patience)
    from registry import parallel

    more = beside
    return first(session, lambda c: parallel.both(lambda: more(c), lambda: ask(c))[1], patience)


def first(session: Session, ask: Callable[[Client], T], patience: float = PROOF_SECONDS) -> T:
    """What a command's first request brings: the proof that S3 answers, on the connection that is
    used next. Raises Unreachable as `connect` does.
    """
    hasty = session.client.hurried(patience)
    with interrupt.cutting(hasty.cut):
        brought = _explained(hasty, ask)
    session.client.region, session.client.server = hasty.region, hasty.server
    return brought


def prove(remote: location.Remote, patience: float = PROOF_SECONDS) -> tuple[dict[str, str], str]:
    """Return the markers' ETags and the bucket's region. Raises Unreachable, with what to try."""
    hasty = s3.Client(remote, patience=patience)
    return _explained(hasty, read_etags), hasty.region


def _explained(client: Client, ask: Callable[[Client], T]) -> T:
    try:
        return ask(client)
    except Unreachable as error:
        from registry.remote import no_access

        raise Unreachable(no_access.explain(client, error)) from None


def ensure_store(root: Path = ROOT) -> None:
    """Start the embedded store if it is this clone's remote and does not run."""
    if not _is_embedded(root):
        return
    from registry.console import say
    from registry.remote.embedded import Store

    store = Store(root)
    if not store.process.is_up() or not dvc_config.load(root).endpoint:
        said = store.ensure()
        if said:
            say(said)


def _is_embedded(root: Path) -> bool:
    return dvc_config.load(root).name == location.EMBEDDED


def read_etags(client: Client, about: int = 1000) -> dict[str, str]:
    """Return {"section/name": ETag} of every marker: one request per thousand entries.

    `about`: how many there are, or so: the lists of contents, which come after them by name, are
    many more, and nobody needs their rows.
    """
    prefix, after = client.remote.key(MARKERS, ""), client.remote.key(CONTENT_LISTS, "")
    rows = client.list(prefix, page=min(1000, about + SPARE_ROWS))
    markers = takewhile(lambda row: not row.key.startswith(after), rows)
    return {r.key[len(prefix) : -len(".json")]: r.etag for r in markers if r.key.endswith(".json")}


def listing(root: Path = ROOT) -> Callable[[str], Iterator[str]]:
    """Return a function from a folder such as `section/` to the keys below it, without that folder.

    Starts the embedded store when that is where the registry is. Raises Unreachable.
    """
    session, _ = connect(root)

    def keys(folder: str) -> Iterator[str]:
        prefix = session.remote.key(folder)
        return (row.key[len(prefix) :] for row in session.client.list(prefix))

    return keys
