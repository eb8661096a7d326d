"""A real terminal for a command: what it shows there and says in a log may differ."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios


def in_terminal(checkout, *command, columns=80, **env):
    """(exit code, everything that a terminal of this width was sent)."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    run = subprocess.Popen(
        command, cwd=checkout.path, env={**checkout.env, **env, "TERM": "xterm"},
        stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    sent = b""
    while True:
        try:
            block = os.read(master, 65536)
        except OSError:  # Linux's way to say that nobody has it open any more
            break
        if not block:
            break
        sent += block
    os.close(master)
    return run.wait(900), sent.decode()
