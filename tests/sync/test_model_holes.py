"""Schedules by hand for rules that random ones need too long to miss.

Each runs twice: with the rule nothing breaks, without it the oracle speaks.
"""

import pytest
from model.oracle import Violation
from model.script import Script


def quiet_pull_meets_a_push(world):
    """Bob has one of alice's two newest files already: his pull has nothing to fetch.

    A push between his first LIST and his look at the marker makes him list again.
    """
    world.share(a="one1", b="one2")
    world.writes("bob", a="three1")
    world.stops_before("bob", "GET marker", "pull", full=True)
    world.writes("alice", a="two1")
    assert not world.does("alice", "push")
    world.stops_before("bob", "LIST")
    world.writes("alice", a="three1", b="three2")
    world.stops_before("alice", "aws sends b", "push")
    world.goes_on("bob")


def push_dies_once_sealed(world):
    """Bob builds on it before alice's next run: no conflict, nobody disagrees."""
    world.share(a="one1")
    world.writes("alice", a="two1")
    world.stops_before("alice", "PUT marker done", "push")
    world.steps("alice")
    world.dies("alice")
    world.does("bob", "pull")
    world.writes("bob", a="three1")
    assert not world.does("bob", "push")
    world.must("alice", "pull")


def pull_dies_before_its_baseline(world):
    """What it placed is the registry's, not alice's: news and deletions still reach it."""
    world.share(a="one1", b="one1")
    world.writes("bob", a="two1", c="two1")
    world.does("bob", "push")
    world.stops_before("alice", "write the baseline", "pull")
    world.dies("alice")
    world.writes("bob", a="three1")
    world.removes("bob", "c")
    assert not world.does("bob", "push")
    world.must("alice", "pull")
    assert world.users["alice"].disk.files.keys() == {"a", "b"}


def old_journal_after_a_reset(world):
    """Reset forgets; a journal from before it must not remember."""
    world.share(a="one1", b="one1")
    world.writes("alice", a="two1")
    world.stops_before("alice", "stat a again", "push")
    world.dies("alice")
    world.users["alice"].reset()
    world.does("alice", "unlock")
    world.does("alice", "seal")
    world.writes("alice", c="new1")
    world.must("alice", "pull")


def edit_just_before_a_swap_and_a_crash(world):
    """Between the last look at the file and the swap there is always room for an edit."""
    world.share(a="one1")
    world.writes("bob", a="two1")
    world.does("bob", "push")
    world.stops_before("alice", "swap a", "pull")
    world.writes("alice", a="edit1")
    world.stops_before("alice", "check what was swapped")
    world.dies("alice")


def adopted_in_a_torn_push_then_deleted(world):
    """Adopted is known, also when the push that adopted it never ends."""
    world.share(a="one1", c="one1")
    world.writes("bob", b="two1")
    world.does("bob", "push")
    world.writes("alice", a="two1", b="two1")
    world.stops_before("alice", "aws opens a", "push")
    world.writes("alice", a="three1")
    world.goes_on("alice")
    world.removes("alice", "b")
    world.must("alice", "push")


def torn_push_that_took_local(world):
    """TAKE=local was said once: running again needs no second time."""
    world.share(a="one1", b="one1")
    world.writes("bob", a="two1")
    world.does("bob", "push")
    world.removes("alice", "a")
    assert world.does("alice", "push") == "conflict"
    world.stops_before("alice", "HEAD a", "push", mine=True)
    world.dies("alice")
    world.must("alice", "push")


def cure_for_what_plain_aws_removed(world):
    """FULL=1 saw it and named a cure; the cure has to see it too."""
    world.share(a="one1")
    del world.store.objects["a"]
    assert world.does("alice", "push", full=True) == "removed upstream"
    world.must("alice", "push", mine=True)
    world.oracle.check(world.store.etags(), "P8", "nothing was pushed")


def disk_that_blinks_during_the_scan(world):
    """Listed, unmounted, not there for stat, mounted again."""
    world.share(a="one1", b="one1", c="one1")
    alice = world.users["alice"]
    world.stops_before("alice", "stat c", "push", full=True)
    alice.unmount()
    world.steps("alice")
    alice.mount()
    world.goes_on("alice")


def disk_that_goes_away_under_a_pull(world):
    """What was placed beside the disk is hidden once it is back, and hidden is not deleted."""
    world.share(a="one1", b="one1")
    world.writes("bob", c="one1")
    world.does("bob", "push")
    world.stops_before("alice", "link c", "pull")
    world.users["alice"].unmount()
    world.goes_on("alice")
    world.users["alice"].mount()
    world.does("alice", "push")


def torn_push_of_somebody_else(world):
    """Bob's is half up when he dies; alice unlocks it, and has all that was whole before."""
    world.share(a="one1", b="one1")
    world.writes("bob", a="two2", b="two2", c="new2")
    world.stops_before("bob", "aws opens c", "push")
    world.users["bob"].command.label = "killed"  # with its aws
    world.dies("bob")
    assert not world.does("alice", "unlock")


def torn_then_pushed(world):
    """Nothing here is new: that is no reason to call a mixture good."""
    torn_push_of_somebody_else(world)
    assert world.does("alice", "push") == "torn"
    world.must("alice", "push", mine=True, delete=True)
    assert world.store.etags() == {"a": "one1", "b": "one1"}
    assert not world.does("alice", "pull")


def torn_then_pushed_from_an_older_copy(world):
    """Bob has sealed news since; alice's whole state is not the last one."""
    world.share(a="one1", b="one1")
    world.writes("bob", b="two2")
    assert not world.does("bob", "push")
    world.writes("bob", a="three3")
    world.stops_before("bob", "stat a again", "push")
    world.users["bob"].command.label = "killed"
    world.dies("bob")
    assert not world.does("alice", "unlock")
    world.does("alice", "push", mine=True, delete=True)


SCHEDULES = {
    torn_then_pushed: ("torn_is_never_idle", "P8"),
    torn_then_pushed_from_an_older_copy: ("restore_last_sealed", "P2"),
    quiet_pull_meets_a_push: ("recheck_when_quiet", "P6"),
    push_dies_once_sealed: ("baseline_before_seal", "P7"),
    pull_dies_before_its_baseline: ("journal_pulls", "P7"),
    old_journal_after_a_reset: ("journal_absorbed_once", "P8"),
    adopted_in_a_torn_push_then_deleted: ("learn_before_push", "P7"),
    torn_push_that_took_local: ("take_local_is_journaled", "P7"),
    cure_for_what_plain_aws_removed: ("contradiction_ends_trust", "P8"),
    edit_just_before_a_swap_and_a_crash: ("swap_into_trash", "P1"),
    disk_that_goes_away_under_a_pull: ("baseline_is_of_a_device", "P3"),
    disk_that_blinks_during_the_scan: ("vanished_is_no_absence", "P3"),
}
each = pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: schedule.__name__)


@each
def test_the_rule_keeps_the_promise(schedule):
    schedule(Script())


@each
def test_without_the_rule_the_promise_breaks(schedule):
    rule, promise = SCHEDULES[schedule]
    with pytest.raises(Violation, match=f"^{promise}: "):
        schedule(Script(rule))
