"""Replaces, in S3, an entry by the one that takes its name: nothing of it is lost at any step.

What comes from experiments/ is sent by the next push, and that knows what it replaces. What S3
holds already becomes a version of the replaced entry and is made its state, as a rollback does it:
claim, keep, copy on the server, list, delete last, seal. The way back is a rollback as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from registry.entries import Entry
from registry.errors import Refusal
from registry.index.content import Lines
from registry.move.claims import Claims
from registry.move.known import Baselines
from registry.move.plan import MovePlan
from registry.remote.s3 import Object
from registry.remote.session import Session
from registry.sections import SECTIONS
from registry.sync import guards, marker, refusals, versions
from registry.sync.marker import Marker
from registry.sync.rollback import Rollback
from registry.sync.survey import Survey


@dataclass
class Replacement:
    """One entry whose name another one takes. Call `look` first."""

    plan: MovePlan
    session: Session
    entry: Entry

    def look(self) -> None:
        """Note what S3 holds of it. Raises Refusal unless that is sealed, or nothing."""
        if self._noted is not None:
            return
        survey = Survey(self.entry, self.session)
        survey.look_there()
        guards.refuse_unfinished(survey, "")
        if survey.remote_problems:
            raise refusals.hostile_keys(survey)
        if survey.remote and not survey.is_sealed:
            raise Refusal(
                f"what S3 holds of {self.entry}, which is to be replaced, is not a sealed state: "
                f"`make push DATASET={self.entry:sh}` first, or `make seal DATASET={self.entry:sh}`"
            )
        self.plan.stored.setdefault("replaced", {})[str(self.entry)] = {
            "files": len(survey.remote),
            "version": survey.marker.version if survey.marker else "",
            "moved": survey.marker.moved if survey.marker else "",
        }

    @property
    def is_stored(self) -> bool:
        """Whether S3 holds anything of it."""
        return bool((self._noted or {}).get("files"))

    def refuse_without_version(self) -> None:
        """Raises Refusal where nobody could bring it back."""
        if self.is_stored and not self._version:
            raise Refusal(
                f"{self.entry} has no version yet, so nothing could bring it back: `make pull "
                f"DATASET={self.entry:sh}`, then `make seal DATASET={self.entry:sh}`, first"
            )

    def told(self) -> str:
        """Return what becomes of what S3 holds of it."""
        days = SECTIONS[self.entry.section].keeps_days
        if not self.is_stored:
            return f"{self.entry}: S3 holds nothing of it"
        if not days:
            return (
                f"{self.entry}: the registry keeps nothing of what is replaced in "
                f"{self.entry.section}/: OLD={self.plan.new_entry.section}/name keeps it, as an "
                "entry"
            )
        back = f"`make rollback DATASET={self.entry:sh} TO={self._version[:12]}` brings it back"
        return f"{self.entry}: S3 keeps it {days} days{f'; {back}' if self._version else ''}"

    def await_push(self) -> None:
        """Let the next push know what it replaces: what S3 lists now, sealed, and of this entry."""
        Baselines(self.plan).keep(self.entry)
        survey = Survey(self.entry, self.session)
        survey.look_there()
        if survey.remote and not survey.is_sealed:
            raise Refusal(f"{self.entry} changed in S3 meanwhile: `{self.plan.command} UNDO=1`")
        if survey.marker and survey.marker.moved:
            Claims(self.plan, self.session).write(
                self.entry, replace(survey.marker, moved=""), survey.marker_etag
            )
        Baselines(self.plan).learn(survey)

    def become(self, former: Marker, objects: Mapping[str, Object]) -> str:
        """Make the version of the other one its state, from these objects; its marker's ETag."""
        client = self.session.client
        self._refuse_news(former)
        Baselines(self.plan).keep(self.entry)
        lines = versions.read(client, self.entry, former.version) or {}
        self._roll(former.version, _by_hash(lines, objects), former.made_from)
        return marker.read(client, self.entry)[1]

    def go_back(self) -> None:
        """As it was, whatever was done of it, and not where somebody else pushed it since.

        Raises Refusal where it is kept no longer.
        """
        claims = Claims(self.plan, self.session)
        if claims.are_begun and self._news(claims.former):
            return
        if self.is_stored and self._version:
            self._roll(self._version, {}, None)
        held, tag = marker.read(self.session.client, self.entry)
        moved = self._noted["moved"] if self._noted else ""
        if held and held.state == marker.DONE and held.moved != moved:
            Claims(self.plan, self.session).write(self.entry, replace(held, moved=moved), tag)
        Baselines(self.plan).restore(self.entry)

    def _refuse_news(self, former: Marker) -> None:
        """What is replaced is what was shown: nobody pushed it since."""
        if held := self._news(former):
            raise Refusal(
                f"{self.entry}: {held.who or 'somebody'} pushed it meanwhile: "
                f"`{self.plan.command} UNDO=1`, then look at that"
            )

    def _news(self, former: Marker) -> Marker | None:
        """The marker of a push that came in between, if one did."""
        held, _ = marker.read(self.session.client, self.entry)
        known = (self._version, former.version)
        is_news = held and held.state == marker.DONE and held.version not in known
        return held if is_news else None

    def _roll(
        self, version: str, others: dict[str, Object], made_from: dict[str, str] | None
    ) -> None:
        back = Rollback(self.entry, self.session, version, others, made_from)
        back.look()
        if not back.is_there:
            back.check()
            back.carry_out()

    @property
    def _noted(self) -> dict[str, Any] | None:
        noted: dict[str, Any] | None = self.plan.stored.get("replaced", {}).get(str(self.entry))
        return noted

    @property
    def _version(self) -> str:
        return str((self._noted or {}).get("version", ""))


def _by_hash(lines: Lines, objects: Mapping[str, Object]) -> dict[str, Object]:
    return {line.sha256: objects[path] for path, line in lines.items() if path in objects}
