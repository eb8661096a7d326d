"""One entry's push, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from model.disk import Baseline, Disk, Journal, Row, Stop
from model.looking import View, look
from model.markers import give_back, put_own, take
from model.store import DONE, PUSHING, TORN, Marker, last_sealed, vouches
from model.uploading import carry, remove
from registry.sync import compare
from registry.sync.compare import BEHIND, CONFLICT, DELETE, PUSH, UPLOAD


def push(me: Disk, delete: bool = False, mine: bool = False, full: bool = False) -> Iterator[str]:
    """First every look and every refusal, then every effect."""
    store, first = me.world.store, me.world.rules.marker_first
    stats = yield from me.scan()
    listing = yield from store.list()
    yield "GET marker"
    former = store.get()
    if former and former.state == PUSHING and not me.owns(former):
        raise Stop(3, "pushing")
    if me.knows(former) and not full:
        listing = {path: row.etag for path, row in me.base.rows.items()}
    elif first and not vouches(former, listing):
        listing = yield from store.list()
    view = yield from look(me, stats, former, listing)
    cells = overrides(me, view, former) if mine else compare.NO_CELLS
    plan = decide(me, view, former, delete, cells)
    is_torn = bool(former and former.state == TORN and me.world.rules.torn_is_never_idle)
    if plan.moves or me.owns(former) or is_torn:
        return (yield from carry_out(me, view, plan, former, mine))
    yield "write the baseline"
    me.record(replace(me.base, rows=view.learned(plan)))
    return listing


def carry_out(
    me: Disk, view: View, plan: compare.Plan, former: Marker | None, mine: bool
) -> Iterator[str]:
    store, last = me.world.store, me.world.rules.deletes_last
    want = {path: view.hashes[path] for path in plan[UPLOAD]}
    after = {path: etag for path, etag in (view.listing | want).items() if path not in plan[DELETE]}
    resumed = me.owns(former)
    own = own_marker(me, former)
    if me.world.rules.learn_before_push:
        yield "write what was learned into the baseline"
        me.record(replace(me.base, rows=view.learned(plan)))
    yield "take the journal to disk"
    chosen = view.overruled(plan) if me.world.rules.take_local_is_journaled else []
    ours = want | dict.fromkeys(chosen, "")
    journal = Journal(me.world.tick(), own.token, ours, tuple(plan[DELETE]))
    me.journal = journal
    yield from take(me, own, former, resumed)
    me.world.oracle.plans(me, view, want, mine, former)
    if (yield from store.list()) != view.listing:
        yield from give_back(me, own, former, resumed)
        raise Stop(1, "the registry changed meanwhile")
    yield from remove(me, view, [] if last else plan[DELETE])
    yield from carry(me, view, plan[UPLOAD])
    if (yield from store.list()) != view.listing | want and last:
        raise Stop(1, "not everything arrived: push again")
    yield from remove(me, view, plan[DELETE] if last else [])
    rows = next_rows(view, plan, after)
    if me.world.rules.baseline_before_seal:
        yield "write the baseline, not sealed yet"
        me.record(Baseline(rows, None, journal.serial))
    done = replace(own, state=DONE, digest=frozenset(after.items()), version=version(me, after))
    yield from put_own(me, done, own)
    yield "write the baseline"
    me.record(Baseline(rows, done, journal.serial))
    yield "drop the journal"
    me.journal = None
    return after


def version(me: Disk, after: dict[str, str]) -> frozenset[tuple[str, str]]:
    """Of the bytes that were verified, which need not be those that are here by now."""
    here = {path: file.content for path, file in me.files.items()}
    return frozenset((after if me.world.rules.version_is_of_the_listed else here).items())


def overrides(me: Disk, view: View, former: Marker | None) -> compare.Cells:
    """What TAKE=local turns to what is here: all of it, where that makes a torn entry whole."""
    is_torn = former is not None and former.state == TORN
    last = last_sealed(former)
    knows = me.base.marker == last or last is None or not me.world.rules.restore_last_sealed
    if is_torn and view.rows and knows:
        return compare.CONFLICTS | compare.LOST | compare.NEWS
    return compare.CONFLICTS


def decide(
    me: Disk, view: View, former: Marker | None, delete: bool, mine: compare.Cells
) -> compare.Plan:
    verdict = compare.judge(PUSH, view.stats, view.rows, view.listing)
    careful = me.world.rules.absence_is_no_deletion
    if verdict == compare.NOT_HERE and careful:
        raise Stop(0, verdict)
    if verdict == compare.REMOVED and not mine:
        raise Stop(3, verdict)
    if verdict == compare.REMOVED:
        view.rows = {}  # keep mine: all of it is new again
    plan = view.plan(PUSH, mine)
    if former and former.state == TORN:
        if me.world.rules.torn_is_never_idle and (plan[CONFLICT] or plan[BEHIND]):
            raise Stop(3, "torn")
        if plan[BEHIND] and not plan.moves and not plan[CONFLICT]:
            return plan
    for trouble in (CONFLICT, BEHIND):
        if plan[trouble]:
            raise Stop(3, trouble, plan[trouble])
    if compare.is_too_much(len(plan[DELETE]), len(view.listing)) and not delete and careful:
        raise Stop(3, "too many deletes")
    return plan


def next_rows(view: View, plan: compare.Plan, after: dict[str, str]) -> dict[str, Row]:
    """The baseline once the push is sealed; touching an mtime changes its stats."""
    rows = {path: row for path, row in view.learned(plan).items() if path in after}
    return rows | {path: Row(view.stats[path], after[path]) for path in plan[UPLOAD]}


def own_marker(me: Disk, former: Marker | None) -> Marker:
    """A resumed push keeps its token; the attempt gives it another ETag."""
    attempt = former.attempt + 1 if former else 0
    token = former.token if former and me.owns(former) else f"{me.who}-{me.world.tick()}"
    return Marker(PUSHING, token, me.who, attempt, last_sealed(former))
