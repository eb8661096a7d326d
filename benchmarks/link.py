"""A link between a tool and the server: adds a delay each way, or limits the rate.

usage: link.py PORT SERVER_PORT DELAY_SECONDS BYTES_PER_SECOND     (0: no limit)

The rate is shared by all connections, each way, as on a cable. Opening a connection costs a round
trip, as TCP's greeting does.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque

WAITING_BYTES = 1 << 20  # under way on one connection before its sender has to wait


class Cable:
    """One direction of the link: when the next byte may go."""

    def __init__(self, delay: float, rate: float) -> None:
        self.delay, self.rate, self.free = delay, rate, 0.0

    def due(self, size: int, now: float) -> float:
        """When the last of `size` bytes, sent now, arrives at the other end."""
        if self.rate:
            self.free = max(self.free, now) + size / self.rate
            return self.free + self.delay
        return now + self.delay


class End(asyncio.Protocol):
    """One end of one connection: what comes in goes to `other`, when it is due."""

    def __init__(self, cable: Cable, loop: asyncio.AbstractEventLoop) -> None:
        self.cable, self.loop = cable, loop
        self.other: End | None = None
        self.transport: asyncio.Transport | None = None
        self.waiting = 0
        self.under_way: deque[bytes] = deque()
        self.early: list[bytes] = []
        self.not_before = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        due = max(self.cable.due(len(data), self.loop.time()), self.not_before)
        self.waiting += len(data)
        if self.waiting > WAITING_BYTES and self.transport:
            self.transport.pause_reading()
        self.under_way.append(data)
        self.loop.call_at(due, self._arrive)

    def _arrive(self) -> None:
        """What was sent first, for the loop does not keep the order of calls at one time."""
        data = self.under_way.popleft()
        self.waiting -= len(data)
        if self.waiting <= WAITING_BYTES and self.transport:
            self.transport.resume_reading()
        if self.other and self.other.transport:
            self.other.transport.write(data)
        else:
            self.early.append(data)  # the way to the server is not open yet

    def connection_lost(self, error: Exception | None) -> None:
        due = max(self.cable.due(0, self.loop.time()), self.not_before)
        self.loop.call_at(due, self._hang_up)

    def _hang_up(self) -> None:
        if self.under_way:  # due at this very time, but not called yet
            self.loop.call_soon(self._hang_up)
        elif self.other and self.other.transport:
            self.other.transport.close()


class Near(End):
    """The tool's end: opens the way to the server when a tool connects."""

    port, back = 0, Cable(0, 0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.not_before = self.loop.time() + 3 * self.cable.delay if self.cable.delay else 0
        self.opening = self.loop.create_task(self._open())

    async def _open(self) -> None:
        try:
            _, far = await self.loop.create_connection(
                lambda: End(self.back, self.loop), "127.0.0.1", self.port
            )
        except OSError:
            assert self.transport
            self.transport.abort()
            return
        far.other, self.other = self, far
        for data in self.early:
            assert far.transport
            far.transport.write(data)


async def serve(port: int, server_port: int, delay: float, rate: float) -> None:
    loop, parent = asyncio.get_running_loop(), os.getppid()
    far, Near.port, Near.back = Cable(delay, rate), server_port, Cable(delay, rate)
    server = await loop.create_server(lambda: Near(far, loop), "127.0.0.1", port, backlog=512)
    async with server:
        while os.getppid() == parent:  # it never outlives who started it
            await asyncio.sleep(1)


def main(argv: list[str] | None = None) -> int:
    port, server, delay, rate = sys.argv[1:] if argv is None else argv
    asyncio.run(serve(int(port), int(server), float(delay), float(rate)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
