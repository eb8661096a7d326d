"""A request about one file of a job. While it waits for its answer, no thread has to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from registry.remote.capabilities import UNMET
from registry.remote.http import Answer, Connection, Sink, Source
from registry.remote.s3 import Client, Denied, Overtaken, Request
from registry.transfer.job import Job

NOTHING: Mapping[str, str] = MappingProxyType({})
Outcome = Answer | BaseException | None  # of a first trial; None if there was none


class Whose(Protocol):
    """The job under way that it is a part of."""

    client: Client
    job: Job


class Order:
    """`sink`: where the body of a good answer goes. A kind of order says how it is settled."""

    def __init__(
        self,
        whose: Whose,
        path: str,
        method: str,
        query: Mapping[str, str] = NOTHING,
        body: bytes | Source = b"",
        headers: Mapping[str, str] = NOTHING,
        sink: Sink | None = None,
    ) -> None:
        self.path, self._client = path, whose.client
        self._request = Request(method, whose.job.prefix + path, query, body, headers, sink)

    def carry_out(self) -> None:
        """Send it and settle it, in a thread that waits for it meanwhile."""
        self.settle(None)

    def settle(self, tried: Outcome) -> None:
        """Make of the answer what it is for. Raises RegistryError."""
        raise NotImplementedError

    def begin(self) -> Connection | None:
        """Send it, if a connection is free. Raises OSError, EOFError or RegistryError."""
        return self._client.begin(self._request)

    def finish(self, connection: Connection) -> Outcome:
        """Return what came of that, good or bad."""
        try:
            return self._client.finish(self._request, connection)
        except BaseException as error:  # Ctrl-C and a full disk too: whoever settles it raises them
            return error

    def answer(self, tried: Outcome = None) -> Answer:
        """Return a good answer, if need be after more trials.

        Raises Denied for a no that is final.
        """
        try:
            return self._client.complete(self._request, tried)
        except Denied as error:
            text, kind = str(error), Denied
            if error.status in UNMET:
                text, kind = "it changed in S3 meanwhile: run again", Overtaken
            raise kind(error.status, error.code, f"{self.path}: {text}") from None
