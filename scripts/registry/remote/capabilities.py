"""Finds out what the store can do: conditional writes, ETags that are MD5s."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

from registry.entries import ROOT
from registry.remote.etag import md5
from registry.remote.location import MARKERS, Remote
from registry.remote.s3 import Client, Denied, ServerError

FEW = 3  # markers that are looked at
UNMET = {409, 412}
_UNKNOWN = {400, 405, 500, 501}  # what stores answer that do not know the header
HASTY_SECONDS = 2.0  # for stores that break at what they do not know
REMEMBERED_SECONDS = 7 * 86400


def new_token() -> str:
    return os.urandom(16).hex()


def probe_key(remote: Remote, folder: str) -> str:
    """Return the key of a probe: always the same of this clone, and of it alone, so that probes
    which may not be deleted do not pile up."""
    clone = md5(f"{os.uname().nodename} {os.getuid()} {ROOT}".encode())
    return remote.key(folder, f"registry-probe-{clone[:12]}")


def recall(folder: Path, client: Client) -> bool:
    """Return what `is_conditional` found out about this very store lately; else it is asked again.

    A store is another one at another address, or when it calls itself something else.
    """
    path = folder / "store.json"
    store, now = f"{client.remote.identity} {client.server}", time.time()
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        said = json.loads(path.read_bytes())
        if said["store"] == store and 0 <= now - said["asked"] < REMEMBERED_SECONDS:
            return said["is_conditional"] is True
    answer = is_conditional(client)
    said = {"store": store, "asked": int(now), "is_conditional": answer}
    with contextlib.suppress(OSError):  # half of it would be asked for again
        path.write_text(json.dumps(said), encoding="utf-8")
    return answer


def is_conditional(client: Client) -> bool:
    """Return whether the store keeps a conditional write from overwriting: asked, never assumed.

    Both conditions that write() relies on: some stores know the first, and pass over the other.
    """
    hasty = replace(client, patience=HASTY_SECONDS)
    key = probe_key(client.remote, MARKERS)
    absent, other = {"if-none-match": "*"}, {"if-match": f'"{new_token()}"'}
    client.put(key, b"first")
    try:
        return all(_keeps(hasty, key, condition) for condition in (absent, other))
    finally:
        with suppress(Denied):  # who may not delete may push all the same
            client.delete(key)


def _keeps(client: Client, key: str, condition: Mapping[str, str]) -> bool:
    """Return whether the store refuses to write over an object on a condition that is not met."""
    try:
        client.put(key, b"second", condition)
    except (Denied, ServerError) as error:
        if error.status not in UNMET | _UNKNOWN:
            raise
        return error.status in UNMET
    return False


def has_md5_etags(client: Client) -> bool:
    """Whether the ETag of a small object is its MD5: some stores make up others, and say nothing.

    Markers tell, which need no right to write; a probe where there is none.
    """
    listed = client.list(client.remote.key(MARKERS, ""), page=FEW)
    for row in islice(listed, FEW):
        answer = client.get(row.key)
        if answer:
            return answer.hides_bytes or answer.etag.lower() == md5(answer.body)
    key = probe_key(client.remote, MARKERS)
    try:
        answer = client.put(key, b"probe")
        client.delete(key)
    except Denied:
        return True
    return answer.hides_bytes or answer.etag.lower() == md5(b"probe")
