"""Runs the scripts, dvc and aws in forks of processes that have imported them.

    python forks.py <socket> <fifo> <a clone's scripts/>   until nobody has the fifo open any more

A start that imports the rooms takes ten times as long as a fork, and the tests make thousands.
`python`, beside this file, sends all that a start inherits. The router gives it to the process of
that command, which has imported what that command imports and what its runs imported later.
"""

from __future__ import annotations

import contextlib
import ctypes
import marshal
import os
import select
import socket
import sys

import fork
import inherit
from command import Command
from parent import FILES, MOST, Forks


def main(path: str, life: str, scripts: str) -> None:
    tag = ctypes.CDLL(None).getenv  # where this process's own environment is, as /proc shows it
    tag.restype = ctypes.c_void_p
    inherit.tag_address = tag(b"TEST_RUN")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(path)
    listener.listen(64)
    fifo = os.open(life, os.O_RDONLY)
    ready: dict[str, socket.socket] = {}
    while fifo not in select.select([listener, fifo], [], [])[0]:
        with listener.accept()[0] as asker, contextlib.suppress(OSError):
            route(asker, ready, scripts)


def route(asker: socket.socket, ready: dict[str, socket.socket], scripts: str) -> None:
    data, fds, _, _ = socket.recv_fds(asker, MOST, FILES)
    try:
        if data:  # else it was killed before it could ask
            passed = [data], [asker.fileno(), *fds]
            command = marshal.loads(data)["command"]
            if command not in ready:
                ready[command] = begin(command, scripts)
            try:
                socket.send_fds(ready[command], *passed)
            except BrokenPipeError:  # the log says why
                ready[command] = begin(command, scripts)
                socket.send_fds(ready[command], *passed)
    finally:
        for fd in fds:
            os.close(fd)


def begin(command: str, scripts: str) -> socket.socket:
    """The way to a new process that has imported this command."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork():
        theirs.close()
        return ours
    channel = socket.socket(fileno=os.dup2(theirs.detach(), 3))
    os.closerange(4, inherit.HIGH)
    with open("/proc/self/comm", "w") as name:
        name.write("forks")
    job = Forks(Command(command, scripts), channel).serve()
    fork.run(*job)


if __name__ == "__main__":
    main(*sys.argv[1:])
