"""Each state of an entry has a cure, or is one that needs none."""

from __future__ import annotations

from registry.status import cures
from registry.status import states as status_states


def test_every_state_has_a_cure_or_is_quiet():
    cured = set().union(*(states for states, *_ in cures.CURES))
    assert cured | {*status_states.QUIET, status_states.NOTHING} == {*status_states.STATES}
