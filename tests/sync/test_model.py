"""The protocol's promises under thousands of random schedules; and its mutants, which must fail.

MODEL_SCHEDULES=100000 plays more schedules, MODEL_SEED=17 plays that one alone.
"""

import os
import re
from collections import Counter

import pytest
from model.oracle import Violation
from model.rules import Rules
from model.world import World

SCHEDULES = int(os.environ.get("MODEL_SCHEDULES", "4000"))
CHUNKS = 4
BUDGET = 2000  # schedules within which a mutant has to be caught

# What a mutant leaves out of the protocol, and the promises that break. Two rules that guard the
# same thing have to go together.
MUTANTS = {
    # the three mistakes of the design
    "a baseline for the whole plan": (("record_placed_only",), "P5"),
    "a stat taken after the download": (("stat_at_plan",), "P1"),
    "pulling from one's own unfinished push": (("own_push_blocks_pull",), "P6"),
    # those of the issue
    "no LIST and marker after the download": (("recheck",), "P6"),
    "a version of what is here by now": (("version_is_of_the_listed",), "P6"),
    "a marker taken whatever is there": (("conditional_marker",), "P2 P6 P7"),
    "LIST before the marker": (("marker_first", "recheck_when_quiet"), "P6 P7"),
    "deletes before the uploads are verified": (("deletes_last",), "P4"),
    "absence is deletion": (("absence_is_no_deletion",), "P3"),
    # of frees
    "a free that does not look again": (("second_list",), "P9"),
    "a dead free that others' files are compared with": (("taken_place_is_new",), "P3 P7 P8"),
    # and more
    "a pushed file recorded as it is later": (("restat",), "P5"),
    "no touch where aws skips a file": (("touch",), "P7"),
    "a torn upload of an edited file": (("set_aside_unplanned",), "P7"),
    "a pull without a journal": (("journal_pulls",), "P7 P8"),
    "a folder removed for each of its files": (("folders_go_once",), "P7"),
    "folders that stay when all in them went": (("emptied_folders_go",), "P7"),
    "a torn entry that a push of nothing calls up to date": (("torn_is_never_idle",), "P8"),
    "a resumed push that does not take the marker": (("resume_takes_marker",), "P6 P7"),
}


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_the_promises_hold(chunk):
    for seed in range(chunk, SCHEDULES, CHUNKS):
        World(seed).play()


@pytest.mark.skipif("MODEL_SEED" not in os.environ, reason="MODEL_SEED names no schedule")
def test_one_schedule():
    World(int(os.environ["MODEL_SEED"])).play()


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_oracle_catches(mutant):
    names, promises = MUTANTS[mutant]
    rules = Rules(**dict.fromkeys(names, False))
    with pytest.raises(Violation) as caught:
        for seed in range(BUDGET):
            World(seed, rules).play()
    assert str(caught.value).splitlines()[-1][:2] in promises.split()


def test_schedules_reach_everything():
    """A model in which nothing happens would keep every promise."""
    seen = Counter()
    for seed in range(600):
        world = World(seed)
        world.play()
        seen.update(re.sub(r"( '.*| ([fh]/)?[a-e]| *)$", "", line[14:]) for line in world.trace)
    for what in (
        "push: exit 0",
        "pull: exit 0",
        "push: exit 3 conflict",
        "push: exit 3 behind",
        "pull: exit 3 pushing",
        "pull: exit 3 torn",
        "push: exit 3 too many deletes",
        "push: exit 0 not checked out",
        "push: exit 1 somebody else was faster",
        "push: exit 1 no answer",
        "push: CRASH before",
        "pull: CRASH before",
        "push: GET marker back",
        "push: GET marker after the 412",
        "push: DELETE",
        "push: stat a after the touch",
        "pull: swap",
        "pull: rename f/b into trash",
        "pull: rmdir f",
        "  mv f/ h/",
        "push: exit 3 torn",
        "push: absorb the journal into the baseline",
        "pull: absorb the journal into the baseline",
        "orphan: then aws sends",
        "unlock: exit 0",
        "free: exit 0",
        "free: exit 3 changed here",
        "free: CRASH before",
        "push: put back what was set aside",
        "seal: exit 0",
        "  make reset",
        "  unmount",
    ):
        assert seen[what], f"never happened: {what}"


def test_a_schedule_is_its_seed():
    def story(seed):
        world = World(seed)
        world.play()
        return world.trace

    assert story(17) == story(17) != story(18)


def test_a_violation_tells_its_story():
    with pytest.raises(Violation) as caught:
        for seed in range(BUDGET):
            World(seed, Rules(deletes_last=False)).play()
    first, *story, last = str(caught.value).splitlines()
    assert first.startswith("seed ") and first.endswith(last)
    assert any(": DELETE " in line for line in story[-2:])
