"""Runs one command and says what it used: `wall CPU memory`, in seconds and KB, to a descriptor.

usage: python -I -S launch.py DESCRIPTOR COMMAND...

Linux counts the memory of whoever starts a process as that process's own, until it becomes another
program. The benchmark itself is big when it knows a million paths; this one is small.
"""

from __future__ import annotations

import os
import sys
import time


def main(argv: list[str]) -> int:
    descriptor, command = int(argv[0]), argv[1:]
    os.set_inheritable(descriptor, False)
    began = time.monotonic()
    process = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(process, 0)
    wall = time.monotonic() - began
    with os.fdopen(descriptor, "w") as out:
        out.write(f"{wall} {usage.ru_utime + usage.ru_stime} {usage.ru_maxrss}")
    return abs(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
