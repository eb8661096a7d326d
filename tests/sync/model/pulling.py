"""One entry's pull, step by step."""

from __future__ import annotations

from collections.abc import Iterator

from model.disk import Disk, File, Stop
from model.looking import View, look
from model.placing import place_all
from model.store import DONE, Marker, vouches
from registry.sync import compare
from registry.sync.compare import CONFLICT, FETCH, PULL, TRASH


def pull(me: Disk, delete: bool = False, mine: bool = False, full: bool = False) -> Iterator[str]:
    store, rules = me.world.store, me.world.rules
    me.stage = {}
    stats = yield from me.scan()
    listing = yield from store.list()
    yield "GET marker"
    marker = store.get()
    refuse_unfinished(me, marker)
    known = me.knows(marker) and not full
    if known:
        listing = {path: row.etag for path, row in me.base.rows.items()}
    elif rules.marker_first and not vouches(marker, listing):
        listing = yield from store.list()
    view = yield from look(me, stats, marker, listing)
    if not stats:
        view.rows = {}  # not checked out: nothing was deleted here, so everything is wanted
    plan = decide(view, delete, mine)
    yield from download(me, plan[FETCH], listing)
    if rules.recheck and not known and (rules.recheck_when_quiet or plan.moves):
        yield from recheck(me, marker, listing)
    yield from place_all(me, view, plan, marker)
    return listing


def refuse_unfinished(me: Disk, marker: Marker | None) -> None:
    if not marker or marker.state == DONE:
        return
    if me.world.rules.own_push_blocks_pull or not me.owns(marker):
        raise Stop(3, marker.state)


def decide(view: View, delete: bool, mine: bool) -> compare.Plan:
    verdict = compare.judge(PULL, view.stats, view.rows, view.listing)
    if verdict:
        raise Stop(3, verdict)
    plan = view.plan(PULL, compare.CONFLICTS if mine else compare.NO_CELLS)
    if plan[CONFLICT]:
        raise Stop(3, CONFLICT, plan[CONFLICT])
    if compare.is_too_much(len(plan[TRASH]), len(view.stats)) and not delete:
        raise Stop(3, "too many deletes")
    return plan


def download(me: Disk, paths: list[str], listing: dict[str, str]) -> Iterator[str]:
    me.aws = fetch(me, paths)
    yield from me.aws
    for path in paths:
        if path not in me.stage or me.stage[path].content != listing[path]:
            raise Stop(1, "not everything arrived: pull again")


def fetch(me: Disk, paths: list[str]) -> Iterator[str]:
    for path in paths:
        yield f"aws downloads {path}"
        content = me.world.store.head(path)
        if content is not None:
            me.stage[path] = File(me.world, content)


def recheck(me: Disk, marker: Marker | None, listing: dict[str, str]) -> Iterator[str]:
    again = yield from me.world.store.list()
    yield "GET marker again"
    if again != listing or me.world.store.get() != marker:
        raise Stop(1, "the registry changed meanwhile")
