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
from registry.remote.s3 import Denied
from registry.sections import RAW

SHOWN = 5
LACKING = "S3 lacks its version"  # it may just not be pushed yet


def raw_objects(visit: Visit) -> Iterator[Finding]:
    """The object that each `.dvc` file names: a whole list of files, or a file's first byte."""
    raw = entries.known([RAW], visit.root)
    versions = [(entry, version) for entry in raw for version in _versions(entry)]
    judged = parallel.ask(versions, lambda pair: _wrong(visit, *pair))
    bad = [(entry, *wrong) for (entry, _), wrong in judged if wrong]
    bad.sort(key=lambda row: row[1] == LACKING)
    for entry, why, cure in bad[:SHOWN]:
        level = NOTE if why == LACKING else BAD
        yield Finding(level, "raw objects", f"{entry}: {why}", cure)
    if bad[SHOWN:]:
        yield Finding(NOTE, "raw objects", f"and {len(bad) - SHOWN} more", "make status FULL=1")
    if not bad:
        yield Finding(OK, "raw objects", f"{plural(len(versions), 'version')} can be read")


def _right_to_read(visit: Visit, error: RegistryError) -> str:
    """What to ask for: another push brings nothing to who may not read it."""
    if not (isinstance(error, Denied) and error.code == "AccessDenied"):
        return ""
    place = f"{visit.opened.remote.bucket}/{visit.opened.remote.key(location.DVC_FOLDER, '*')}"
    return f"ask the bucket's owner to allow s3:GetObject on arn:aws:s3:::{place}"


def _versions(entry: Entry) -> list[Version]:
    try:
        return dvc_file.on_disk(entry)
    except BadDvcFile:
        return []  # every other command names it


def _wrong(visit: Visit, entry: Entry, version: Version) -> tuple[str, str] | None:
    """Return why the version cannot be had, and the cure; None if it can, as a request tells."""
    client = visit.opened.client
    key, is_list = stored.key(client, version.object), version.object.endswith(".dir")
    try:
        if is_list:
            answer = client.get(key)
        elif (answer := client.head(key)) and answer.headers.get("content-length") != "0":
            client.request("GET", key, headers={"range": "bytes=0-0"})
    except RegistryError as error:
        return f"S3 does not give {key}: {error}", _right_to_read(visit, error)
    if answer is None:
        return LACKING, manifest.ask(entry)
    if is_list and not stored.holds(answer.body, version.object):
        return "the list of its files is damaged in S3", manifest.ask(entry)
    return None
