"""Reads and writes the marker of an entry: lock, commit record and torn-push flag in one.

It lies at `.registry/<section>/<name>.json`, beside the data, where a sync of a section does not
come. `pushing`: somebody is at it, or died at it. `done`: what S3 lists is a whole, verified state.
`torn`: a push was never finished, and a person unlocked the entry.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from hashlib import sha256
from typing import Any

from registry import parallel
from registry.entries import Entry
from registry.errors import RegistryError
from registry.humanize import harmless
from registry.index.listing import Objects
from registry.remote.capabilities import UNMET
from registry.remote.s3 import Client, Denied, no_store
from registry.remote.session import Session

PUSHING, DONE, TORN = "pushing", "done", "torn"
PAGES = (b"<html", b"<!doctype")
LONGEST = 200  # letters of a text that are kept: a name, a host, a time
# What older markers do not say.
LATER: dict[str, Any] = {
    "over": "", "accepted": False, "version": "", "made_from": {}, "moved": "", "order": 0,
}  # fmt: skip
LAST_SECOND = 253402300799  # of the year 9999
ABSENT = 404  # what S3 says to a write over an object that is not there any more
SETTLE_SECONDS = 0.5  # without conditional writes: how long another writer may be under way


@dataclass(frozen=True)
class Marker:
    """Who wrote it (name, host, git commit), when (UTC), and for a sealed state what it is."""

    state: str
    token: str
    who: str = ""
    host: str = ""
    when: str = ""
    commit: str = ""
    files: int = 0
    bytes: int = 0
    digest: str = ""
    over: str = ""  # the ETag of the sealed marker that this push began from
    accepted: bool = False  # a person took what S3 held for whole; no push had made it
    version: str = ""  # of a sealed state: see index.content; "" if nobody read all of its bytes
    made_from: dict[str, str] = field(default_factory=dict)  # {"section/name": its version}
    order: int = 0  # seconds since the epoch, and more than the state before has: see order_after
    moved: str = ""  # where it went; what is still listed goes once Git knows

    def of_version(self, version: str) -> Marker:
        return replace(self, version=version)

    def made_from_these(self, versions: dict[str, str]) -> Marker:
        return replace(self, made_from=_shown(versions))

    def sealing(self, listing: Objects) -> Marker:
        """This marker over a verified listing {path: Object} of the entry."""
        return replace(
            self,
            state=DONE,
            when=now(),
            files=len(listing),
            bytes=listing.bytes,
            digest=digest(listing),
        )

    def __str__(self) -> str:
        since = self.when.partition(".")[0].replace("T", " ")
        when = f" since {since} UTC" if since else ""
        return f"{self.who or 'somebody'} on {self.host or 'some machine'}{when}"


class Taken(RegistryError):
    """Somebody else wrote the marker first. `held`: the one that is there now, if any."""

    def __init__(self, entry: Entry, held: Marker | None) -> None:
        states = {
            PUSHING: f"a push of it by {held} began just now: wait for it",
            TORN: "its push was unlocked meanwhile",
            DONE: f"{(held and held.who) or 'somebody'} pushed or sealed it meanwhile",
        }
        news = states[held.state] if held else "its marker in S3 went away meanwhile"
        super().__init__(f"{news}: `make status DATASET={entry:sh}` tells how it is then")


def pushing(session: Session, token: str, over: str = "", former: Marker | None = None) -> Marker:
    """Return a marker in our name with this token: we are at it. `over`: see Marker."""
    who, commit = session.author
    who, host = harmless(who)[:LONGEST], harmless(socket.gethostname())[:LONGEST]
    order = order_after(former)
    return Marker(PUSHING, token, who, host, now(), commit, over=over, order=order)


def order_after(former: Marker | None) -> int:
    """Return what orders an entry's states, whatever the clocks of those who sealed them say."""
    last = order_of(former) if former else 0
    return max(int(time.time()), last + 1 if last < LAST_SECOND else 0)


def order_of(marker: Marker) -> int:
    """In seconds since the epoch; what is sealed without it has its time."""
    order = marker.order or int(seconds(marker.when) or 0)
    return order if 0 < order <= LAST_SECOND else 0


def last_sealed(former: Marker | None, etag: str) -> str:
    """The ETag of the marker of the last sealed state: this one's, or that which it came after."""
    if former is None:
        return ""
    return etag if former.state == DONE else former.over


def seconds(when: str) -> float | None:
    """Return a marker's time in seconds since the epoch; None for a text that is no time."""
    try:
        from datetime import datetime

        return datetime.fromisoformat(when.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None


def now() -> str:
    """UTC with microseconds: no two markers of one push are the same object."""
    from datetime import datetime, timezone  # a quiet run needs no clock

    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest(listing: Objects) -> str:
    """SHA-256 over path, size and ETag of every object, by path."""
    total = sha256()
    for path, size, etag in listing.by_path():
        total.update(f"{path}\0{size}\0{etag}\n".encode())
    return total.hexdigest()


Seen = tuple[Marker | None, str]  # a marker and its ETag, as they were read


def read(client: Client, entry: Entry) -> Seen:
    """Return the entry's marker and its ETag; (None, "") when it has none.

    One that cannot be read counts as torn: nobody knows what it meant. Raises Unreachable for a
    page that is none, as a network's login page is.
    """
    answer = client.get(client.remote.marker(entry))
    if answer is None:
        return None, ""
    if answer.body.lstrip()[:9].lower().startswith(PAGES):
        raise no_store(client.remote)
    try:
        return parse(answer.body), answer.etag
    except ValueError:
        return Marker(TORN, "unreadable"), answer.etag


def read_all(client: Client, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Marker | None]]:
    """Yield (entry, its marker) for each of these, as `read` reads it, many at once."""
    return parallel.ask(entries, lambda entry: read(client, entry)[0])


def parse(text: bytes) -> Marker:
    """Return the marker that this is. Raises ValueError for what is none."""
    try:
        values = {**LATER, **json.loads(text)}
        marker = Marker(**{f.name: _shown(values[f.name]) for f in fields(Marker)})
        kinds = {f.name: str(f.type).partition("[")[0] for f in fields(Marker)}
    except (KeyError, TypeError, RecursionError):
        raise ValueError from None
    typed = all(type(values[name]).__name__ == kind for name, kind in kinds.items())
    if marker.state not in (PUSHING, DONE, TORN) or not typed:
        raise ValueError(marker.state)
    return marker


def _shown(value: Any) -> Any:  # noqa: ANN401  # what JSON holds
    """A text as it may be shown wherever it gets to: anybody can write a marker."""
    if isinstance(value, dict):
        return {_shown(key): _shown(text) for key, text in value.items() if isinstance(text, str)}
    return harmless(value)[:LONGEST] if isinstance(value, str) else value


def write(client: Client, entry: Entry, marker: Marker, over: str, conditional: bool) -> str:
    """Write the marker over the one with ETag `over` ("": over none); returns the new ETag.

    Raises Taken when another marker is there. Where the store has no conditional writes this is
    best effort: look, write, wait, look again.
    """
    key = client.remote.marker(entry)
    if not conditional:
        held, etag = read(client, entry)
        if etag != over:
            raise Taken(entry, held)
    condition = {"if-match": f'"{over}"'} if over else {"if-none-match": "*"}
    try:
        etag = client.put(key, body(marker), condition if conditional else None).etag
    except Denied as error:
        if error.status not in UNMET and not (over and error.status == ABSENT):
            raise
        held, etag = read(client, entry)
        if held != marker:  # ours, if the first answer was lost and the write tried again
            raise Taken(entry, held) from None
    if not conditional and marker.state == PUSHING:
        time.sleep(SETTLE_SECONDS)
        held, _ = read(client, entry)
        if held != marker:
            raise Taken(entry, held)
    return etag


def expected_etag(marker: Marker) -> str:
    """Return the ETag that it gets when it is written, unless the store encrypts it."""
    from registry.remote.etag import md5

    return md5(body(marker))


def body(marker: Marker) -> bytes:
    """Return the marker's text, as S3 keeps it."""
    return json.dumps(asdict(marker), indent=1).encode()
