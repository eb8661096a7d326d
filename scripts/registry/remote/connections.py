"""Keeps a client's connections: each is asked again and again, by whichever thread has it."""

from __future__ import annotations

from registry.remote.address import Address
from registry.remote.http import Connection
from registry.remote.location import Remote


class Connections:
    """Safe to share between threads."""

    def __init__(self) -> None:
        self._idle: list[Connection] = []
        self._busy: set[Connection] = set()
        self._addresses: dict[str, Address] = {}

    def address(self, remote: Remote, region: str) -> Address:
        """Where the bucket is reached: found out once, since each time reads all settings."""
        known = self._addresses.get(region)
        if known is None:
            known = self._addresses[region] = Address.of(remote, region)
        return known

    def idle(self, address: Address) -> Connection | None:
        """Return an open connection that nobody uses."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was quicker
                break
            if connection.address is address or connection.address == address:
                self._busy.add(connection)
                return connection
            connection.close()
        return None

    def new(self, remote: Remote, address: Address, seconds: float) -> Connection:
        """Open one within so many seconds. Raises OSError."""
        connection = Connection(remote, address, seconds)
        self._busy.add(connection)
        return connection

    def give_back(self, connection: Connection) -> None:
        self._busy.discard(connection)
        if connection.is_open:
            self._idle.append(connection)

    def drop(self, connection: Connection) -> None:
        connection.close()
        self._busy.discard(connection)

    def cut(self) -> None:
        """End all that is asked and not answered yet: whoever waits gets an error."""
        for connection in list(self._busy):
            connection.cut()
