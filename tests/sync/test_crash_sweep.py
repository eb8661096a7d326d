"""A push or a pull dies at any moment; nothing is lost, and running it again finishes it.

CI stops at a few steps spread over the run; SWEEP=full stops at every one of them.
"""

from __future__ import annotations

import os

import pytest
from support import crash_at
from support.checkout import STARTED
from support.oracle import assert_in_time, expect
from support.world import NEW, World

FULL = os.environ.get("SWEEP") == "full"
POINTS = range(400 if FULL else 8)
FEW = range(400 if FULL else 3)


def pick(point, count):
    """The step, of `count`, that this point of the sweep stops at."""
    if not FULL:
        return 1 + point * (count - 1) // max(len(POINTS) - 1, 1)
    if point >= count:
        pytest.skip(f"there are {count} steps")
    return point + 1


class Sweep:
    """One direction in one world: how many steps and requests it has, and running it again."""

    def __init__(self, world: World, direction: str, log: crash_at.Log) -> None:
        self.world, self.direction, self.log = world, direction, log
        self.person = world.anna if direction == "push" else world.ben
        self.before()
        expect(self.run(**log.env()), 0)
        self.check_done()
        self.steps = len(log.steps())
        self.requests = len(self.person.proxy.requests)
        self.before()
        expect(self.run(**log.env(only="awscli")), 0)
        self.aws_steps = len(log.steps())

    def before(self):
        (self.world.before_push if self.direction == "push" else self.world.before_pull)()

    def run(self, **env):
        words = ["processed_datasets/"] if self.direction == "pull" else []
        engine = self.person.env["ENGINE"]  # counted with the one that is killed
        return self.person.script(f"{self.direction}_entries", *words, ENGINE=engine, **env)

    def again(self, **env):
        """As a person would: the whole command tidies up what a dead one left half-made."""
        return (self.person.push if self.direction == "push" else self.person.pull)(**env)

    def check_during(self):
        if self.direction == "push":
            self.world.check_during_push()
        else:
            self.world.check_during_pull()

    def check_done(self):
        if self.direction == "push":
            self.world.check_pushed()
        else:
            self.world.check_pulled()

    def check_after_crash(self, turn, **env):
        """Now, as somebody else sees it every second time, and after running it again."""
        self.world.calm()
        self.check_during()
        if turn % 2 and self.direction == "push":
            self.world.check_seen_by_ben()
        elif turn % 2:
            self.check_push_after_torn_pull()
            return None
        run = expect(self.again(**env), 0)
        self.check_done()
        return run

    def check_push_after_torn_pull(self):
        """The baseline is true: pushing instead takes nothing of Anna's back (P2, P5)."""
        run = expect(self.person.script("push_entries"), 0, 3)
        stored = self.world.bucket.data()
        assert {name: stored.get(name) for name in NEW} == {
            name: self.person.tree()[name] if run.code == 0 else body for name, body in NEW.items()
        }
        assert stored.get("processed_datasets/a/gone.txt") is None
        expect(self.person.script("pull_entries", "processed_datasets/"), 0)
        assert set(NEW) <= set(self.person.tree())
        assert self.person.read("processed_datasets/a/ben.txt") == b"Ben's own"
        assert self.person.read("processed_datasets/a/x.txt") == b"new x"
        assert self.person.strays() == []


# A push claims and seals otherwise on each store. A pull writes to none: one store for each point.
DIRECTIONS = [pytest.param("push", marks=pytest.mark.both_stores), "pull"]


@pytest.fixture(scope="module", params=DIRECTIONS)
def sweep(request, world, tmp_path_factory):
    return Sweep(world, request.param, crash_at.Log(tmp_path_factory.mktemp("sweep") / "log"))


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_step(sweep, point):
    n = pick(point, sweep.steps)
    sweep.before()
    run = sweep.run(**sweep.log.env(n))
    # Threads share the work, not always by as many steps: the last one may not come this time.
    assert run.code != 0 or len(sweep.log.steps()) < n, run
    sweep.check_after_crash(point)


@pytest.mark.parametrize("point", FEW)
def test_killed_at_a_step_of_aws(sweep, point):
    n = pick(point * (1 if FULL else 3), sweep.aws_steps)
    sweep.before()
    sweep.run(**sweep.log.env(n, only="awscli"))
    sweep.check_after_crash(point)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_a_request(sweep, point, when):
    n = pick(point, sweep.requests)
    sweep.before()
    rule = sweep.person.proxy.when(nth=n)
    kill = lambda: sweep.person.running.kill()  # noqa: E731  # `running` is set later
    rule.call(kill) if when == "before" else rule.call_after(kill)
    sweep.run()
    assert rule.fired
    sweep.check_after_crash(point)


@pytest.mark.parametrize("point", FEW)
def test_interrupted_at_a_step(sweep, point):
    """Ctrl-C once: a clean end in time, with nothing left, whatever it was doing."""
    n = pick(point * (1 if FULL else 3), sweep.steps)
    sweep.before()
    run = expect(sweep.run(**sweep.log.env(n, sign="INT")), 130, 0)
    sweep.check_during()
    assert [name for name in sweep.person.strays() if not name.startswith(".registry")] == []
    assert_in_time(run.seconds, 60, sweep.check_after_crash(0, **STARTED))
