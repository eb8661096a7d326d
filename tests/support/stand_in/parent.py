"""The process of one command: it has imported what that imports, and forks for each request."""

from __future__ import annotations

import contextlib
import gc
import marshal
import os
import select
import signal
import socket
from typing import Any

from command import Command

MOST = 1 << 18  # bytes of a request
FILES = 256  # of a request
Job = tuple[Command, dict[str, Any], list[int], int]


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
