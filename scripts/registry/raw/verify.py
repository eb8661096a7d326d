"""Compares a raw dataset's files here with the version that its `.dvc` file names."""

from __future__ import annotations

from collections.abc import Iterator

from registry.raw.manifest import manifest, stored
from registry.sync.survey import Survey

NOT_STORED = "not in S3: `make push` sends it"


def compare(survey: Survey) -> Iterator[tuple[str, str]]:
    """(path, what is wrong) for each file that is not here as named, or not in S3."""
    entry, client = survey.entry, survey.session.client
    wanted = manifest(client, entry)
    there = {name for name, _ in stored(client)}
    here = survey.local.files
    survey.read_bytes((path, digest) for path, digest in wanted.items() if path in here)
    for path, digest in wanted.items():
        if digest not in there:
            yield path, NOT_STORED
        if path not in here:
            yield path, "missing here"
        elif not survey.holds(path, digest):
            yield path, "differs"
    for path in here.keys() - wanted.keys():
        yield path, f"extra: {entry.name}.dvc does not name it"
