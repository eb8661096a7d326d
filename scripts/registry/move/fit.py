"""Refuses a move for what S3 holds: each function raises a Refusal that names the way out."""

from __future__ import annotations

from registry.entries import Entry
from registry.errors import Refusal
from registry.humanize import some
from registry.index import listing
from registry.move.claims import Claims
from registry.sync import guards, marker, refusals
from registry.sync.survey import Survey


def refuse_unsealed(survey: Survey) -> None:
    """What S3 holds of the old one is to be a whole state, and its own."""
    guards.refuse_unfinished(survey, "")
    if survey.marker and survey.marker.moved:
        raise refusals.moved(survey.entry, survey.marker)
    if not survey.is_sealed:
        raise _unsealed(survey.entry, "in S3 is not a sealed state")
    if survey.remote_problems:
        raise refusals.hostile_keys(survey)


def refuse_without_version(survey: Survey) -> None:
    """What is to be the state of another entry has to have a version."""
    if survey.marker and not survey.marker.version:
        raise _unsealed(survey.entry, "has no version yet")


def refuse_absent(survey: Survey) -> None:
    """What becomes an experiment lives here alone: all of it must be here first."""
    local, remote, rows = survey.local.files, survey.remote, survey.base.rows
    lacking = [path for path in remote if path not in local]
    behind = [p for p in remote if p not in rows or rows[p].etag != remote[p].etag]
    if lacking or behind:
        raise Refusal(
            f"S3 holds what is not here ({some(lacking or behind)}), and experiments live here "
            f"alone: `make pull DATASET={survey.entry:sh}` first"
        )


def refuse_taken(claims: Claims, new: Entry) -> None:
    """S3 is to hold nothing under the new name."""
    client = claims.session.client
    held, _ = marker.read(client, new)
    listed = listing.read(client, claims.session.remote.prefix(new)).files
    if len(listed) or (held and held.files and not claims.is_ours(held)):
        raise Refusal(
            f"S3 holds something at {new} already ({some([*listed] or ['its marker'])}): "
            f"another name, or `make remove DATASET={new:sh}`"
        )


def _unsealed(entry: Entry, why: str) -> Refusal:
    return Refusal(
        f"{entry} {why}: `make push DATASET={entry:sh}` first, or `make seal DATASET={entry:sh}`"
    )
