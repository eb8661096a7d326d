"""Checks what the bucket holds; only when S3 answers."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from xml.etree import ElementTree

from registry import disk as disks
from registry import dvc_file, entries, freed
from registry.doctor import raw_objects
from registry.doctor.check import BAD, NOTE, OK, Check, Finding, Visit
from registry.entries import Entry
from registry.errors import RegistryError
from registry.humanize import human_bytes
from registry.raw import verified
from registry.remote import aws_command
from registry.sections import RAW, SYNCED
from registry.sync import marker

OLD_SECONDS = 86400.0


def pushes(visit: Visit) -> Iterator[Finding]:
    """Entries that nobody can pull since their last push was not finished."""
    torn = [id for id, m in visit.markers.items() if m.state == marker.TORN]
    stale = [
        id for id, m in visit.markers.items() if m.state == marker.PUSHING and _age(m) > OLD_SECONDS
    ]
    for id in torn:
        word, name = shlex.quote(id), shlex.quote(id.partition("/")[2])
        cure = f"make push DATASET={word} from a checkout that has it, or accept what S3 holds: "
        cure += f"make seal DATASET={word} CONFIRM={name}"
        yield Finding(BAD, "pushes", f"the last push of {id} was never finished", cure)
    for id in stale:
        text = f"{id} is being pushed by {visit.markers[id]}"
        yield Finding(
            BAD, "pushes", text, f"if that push is dead: make unlock DATASET={shlex.quote(id)}"
        )
    if not torn and not stale:
        yield Finding(OK, "pushes", "none is left unfinished")


def _age(stored: marker.Marker) -> float:
    """In seconds; very old where the marker does not say."""
    return time.time() - (marker.seconds(stored.when) or 0)


def uploads(visit: Visit) -> Iterator[Finding]:
    """Halves of big files, from uploads that were never finished: they cost, and show nowhere."""
    remote = visit.opened.remote
    try:
        query = {"uploads": "", "prefix": remote.key("")}
        body = visit.opened.hasty().client.request("GET", "", query).body
        rows = [n for n in ElementTree.fromstring(body).iter() if n.tag.endswith("}Upload")]
    except (RegistryError, ElementTree.ParseError):
        yield Finding(NOTE, "uploads", "the store does not tell about unfinished ones")
        return
    for row in rows[:3]:
        text = {child.tag.rpartition("}")[2]: child.text or "" for child in row}
        words = [remote.bucket, "--key", text["Key"], "--upload-id", text["UploadId"]]
        cure = aws_command.of(remote, f"s3api abort-multipart-upload --bucket {shlex.join(words)}")
        said = f"{text['Key']} was begun {text.get('Initiated', '')[:16]}Z and not finished"
        yield Finding(NOTE, "uploads", said, f"unless it still runs: {cure}")
    if not rows:
        yield Finding(OK, "uploads", "none is left unfinished")


def disk(visit: Visit) -> Iterator[Finding]:
    """Yield whether all that is not here would fit."""
    free = disks.free(visit.root)
    place, known = visit.opened.remote.identity, entries.known(SYNCED, visit.root)
    missing = sum(_size(visit, e) for e in known if not (_is_here(e) or freed.is_noted(e, place)))
    text = f"{human_bytes(free)} free, {human_bytes(missing)} of the registry not here"
    if missing + disks.spare(missing) > free:
        cure = "make free UNUSED=30d, or pull some entries only: make pull DATASET=section/name"
        yield Finding(BAD, "disk", f"too full for everything: {text}", cure)
    else:
        yield Finding(OK, "disk", text)


def _is_here(entry: Entry) -> bool:
    return verified.is_here(entry) if entry.section == RAW else entry.folder.is_dir()


def _size(visit: Visit, entry: Entry) -> int:
    if entry.dvc_file.exists():
        amount = dvc_file.amount(entry)
        return amount.bytes if amount else 0
    stored = visit.markers.get(str(entry))
    return stored.bytes if stored else 0


CHECKS: tuple[Check, ...] = (
    pushes,
    raw_objects.raw_objects,
    uploads,
    disk,
)
