"""How a program that moves bytes is listened to."""

import os
import sys
import time

from registry.transfer import process
from registry.transfer.watchdog import Sign

TALK = """
import os, time
os.write(1, b"begun\\n")
time.sleep(0.3)
os.write(2, b"upload failed: a\\n")
os.write(1, b"Completed 1 KiB of the next\\n")
"""


def test_a_failure_is_heard_before_what_came_after_it():
    """Or the next files' first bytes are taken for signs of life of the one that failed."""
    heard = []

    def read(block):
        if not heard:
            time.sleep(1)  # a busy machine: meanwhile both are said
        heard.append(block)
        return Sign()

    ended = process.run([sys.executable, "-c", TALK], os.environ, 30, read, lambda moved: None)
    assert ended.code == 0
    assert heard == [b"begun\n", b"upload failed: a\n", b"Completed 1 KiB of the next\n"]
