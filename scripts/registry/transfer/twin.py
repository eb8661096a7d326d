"""A second process that moves small files beside this one, on a core that would be idle.

Python runs one thread at a time, and a small file is more computing than waiting. The twin is a
fork: it has the modules and the keys, and the checkout's lock for as long as it may write. It moves
what it is handed of a job, and tells what arrived. Every decision stays here, and so does what it
could not do, or may have done as it died: that is done here, with all patience and every message.
"""

from __future__ import annotations

import contextlib
import gc
import marshal
import os
import select
import signal
import socket
import threading
import time

from registry.remote.session import Session
from registry.transfer.lot import Lot, LotDone, Moving

LANES = 3  # shares that it works on at once: while the last answers of one come, the next begins
MESSAGE = 2**20  # bytes: more than any message has
LONGEST = 120.0  # seconds that a share may take: whatever holds it up then shall not hold up us
TRIALS = 20  # ms to wait for threads that end


def can_be() -> bool:
    """Whether a core would be idle, and a fork is safe: nobody else may hold a lock at that moment.

    A thread that Python has joined may still end for a moment, and hold one of OpenSSL's meanwhile.
    On macOS a fork never is safe, for its libraries have threads of their own.
    """
    if not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2:
        return False
    for _ in range(TRIALS):
        with contextlib.suppress(OSError):
            if len(os.listdir("/proc/self/task")) == 1:
                return True
        time.sleep(0.001)
    return False


class Twin:
    """`moves`: what it can do, by name. It lives until `end`, and no longer than this process."""

    def __init__(self, session: Session, moves: dict[str, Moving]) -> None:
        """Raises OSError where the machine bears no other process."""
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(LANES)]
        self._lanes, theirs = [ours for ours, _ in pairs], [its for _, its in pairs]
        self._free = list(self._lanes)
        try:
            self.process = os.fork()
            if not self.process:
                _live(self._lanes, theirs, session, moves)
        finally:
            for lane in theirs:
                lane.close()

    @property
    def has_time(self) -> bool:
        return bool(self._free)

    def lane(self) -> socket.socket | None:
        """Return one for a share, which has to follow; None while it has all that it can do."""
        try:
            return self._free.pop()
        except IndexError:
            return None

    def move(self, lane: socket.socket, share: Lot) -> LotDone:
        """Have a share moved. After a failure it is asked no more over this lane."""
        try:
            lane.settimeout(LONGEST)
            lane.send(marshal.dumps(tuple(share)))
            answer = lane.recv(MESSAGE)
        except OSError:
            self.cut()
            with contextlib.suppress(OSError):
                lane.settimeout(None)
                lane.recv(MESSAGE)  # ends when it is dead: two must not write one file
            answer = b""
        if not answer:
            return LotDone()
        is_done, rows = marshal.loads(answer)
        if is_done:
            self._free.append(lane)
        arrived = ((share.paths[n], stat and os.stat_result(*stat)) for n, stat in rows)
        return LotDone(is_done, tuple(arrived))

    def cut(self) -> None:
        """End it at once: whoever waits for it is told that nothing was done."""
        self._free.clear()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)

    def end(self) -> None:
        self._free.clear()
        for lane in self._lanes:
            lane.close()
        os.waitpid(self.process, 0)


def _live(
    ours: list[socket.socket],
    lanes: list[socket.socket],
    session: Session,
    moves: dict[str, Moving],
) -> None:
    """Be the twin, until the other end of a lane closes: by `end`, or because its process died."""
    try:
        for number in signal.SIGINT, signal.SIGTERM:
            signal.signal(number, signal.SIG_IGN)
        for lane in ours:
            lane.close()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):  # or who reads what a command says would wait for the twin too
            os.dup2(nowhere, stream)
        gc.freeze()  # what is there already is not looked at again, and so stays shared
        session = session.apart()
        for lane in lanes:
            threading.Thread(target=_serve, args=(lane, session, moves), daemon=True).start()
        end = select.poll()
        end.register(lanes[0], 0)
        end.poll()
    finally:
        os._exit(0)


def _serve(lane: socket.socket, session: Session, moves: dict[str, Moving]) -> None:
    try:
        while message := lane.recv(MESSAGE):
            share = Lot(*marshal.loads(message))
            lane.send(marshal.dumps(share.do(session, moves[share.verb])))
    finally:
        os._exit(1)
