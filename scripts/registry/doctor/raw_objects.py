"""Checks that the raw datasets' versions can be had from S3: that they are there, and readable."""

from __future__ import annotations

from collections.abc import Iterator

from registry import dvc_file, entries, parallel
from registry.doctor.check import BAD, NOTE, OK, Finding, Visit
from registry.dvc_file import Version
from registry.dvc_outs import BadDvcFile
from registry.entries import Entry
from registry.errors import RegistryError
from registry.humanize import plural
from registry.raw import manifest, stored
from registry.remote import location
from registry.sections import RAW

SHOWN = 5
REFUSED = "S3 does not give"
LACKING = "S3 lacks its version"  # it may just not be pushed yet


def raw_objects(visit: Visit) -> Iterator[Finding]:
    """The object that each `.dvc` file names: a whole list of files, or a file's first byte."""
    raw = entries.known([RAW], visit.root)
    versions = [(entry, version) for entry in raw for version in _versions(entry)]
    judged = parallel.ask(versions, lambda pair: _wrong(visit, pair[1]))
    bad = [(entry, why) for (entry, _), why in judged if why]
    bad.sort(key=lambda pair: pair[1] == LACKING)
    for entry, why in bad[:SHOWN]:
        level = NOTE if why == LACKING else BAD
        yield Finding(level, "raw objects", f"{entry}: {why}", _cure(visit, entry, why))
    if bad[SHOWN:]:
        yield Finding(NOTE, "raw objects", f"and {len(bad) - SHOWN} more", "make status FULL=1")
    if not bad:
        yield Finding(OK, "raw objects", f"{plural(len(versions), 'version')} can be read")


def _cure(visit: Visit, entry: Entry, why: str) -> str:
    """Who can help: another push brings nothing to who may not read it."""
    if not why.startswith(REFUSED):
        return manifest.ask(entry)
    if "AccessDenied" not in why:
        return ""
    place = f"{visit.opened.remote.bucket}/{visit.opened.remote.key(location.DVC_FOLDER, '*')}"
    return f"ask the bucket's owner to allow s3:GetObject on arn:aws:s3:::{place}"


def _versions(entry: Entry) -> list[Version]:
    try:
        return dvc_file.on_disk(entry)
    except BadDvcFile:
        return []  # every other command names it


def _wrong(visit: Visit, version: Version) -> str:
    """Return why the version cannot be had; "" if it can, as far as one request tells."""
    client = visit.opened.client
    key, is_list = stored.key(client, version.object), version.object.endswith(".dir")
    try:
        if is_list:
            answer = client.get(key)
        elif (answer := client.head(key)) and answer.headers.get("content-length") != "0":
            client.request("GET", key, headers={"range": "bytes=0-0"})
    except RegistryError as error:
        return f"{REFUSED} {key}: {error}"
    if answer is None:
        return LACKING
    if is_list and not stored.holds(answer.body, version.object):
        return "the list of its files is damaged in S3"
    return ""
