"""The memory that an entry of many files takes: a few hundred bytes for each, whatever is done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent.parent
BASE = 40_000_000  # Python, what a push and a pull import, and the fewer files
PER_FILE = 480  # its path and what is known of it; 1,000,000 files took 429 MB in all
FEWER, MORE = 10_000, 50_000


def test_a_push_and_a_pull_of_many_files_take_little_memory(tmp_path):
    """What each further file takes, so that the size of Python itself blurs nothing."""
    few, many = (peak(tmp_path / str(files), files) for files in (FEWER, MORE))
    assert few < BASE
    assert (many - few) / (MORE - FEWER) < PER_FILE


def peak(root: Path, files: int) -> int:
    run = subprocess.run(
        [sys.executable, TESTS / "support" / "many_files.py", root, str(files)],
        env={**os.environ, "PYTHONPATH": str(TESTS.parent / "scripts")},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return int(run.stdout)
