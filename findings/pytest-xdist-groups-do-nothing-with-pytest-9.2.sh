#!/usr/bin/env bash
# `@pytest.mark.xdist_group` with `--dist loadgroup`: the tests of one group are meant to run on one
# worker. With the newest of both they are spread over all workers, without a word: xdist 3.8.0
# adds the group to an item's `_nodeid`, and pytest 9.2.0 makes the node id from another attribute.
# With pytest 8.4.2 the same xdist keeps the group together. What it costs: set-ups that a group
# shares are made once for each worker, and tests that must not run side by side do.
#
# Seen with pytest-xdist 3.8.0, 4 workers, 40 tests of one group:
#   pytest 8.4.2: 1 worker
#   pytest 9.2.0: 4 workers
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >test_group.py <<'PYTHON'
import time

import pytest


@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(40))
def test_of_one_group(number, worker_id):
    time.sleep(0.02)
    with open("workers", "a") as file:
        print(worker_id, file=file)
PYTHON
workers() { # workers <version of pytest>: how many workers the group ran on
  python3 -m venv "venv-$1"
  "venv-$1/bin/pip" install -q "pytest==$1" pytest-xdist==3.8.0
  rm -f workers
  "venv-$1/bin/python" -m pytest -q -n 4 --dist loadgroup -p no:cacheprovider >"log-$1"
  sort -u workers | wc -l | tr -d ' '
}
before=$(workers 8.4.2) after=$(workers 9.2.0)
echo "pytest 8.4.2: $before worker"
echo "pytest 9.2.0: $after workers"
[ "$before" = 1 ] && [ "$after" -gt 1 ]
echo "as it was seen"
