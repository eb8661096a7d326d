"""Who holds the entry: taking the marker, giving it back, unlocking and sealing it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from model.disk import Disk, Stop
from model.store import ANY, DONE, PUSHING, TORN, Marker


def take(me: Disk, own: Marker, former: Marker | None, resumed: bool) -> Iterator[str]:
    rules, store = me.world.rules, me.world.store
    if resumed and not rules.resume_takes_marker:
        return
    if not rules.conditional_marker:
        yield f"PUT marker {own.state}, whatever is there"
        store.put(own)
    elif store.conditional:
        yield f"PUT marker {own.state}, if unchanged"
        if not store.put(own, former):
            yield "GET marker after the 412"
            if store.get() != own:
                raise Stop(1, "somebody else was faster")
    else:
        yield from take_carefully(me, own, former)


def take_carefully(me: Disk, own: Marker, former: Marker | None) -> Iterator[str]:
    """Best effort: safe as long as the wait is longer than anybody's GET-to-PUT gap."""
    store, gap = me.world.store, me.world.in_gap
    yield "GET marker just before the PUT"
    if store.get() != former:
        raise Stop(1, "somebody else was faster")
    gap.add(me.who)
    yield f"PUT marker {own.state}"
    store.put(own)
    gap.discard(me.who)
    yield "wait"
    while gap:
        yield "wait"
    yield "GET marker back"
    if store.get() != own:
        raise Stop(1, "somebody else was faster")


def put_own(me: Disk, new: Marker | None, own: Marker) -> Iterator[str]:
    store = me.world.store
    yield f"PUT marker {new.state if new else 'away'}, if ours"
    if not store.conditional and store.get() != own:
        raise Stop(1, "the marker is not ours any more")
    if not store.put(new, own if me.world.rules.conditional_marker else ANY):
        yield "GET marker after the 412"
        if store.get() != new:
            raise Stop(1, "the marker is not ours any more")


def give_back(me: Disk, own: Marker, former: Marker | None, resumed: bool) -> Iterator[str]:
    """Nothing was written yet; a resumed push had written, so its marker stays."""
    if not resumed:
        yield from put_own(me, former, own)
        yield "drop the journal"
        me.journal = None


def unlock(me: Disk) -> Iterator[str]:
    """A person says that the owner is dead: who looks dead may be starting again just now."""
    yield "GET marker to unlock"
    marker = me.world.store.get()
    if (
        not marker
        or marker.state != PUSHING
        or (marker.who != me.who and me.world.is_busy(marker.who))
    ):
        raise Stop(3, "nothing to unlock")
    me.world.users[marker.who].lost = True  # a named override: its push may have to choose now
    yield from take(me, replace(marker, state=TORN), marker, False)


def seal(me: Disk) -> Iterator[str]:
    """A person accepts what S3 holds."""
    yield "GET marker to seal"
    marker = me.world.store.get()
    if not marker or marker.state != TORN:
        raise Stop(3, "nothing to seal")
    listing = yield from me.world.store.list()
    token = f"seal-{me.world.tick()}"  # nobody's push: the bytes are as they were found
    digest = frozenset(listing.items())
    new = replace(marker, state=DONE, token=token, who=me.who, digest=digest, version=None)
    new = replace(new, over=None)
    yield from take(me, new, marker, False)
