"""Conditional writes are asked for, never assumed: both kinds, on a store that may know neither."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.entries import Entry
from registry.remote import capabilities, dvc_config, s3
from registry.sync import history, marker
from registry.sync.marker import Marker

PROBE = r"\.registry/registry-probe-"


@pytest.fixture
def client(anna):
    return s3.Client(dvc_config.load(anna.path), patience=5)


@pytest.mark.both_stores
def test_the_store_is_asked_and_nothing_stays(client, bucket):
    assert capabilities.is_conditional(client) is bucket.server.has_conditional_writes
    assert bucket.keys() == []


@pytest.mark.parametrize("nth", [2, 3], ids=["if-none-match", "if-match"])
@pytest.mark.parametrize("status", [200, 501], ids=["passed over", "not implemented"])
def test_a_store_without_one_of_the_conditions_has_none(clone, moto_bucket, nth, status):
    """A 200 for a condition that is not met: the store did not look at it."""
    person = clone("carl", moto_bucket)
    person.proxy.when("PUT", PROBE, nth=nth).answer(status, "NotImplemented")
    assert capabilities.is_conditional(s3.Client(dvc_config.load(person.path), patience=5)) is False
    assert moto_bucket.keys() == []


def test_a_lost_answer_to_the_probe_does_not_stop_a_push(clone, moto_bucket):
    person = clone("carl", moto_bucket)
    person.proxy.when("PUT", PROBE, nth=1).drop_after()
    assert capabilities.is_conditional(s3.Client(dvc_config.load(person.path), patience=5)) is True
    assert moto_bucket.keys() == []


def test_who_lost_the_marker_is_told_what_to_do(clone, moto_bucket):
    """Somebody unlocks a push that is alive."""
    anna, ben = clone("anna", moto_bucket), clone("ben", moto_bucket)
    entry = "processed_datasets/a"
    anna.add(entry, {"x.txt": b"1"})
    ben.card(entry)
    unlock = lambda: ben.script("unlock_entry", entry, CONFIRM="a")  # noqa: E731
    anna.proxy.when("PUT", r"/a/x\.txt").call(unlock)
    run = anna.push()
    assert run.code == 1 and f"`make status DATASET={entry}`" in run.err, run
    assert ben.pull().code == 3
    assert anna.push().code == ben.pull().code == 0
    assert ben.tree() == anna.tree() == moto_bucket.data()


def test_states_stand_in_their_order_whatever_the_clocks_say(moto_bucket):
    """Anna's clock is right; then Ben's is a year behind, and an old checkout writes no order."""
    entry, client = Entry("champion_models", "m"), moto_bucket.client
    states, former = [], None
    for who, when in (("anna", 2026), ("ben", 2025), ("old", 2027), ("ben", 2025)):
        order = 0 if who == "old" else marker.order_after(former)
        former = Marker(marker.DONE, f"token {len(states)}", who, when=f"{when}-05-01T00:00:00Z")
        former = replace(former, order=order)
        states.append(former)
        key = client.remote.key(f".registry/versions_log/{entry}/{len(states)}.json")
        client.put(key, marker.body(former))
    told = history.seals(client, entry, 10)
    assert told == states
    assert marker.parse(marker.body(states[1])) == states[1]


@pytest.mark.parametrize("order", [-1, 10**30, marker.LAST_SECOND])
def test_an_order_that_is_none_is_left_out(order):
    strange = Marker(marker.DONE, "t", order=order)
    assert 0 < marker.order_after(strange) < marker.LAST_SECOND
