"""Finds out what the store can do: conditional writes."""

from __future__ import annotations

import os
from collections.abc import Mapping

from registry.remote.location import MARKERS
from registry.remote.s3 import Client, Denied

UNMET = {409, 412}
_UNKNOWN = 501  # what stores answer that do not know the header


def new_token() -> str:
    return os.urandom(16).hex()


def is_conditional(client: Client) -> bool:
    """Whether the store keeps a conditional write from overwriting: asked, never assumed.

    Both conditions that write() relies on: some stores know the first, and pass over the other.
    """
    key = client.remote.key(MARKERS, f"probe-{new_token()}")
    absent, other = {"if-none-match": "*"}, {"if-match": f'"{new_token()}"'}
    client.put(key, b"first")
    try:
        return all(_keeps(client, key, condition) for condition in (absent, other))
    finally:
        client.delete(key)


def _keeps(client: Client, key: str, condition: Mapping[str, str]) -> bool:
    """Whether the store refuses to write over an object on a condition that is not met."""
    try:
        client.put(key, b"second", condition)
    except Denied as error:
        if error.status not in {*UNMET, _UNKNOWN}:
            raise
        return error.status in UNMET
    return False
