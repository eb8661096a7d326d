"""Checks what the bucket promises, and what these credentials have of it; only when S3 answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from xml.etree import ElementTree

from registry.doctor.check import NOTE, OK, Check, Finding, Visit
from registry.errors import RegistryError
from registry.remote import aws_command, capabilities, location, old_objects
from registry.remote.s3 import Denied


def conditional_writes(visit: Visit) -> Iterator[Finding]:
    """Yield whether two pushes at the same moment can be told apart."""
    try:
        is_conditional = visit.opened.is_conditional()
    except Denied:
        text = "not known: these credentials may not write there"
        yield Finding(NOTE, "conditional writes", text, "the lines above name the right")
        return
    if is_conditional:
        yield Finding(OK, "conditional writes", "two pushes of one entry cannot mix")
    else:
        text = "none: two pushes of one entry within a second are told apart by best effort only"
        yield Finding(NOTE, "conditional writes", text, "agree on who pushes, or use another store")


def versioning(visit: Visit) -> Iterator[Finding]:
    """Yield whether the bucket keeps what people without this tool overwrite or delete."""
    key, told = _probed(visit)
    version = told.get("x-amz-version-id", "null")
    if version != "null" or _ask(visit, "versioning", "Status") == "Enabled":
        yield Finding(OK, "versioning", "on: the bucket keeps what is overwritten by hand")
        yield from _old_versions(visit, key, version)
        return
    remote = visit.opened.remote
    text = "off or not told: nothing brings back what somebody deletes by hand"
    words = f"s3api put-bucket-versioning --bucket {remote.bucket} "
    cure = aws_command.of(remote, words + "--versioning-configuration Status=Enabled")
    if remote.name == location.EMBEDDED:
        text = "none: this machine's own store is for trying things out"
        cure = "use a bucket that has it: make remote URL=s3://bucket/prefix"
    yield Finding(NOTE, "versioning", text, cure)


def _old_versions(visit: Visit, key: str, version: str) -> Iterator[Finding]:
    """Yield what a rollback may not do of what the bucket keeps; `version`: one of this key."""
    client, remote = visit.opened.hasty().client, visit.opened.remote
    place = f"arn:aws:s3:::{remote.bucket}"
    steps: list[tuple[str, str, Callable[[], object]]] = [
        ("list", f"s3:ListBucketVersions on {place}", lambda: [*old_objects.read(client, key)])
    ]
    if version != "null":
        right = f"s3:GetObjectVersion on {place}/{remote.key('*')}"
        steps.append(("read", right, lambda: client.head(key, {"versionId": version})))
    for word, right, step in steps:
        try:
            step()
        except Denied:
            text = f"these credentials may not {word} them, so `make rollback` has no use of them"
            yield Finding(NOTE, "old versions", text, f"ask the bucket's owner to allow {right}")


def encryption(visit: Visit) -> Iterator[Finding]:
    """Yield whether S3's listings can prove what the bytes are."""
    probed = _probed(visit)[1].get("x-amz-server-side-encryption", "")
    kind = probed or _ask(visit, "encryption", "SSEAlgorithm")
    if kind.startswith("aws:kms"):
        text = f"{kind}: nobody can verify the bytes, sizes are all that is compared"
        cure = "use SSE-S3 (AES256) for this bucket, if its rules allow it"
        yield Finding(NOTE, "encryption", text, cure)
    else:
        yield Finding(OK, "encryption", f"{kind or 'none by default'}: every byte can be verified")


def _probed(visit: Visit) -> tuple[str, Mapping[str, str]]:
    """Return the key of a probe and what S3 told of it; made once, for all checks."""
    if visit.probed is None:
        visit.probed = _probe(visit)
    return visit.probed


def _probe(visit: Visit) -> tuple[str, Mapping[str, str]]:
    """What S3 tells of a new key of ours, which is gone again: the bucket's settings are not told
    to everybody."""
    client = visit.opened.client
    key = capabilities.probe_key(visit.opened.remote, location.MARKERS)
    told: Mapping[str, str] = {}
    with suppress(RegistryError):  # said by `rights`
        told = client.put(key, b"probe").headers
        client.delete(key)
    return key, told


def _ask(visit: Visit, question: str, element: str) -> str:
    """One setting of the bucket; "" where the store does not know it or may not tell."""
    try:
        body = visit.opened.hasty().client.request("GET", "", {question: ""}).body
        nodes = ElementTree.fromstring(body).iter()
    except (RegistryError, ElementTree.ParseError):
        return ""
    return next((node.text or "" for node in nodes if node.tag.endswith(element)), "")


CHECKS: tuple[Check, ...] = (conditional_writes, versioning, encryption)
