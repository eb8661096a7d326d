"""Checks the way to S3: who we are there, and what we may do."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from registry.doctor.check import BAD, NOTE, OK, Check, Finding, Visit
from registry.errors import RegistryError
from registry.humanize import human_seconds
from registry.remote import capabilities, children, describe, location
from registry.remote.http import Answer
from registry.sections import MIRRORED
from registry.transfer import aws

SKEW_SECONDS = 300.0  # S3 refuses requests whose clock is further off than a quarter of an hour
RIGHTS = {"put": "s3:PutObject", "get": "s3:GetObject", "list": "s3:ListBucket",
          "delete": "s3:DeleteObject"}  # fmt: skip


def who(visit: Visit) -> Iterator[Finding]:
    """Yield which credentials are used and, where the store can say it, for whom."""
    client = visit.opened.client
    masked = f"…{client.credentials.keys().access[-4:]}"
    text = f"{client.credentials.source}, key {masked}"
    if client.remote.address:
        yield Finding(OK, "credentials", text)
        return
    words = ["sts", "get-caller-identity", "--query", "Arn", "--output", "text"]
    child = children.environment(client.remote, client.credentials, client.region)
    done = subprocess.run(
        [*aws.program(), *words], env=child,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    name = done.stdout.strip()
    yield Finding(OK, "credentials", f"{text}, {name or 'whose name nobody tells'}")


def way(visit: Visit) -> Iterator[Finding]:
    """Yield how every program gets there: our own client, aws and DVC are told the same."""
    client = visit.opened.client
    yield Finding(OK, "way", describe.way(client.remote, client.region))


def region(visit: Visit) -> Iterator[Finding]:
    """Yield whether the region that is set is the bucket's."""
    assert visit.remote
    configured = visit.remote.set_region or location.GUESS
    actual = visit.opened.client.region
    if configured == actual:
        yield Finding(OK, "region", actual)
    else:
        text = f"{configured} is set, the bucket is in {actual}: every command asks twice"
        cure = f"make remote URL={visit.remote.url} REGION={actual}"
        yield Finding(NOTE, "region", text, cure)


def clock(visit: Visit) -> Iterator[Finding]:
    """Yield how far this machine's clock is off the store's."""
    query = {"list-type": "2", "prefix": visit.opened.remote.key(location.MARKERS, "")}
    yield judge_clock(visit.opened.client.request("GET", "", query), time.time())


def judge_clock(answer: Answer, now: float) -> Finding:
    """Return the same for one answer that came at `now`, in seconds since the epoch."""
    try:
        theirs = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        return Finding(NOTE, "clock", "the store tells no time")
    off = abs(now - theirs)
    if off > SKEW_SECONDS:
        cure = "set it, best by NTP (timedatectl set-ntp true)"
        return Finding(BAD, "clock", f"{human_seconds(off)} off: S3 will refuse requests", cure)
    return Finding(OK, "clock", f"{human_seconds(off)} off at most")


def rights(visit: Visit) -> Iterator[Finding]:
    """Put, get, list and delete, proven on a key of our own in every part of the registry."""
    for folder in (*MIRRORED, location.DVC_FOLDER, location.MARKERS):
        key = capabilities.probe_key(visit.opened.remote, folder)
        failed = _try(visit, key)
        if failed:
            step, error = failed
            place = f"arn:aws:s3:::{visit.opened.remote.bucket}"
            where = place if step == "list" else f"{place}/{visit.opened.remote.key(folder, '*')}"
            cure = f"ask the bucket's owner to allow {RIGHTS[step]} on {where}"
            stays = f"; {key} stays in S3, 5 bytes" if step == "delete" else ""
            yield Finding(BAD, folder, f"cannot {step}: {error}{stays}", cure)
        else:
            yield Finding(OK, folder, "put, get, list and delete work")


def _try(visit: Visit, key: str) -> tuple[str, str] | None:
    """The first step that does not work and why; the probe is taken away in any case."""
    client, step, is_there = visit.opened.client, "put", True
    try:
        client.put(key, b"probe")
        step = "get"
        answer = client.get(key)
        if answer is None or answer.body != b"probe":
            return step, "it returned something else than was put"
        step = "list"
        if [row.key for row in client.list(key)] != [key]:
            return step, "the new key is not listed"
        step, is_there = "delete", False
        client.delete(key)
        return None if client.head(key) is None else (step, "it is still there")
    except RegistryError as error:
        return step, str(error)
    finally:
        if is_there:
            _drop(visit, key)


def _drop(visit: Visit, key: str) -> None:
    try:
        visit.opened.hasty().client.delete(key)
    except RegistryError:
        return  # said already: the step that failed before has the same reason


CHECKS: tuple[Check, ...] = (who, way, region, clock, rights)
