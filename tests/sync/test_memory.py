"""The memory that an entry of many files takes: a few hundred bytes for each, whatever is done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent.parent
BASE = 40_000_000  # Python, and what a push and a pull import
PER_FILE = 400  # its path and what is known of it; 1,000,000 files took 429 MB in all


def test_a_push_and_a_pull_of_many_files_take_little_memory(tmp_path):
    files = 200_000
    run = subprocess.run(
        [sys.executable, TESTS / "support" / "many_files.py", tmp_path, str(files)],
        env={**os.environ, "PYTHONPATH": str(TESTS.parent / "scripts")},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert int(run.stdout) < BASE + PER_FILE * files
