"""Runs the scripts, dvc and aws in forks of processes that have imported them.

    python forks.py <socket> <fifo> <a clone's scripts/>   until nobody has the fifo open any more

A start that imports the rooms takes ten times as long as a fork, and the tests make thousands.
`python`, beside this file, sends all that a start inherits. The router gives it to the process of
that command, which has imported what that command imports and what its runs imported later.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import marshal
import os
import select
import signal
import socket
import sys
from typing import Any

import fork
from command import Command

MOST = 1 << 18  # bytes of a request
FILES = 256  # of a request
Job = tuple[Command, dict[str, Any], list[int], int]


def main(path: str, life: str, scripts: str) -> None:
    tag = ctypes.CDLL(None).getenv  # where this process's own environment is, as /proc shows it
    tag.restype = ctypes.c_void_p
    fork.tag_address = tag(b"TEST_RUN")
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
    os.closerange(4, fork.HIGH)
    with open("/proc/self/comm", "w") as name:
        name.write("forks")
    job = Forks(Command(command, scripts), channel).serve()
    fork.run(*job)


class Forks:
    """The process of one command: forks for each request, and tells how the fork ended."""

    def __init__(self, command: Command, channel: socket.socket) -> None:
        self.command = command
        self.channel = channel
        self.running: dict[int, tuple[int, socket.socket]] = {}  # by a number that tells its end
        self.news, self.teller = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.news.setblocking(False)
        self.settle()

    def settle(self) -> None:
        self.command.note_paths()
        gc.collect()
        gc.freeze()  # or each fork copies what it only looks at

    def serve(self) -> Job:
        """Returns in each fork, with what it is to do."""
        while True:
            askers = {asker: pid for pid, asker in self.running.values() if asker.fileno() >= 0}
            for one in select.select([self.channel, *self.running, *askers], [], [])[0]:
                if one is self.channel:
                    if job := self.take():
                        return job
                elif one in askers:
                    if one.fileno() >= 0:  # else its command ended just now: the pid is free
                        pass_on(one, askers[one])
                else:
                    self.end(one)

    def take(self) -> Job | None:
        data, fds, _, _ = socket.recv_fds(self.channel, MOST, FILES)
        if not data:
            os._exit(0)
        asked, asker = marshal.loads(data), socket.socket(fileno=fds.pop(0))
        if not self.command.can(asked):
            with contextlib.suppress(OSError):
                asker.send(b"no")
        elif pid := os.fork():
            self.running[os.pidfd_open(pid)] = pid, asker
        else:
            os.setsid()
            self.channel.detach()
            return self.command, asked, fds, self.teller.detach()
        for fd in fds:
            os.close(fd)
        return None

    def end(self, pidfd: int) -> None:
        pid, asker = self.running.pop(pidfd)
        os.close(pidfd)
        status = os.waitpid(pid, 0)[1]
        with asker, contextlib.suppress(OSError):
            asker.send(b"%d" % status)
        self.learn()

    def learn(self) -> None:
        news: list[Any] = []
        with contextlib.suppress(BlockingIOError):
            while True:
                news += marshal.loads(self.news.recv(MOST))
        if self.command.learn(news):
            self.settle()


def pass_on(asker: socket.socket, pid: int) -> None:
    """A signal that the asker had; its own death kills, too."""
    try:
        number = asker.recv(1)
    except OSError:
        number = b""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number[0] if number else signal.SIGKILL)
    if not number:
        asker.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
