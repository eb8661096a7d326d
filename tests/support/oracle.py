"""What must hold after every command, and a memory of every content that anybody ever wrote."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping

import pytest

from registry.entries import Entry
from registry.remote.session import Session
from registry.sync import marker as sync_marker
from registry.sync import seal
from registry.sync.pull import Pull
from support.checkout import Checkout
from support.process import Run
from support.servers import Bucket


def until(condition: Callable[[], object], seconds: float = 300) -> None:
    """Wait for it, so long at most."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def expect(run: Run, *codes: int) -> Run:
    """The run ended with one of these codes, said no traceback and left nothing running."""
    assert run.code in codes, str(run)
    assert "Traceback" not in run.said, str(run)
    assert "this is a bug" not in run.said, str(run)
    assert not run.left_running, f"{run.left_running}\n{run}"
    return run


def assert_in_time(seconds: float, promised: float, *healthy: Run) -> None:
    """It waited no longer than promised. What is work takes as long as the machine makes it take:
    ten times as long as a healthy run on the same machine at the same time, at most."""
    work = 10 * max(run.seconds for run in healthy)
    assert seconds < promised + work, f"{seconds:.0f} s; {promised} and {work:.0f} for work allowed"


def assert_clean(*checkouts: Checkout) -> None:
    """No stray name is left in these checkouts."""
    for checkout in checkouts:
        assert checkout.strays() == []


def put_in_step(bucket: Bucket, entry: str, files: Mapping[str, bytes], *people: Checkout) -> None:
    """A sealed entry that all of these people have."""
    for key, content in below(entry, files).items():
        bucket.put(key, content)
    for number, person in enumerate(people):
        person.add(entry, files)
        with person.in_this_process() as session:
            (_pull if number else _seal)(session, Entry(*entry.split("/"), person.path))
        assert person.tree(entry) == bucket.read(f"{entry}/") == below(entry, files)
    assert marker(bucket, entry)["state"] == "done"


def join(person: Checkout, entry: str) -> None:
    """This person has the entry, too, as S3 holds it; what Git brings of it is there."""
    person.card(entry)
    with person.in_this_process() as session:
        _pull(session, Entry(*entry.split("/"), person.path))


# What `make seal` and `make pull` do, without their starts: hundreds of tests begin with it.


def _seal(session: Session, entry: Entry) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sync_marker, "SETTLE_SECONDS", 0)  # nobody else is there yet
        assert seal.seal(session, "", entry) == "sealed"


def _pull(session: Session, entry: Entry) -> None:
    pull = Pull(entry, session)
    pull.look()
    pull.decide()
    pull.fetch(lambda size: None)
    pull.place()
    pull.finish()


def below(entry: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """{"entry/path": bytes} for {"path": bytes}."""
    return {f"{entry}/{path}": content for path, content in files.items()}


def marker(bucket: Bucket, entry: str) -> dict[str, object]:
    """The entry's marker as S3 holds it; {} without one."""
    body = bucket.get(f".registry/{entry}.json")
    return json.loads(body) if body else {}


class Memory:
    """Every content that people wrote or that S3 held; loses() names those that are gone.

    A content may go only by a named override or because a person deleted it: forget() says so.
    """

    def __init__(self) -> None:
        self.contents: set[bytes] = set()

    def note(self, *places: Checkout | Bucket) -> None:
        for place in places:
            self.contents |= _held(place)

    def forget(self, *contents: bytes) -> None:
        self.contents -= set(contents)

    def lost(self, places: Iterable[Checkout | Bucket]) -> set[bytes]:
        held = set().union(*map(_held, places))
        return self.contents - held


def _held(place: Checkout | Bucket) -> set[bytes]:
    return place.contents() if isinstance(place, Checkout) else set(place.data().values())
