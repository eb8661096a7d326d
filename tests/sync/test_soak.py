"""Three people, random edits, moved folders, killed commands: all end equal, and nothing is lost.

A few turns in the suite; SOAK=600 goes on for so many seconds, SOAK_SEED=17 plays that one again.
"""

from __future__ import annotations

import os
import time

import pytest
from support.soak import Soak

SECONDS = float(os.environ.get("SOAK", "0"))
SEED = os.environ.get("SOAK_SEED")
TURNS = 10  # of a round, before everybody settles

pytestmark = [pytest.mark.both_stores, pytest.mark.timeout(SECONDS + 900)]


def test_all_end_equal_and_nothing_acknowledged_is_lost(clone, bucket):
    people = [clone(name, bucket) for name in ("anna", "ben", "carl")]
    end, seed = time.monotonic() + SECONDS, int(SEED or bucket.server.kind == "moto")
    while True:
        soak = Soak(seed, bucket, people)
        for _ in range(TURNS):
            soak.turn()
        soak.settle()
        if time.monotonic() > end:
            break
        seed += 2
