"""Seals an entry without a push: its marker says that what S3 lists is whole and verified."""

from __future__ import annotations

from dataclasses import replace

from registry.entries import Entry
from registry.errors import Refusal
from registry.humanize import plural
from registry.index import content
from registry.index.content import ContentList
from registry.remote import capabilities
from registry.remote.session import Session
from registry.sync import compare, marker, refusals
from registry.sync.push import Push
from registry.sync.survey import Survey
from registry.sync.versions import Versioning, list_key


def seal(session: Session, accepted: str, entry: Entry) -> str:
    """Seal one entry; what was done, in words. `accepted`: the CONFIRM= that was given.

    Raises Refusal for one that is not the same here and in S3.
    """
    if accepted and accepted == entry.name:
        return accept(session, entry)
    push = Push(entry, session)
    push.look()
    push.decide()
    if push.plan.moves or push.plan[compare.BEHIND]:
        raise Refusal(
            "not the same here and in S3: pull or push first; to accept what S3 holds, "
            f"`make seal DATASET={entry:sh} CONFIRM={entry:name}`"
        )
    if push.is_idle and _has_version(push):
        push.learn()
        return "sealed already"
    if session.options.dry_run:
        return "to be sealed"
    push.claim()
    push.seal()
    return "sealed"


def _has_version(push: Push) -> bool:
    """Return whether the marker names the version of what is here, whose list S3 has."""
    sealed, session, survey = push.survey.marker, push.session, push.survey
    if sealed is None or not sealed.version:
        return False
    is_read = not content.lacking(survey.remote, survey.local_bytes.contents)
    if (
        is_read
        and ContentList(survey.remote, survey.local_bytes.contents).version != sealed.version
    ):
        return False
    return session.client.head(list_key(session.remote, push.entry, sealed.version)) is not None


def accept(session: Session, entry: Entry) -> str:
    """Write a `done` marker over what S3 lists, whatever is here."""
    survey = Survey(entry, session)
    survey.look_there()
    former, former_etag = survey.marker, survey.marker_etag
    if former and former.state == marker.PUSHING:
        raise refusals.being_pushed(entry, former)
    if not survey.remote:
        raise Refusal("S3 holds nothing for it")
    if session.options.dry_run:
        return f"to be sealed as S3 holds it, {plural(len(survey.remote), 'file')}"
    over = marker.last_sealed(former, former_etag)
    ours = marker.pushing(session, capabilities.new_token(), over, former)
    sealed = replace(Versioning(survey).seal(ours.sealing(survey.remote)), accepted=True)
    try:
        marker.write(session.client, entry, sealed, former_etag, session.is_conditional())
    except marker.Taken as error:
        raise Refusal(str(error)) from None
    return f"sealed as S3 holds it, {plural(len(survey.remote), 'file')}: now pull it"
