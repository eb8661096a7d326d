"""One entry's free, step by step: read it, set it aside, look again, and only then drop it."""

from __future__ import annotations

from collections.abc import Iterator

from model.disk import Baseline, Disk, Stat, Stop
from model.pulling import refuse_unfinished
from model.store import Marker


def free(me: Disk) -> Iterator[str]:
    store = me.world.store
    stats = yield from me.scan()
    yield "GET marker"
    marker = store.get()
    refuse_unfinished(me, marker)
    listing = yield from store.list()
    yield from prove(me, stats, listing)
    yield "set aside"
    me.same_disk()
    me.set_aside()
    if {path: file.stat() for path, file in me.aside.items()} != stats:
        me.put_back()
        raise Stop(1, "changed here while it was read")
    if me.world.rules.second_list:
        try:
            yield from look_again(me, marker, listing)
        except BaseException:
            me.put_back()
            raise
    me.world.oracle.frees(me)
    yield "forget the baseline"
    me.saved = Baseline(absorbed=me.journal.serial if me.journal else 0)
    yield "drop what was set aside"
    me.aside, me.aside_folders = {}, set()
    return {}


def prove(me: Disk, stats: dict[str, Stat], listing: dict[str, str]) -> Iterator[str]:
    if stats and me.base.rows.keys() - stats.keys():
        raise Stop(3, "changed here")
    for path, stat in stats.items():
        content = yield from me.hash(path, stat)
        if listing.get(path) != content:
            raise Stop(3, "changed here")


def look_again(me: Disk, marker: Marker | None, listing: dict[str, str]) -> Iterator[str]:
    again = yield from me.world.store.list()
    yield "GET marker again"
    if again != listing or me.world.store.get() != marker:
        raise Stop(1, "the registry changed meanwhile")
