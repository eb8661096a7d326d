"""Compares every byte of a mirrored entry here with what S3 holds."""

from __future__ import annotations

from collections.abc import Iterator

from registry.index.content import short
from registry.sync import framing, versions
from registry.sync.local_bytes import Unreadable
from registry.sync.survey import Survey

Finding = tuple[str, str]  # path, what is wrong with it
FRAMED = (
    "an upload's chunk framing stands around its bytes, here and in S3: put the right file here "
    "and push it; AWS_REQUEST_CHECKSUM_CALCULATION=when_required keeps other tools from doing that"
)
UNVERIFIABLE = "unverifiable: its ETag does not tell what it holds"


def compare(survey: Survey) -> Iterator[Finding]:
    """Yield everything that is not the same here and in S3; path "" is for the entry as a whole."""
    survey.local_bytes.takes_hashes = True
    different = list(_files(survey))
    yield from different
    if not different:
        yield from _version(survey)
        yield from _framed(survey)
    survey.local_bytes.save_contents()


def _version(survey: Survey) -> Iterator[Finding]:
    """Yield what the list of the version that S3 names says otherwise than the bytes here."""
    sealed = survey.marker
    if sealed is None or not sealed.version or not survey.is_sealed:
        return
    lines = versions.read(survey.session.client, survey.entry, sealed.version)
    cure = f"`make seal DATASET={survey.entry:sh}` writes it again"
    if lines is None:
        yield "", f"S3 lacks the list of its version {short(sealed.version)}: {cure}"
        return
    known = survey.local_bytes.contents
    for path, listed in survey.remote.items():
        digest, line = known.of(path, listed.etag), lines.get(path)
        if digest and (line is None or line.sha256 != digest):
            yield path, f"version {short(sealed.version)} names other bytes: {cure}"


def _framed(survey: Survey) -> Iterator[Finding]:
    """Yield what somebody else's upload has damaged; what was sealed as it is was meant so."""
    if survey.is_sealed:
        return
    version = survey.marker.version if survey.marker else ""
    lines = (version and versions.read(survey.session.client, survey.entry, version)) or {}
    known = survey.local_bytes.contents
    for path, listed in survey.remote.items():
        digest, line = known.of(path, listed.etag), lines.get(path)
        is_meant = line is not None and line.sha256 == digest
        if not is_meant and framing.is_framed(survey.entry.folder / path):
            yield path, FRAMED


def _files(survey: Survey) -> Iterator[Finding]:
    """File by file; every byte here is read."""
    survey.look_there()
    survey.end_false_trust()
    both = survey.local.files.keys() & survey.remote.keys()
    unreadable: dict[str, str] = {}
    try:
        survey.local_bytes.read((path, survey.remote[path].etag) for path in both)
    except Unreadable as error:
        unreadable = error.why
        yield from unreadable.items()
    prefix = survey.session.remote.prefix(survey.entry)
    for line in survey.remote_problems:
        key, _, why = line.replace(prefix, "", 1).partition(": ")
        yield key, f"S3 holds what cannot come here: {why}"
    for line in survey.local.problems:
        path, _, why = line.partition(": ")
        yield path, why
    for path in survey.remote.keys() - both:
        yield path, "missing here"
    for path in survey.local.files.keys() - both:
        yield path, "extra: S3 has no such file"
    for path in both - unreadable.keys():
        same = survey.local_bytes.verdict(path, survey.remote[path].etag)
        here = survey.local.files[path]
        if not same and here.size == survey.remote[path].size:
            same = survey.second_opinion(survey.entry.folder / path, here, path)
        if same is None:
            yield path, UNVERIFIABLE
        elif not same:
            yield path, "differs"
