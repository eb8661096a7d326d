"""Carries out a move in S3: the objects are copied on the server and looked at, none is deleted.

Both markers are claimed first. Then copies, a listing that is compared with what was copied, the
new entry sealed with the same version, and last the old one's marker as it was, with `moved`. Where
the new name is taken, what it is gets replaced; see `replaced`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from registry.errors import RegistryError
from registry.humanize import human_bytes, plural
from registry.index.listing import Objects
from registry.move import fit
from registry.move.claims import Claims
from registry.move.copies import Copies
from registry.move.known import Baselines
from registry.move.plan import MovePlan
from registry.move.replaced import Replacement
from registry.remote.session import Session
from registry.sections import EXPERIMENTS, MIRRORED
from registry.sync import deletion, marker
from registry.sync.survey import Survey


@dataclass
class Relocation:
    """S3's part of one move. Call `look` first, or `see` for one that goes back."""

    plan: MovePlan
    session: Session
    survey: Survey = field(init=False)

    def __post_init__(self) -> None:
        self.old, self.new = self.plan.old_entry, self.plan.new_entry
        self.stays_here = self.new.section == EXPERIMENTS  # nothing of it is to be in S3
        self.claims, self.known = Claims(self.plan, self.session), Baselines(self.plan)

    def see(self) -> None:
        """Look at the old one, here and in S3, and judge nothing."""
        self.survey = Survey(self.old, self.session)
        self.survey.look_here()
        self.survey.look_there()

    def look(self) -> None:
        """Raises Refusal unless S3 holds a sealed state of the old one, and nothing of the new."""
        self.see()
        for one in self._replacements():
            one.look()
        is_over = self.survey.marker and self.survey.marker.moved == str(self.new)
        is_begun = self.claims.is_ours(self.survey.marker) or (is_over and self.claims.are_begun)
        if is_begun or not self.plan.is_stored:
            return
        fit.refuse_unsealed(self.survey)
        if self.stays_here:
            fit.refuse_absent(self.survey)
        elif not self.plan.replaces:
            fit.refuse_taken(self.claims, self.new)
        elif self._replaced:
            self._replaced.refuse_without_version()
            fit.refuse_without_version(self.survey)

    def told(self) -> Iterator[str]:
        """Yield what it copies, and what becomes of what it replaces."""
        if self.plan.is_stored and not self.stays_here:
            objects, size = plural(len(self.survey.remote), "object"), self.survey.remote.bytes
            yield f"{objects} ({human_bytes(size)}) to copy in S3, none over the wire"
        for one in self._replacements() if not self.plan.keeps_as else ():
            yield one.told()

    def carry_out(self) -> None:
        """Raises RegistryError where S3 changed meanwhile; running it again goes on."""
        if not self.plan.is_stored:
            for one in self._replacements():
                one.await_push()
            return
        if self.survey.marker and self.survey.marker.moved == str(self.new):
            return
        assert self.survey.marker
        self.claims.begin(self.survey.marker)
        if not self._replaced and not self.stays_here:
            self.claims.claim(self.new)
        if not self.claims.claim(self.old, over=self.claims.former):
            raise self._changed()  # a colleague unlocked it and went on: that state is not ours
        self._refuse_changed()
        self.known.keep(self.old)
        if not self.stays_here:
            self.known.keep(self.new)
            self._make_new()
        self.claims.write(self.old, replace(self.claims.former, moved=str(self.new)))

    def prove_way_back(self) -> None:
        """Raises Refusal where the copies may not be deleted: going on is the only way then."""
        if self.plan.is_stored and self.claims.are_begun and not self.stays_here:
            deletion.prove_right(self.session, str(self.new))

    def go_back(self) -> str:
        """Take away what was copied, by its ETag; the old marker becomes what it was.

        In words what is otherwise than it was: where others changed the old one since, the copies
        may be the last of some bytes, and go to the trash in S3.
        """
        for one in self._replacements() if not self.plan.is_stored or self.claims.are_begun else ():
            one.go_back()
        if not self.claims.are_begun:
            return ""
        self.survey.look_again()
        client, said = self.session.client, ""
        is_changed = marker.digest(self.survey.remote) != self.claims.former.digest
        if self.claims.is_ours(marker.read(client, self.new)[0]):
            copies = Copies(self.survey, self.new)
            said = copies.put_away() if is_changed else copies.take_away()
        held, _ = marker.read(client, self.old)
        if held and (self.claims.is_ours(held) or held.moved == str(self.new)):
            self.claims.write(self.old, self.claims.former)
        for entry in (self.old, self.new):
            self.known.restore(entry)
        if not is_changed:
            return ""
        return f"stays in S3 as others changed it since{said}; `make pull` brings that"

    def _make_new(self) -> None:
        """The copies, sealed; and what is known here of them."""
        copies, version = Copies(self.survey, self.new), self.claims.former.version
        copies.make_history()
        if self._replaced:
            self._refuse_changed()  # nobody came in between
            tag = self._replaced.become(self.claims.former, self.survey.remote)
        else:
            copied = copies.make()
            self._refuse_changed()
            tag = self._seal(copied)
        self.known.carry(self.survey, copies.listed(), tag, version)

    def _seal(self, copied: Objects) -> str:
        """The ETag of the new one's marker."""
        former = self.claims.former
        held, tag = marker.read(self.session.client, self.new)
        if held and held.state == marker.DONE:
            return tag
        sealed = self.claims.mine.sealing(copied).of_version(former.version)
        sealed = replace(sealed.made_from_these(former.made_from), accepted=former.accepted)
        return self.claims.write(self.new, sealed, tag)

    def _replacements(self) -> list[Replacement]:
        return [
            Replacement(self.plan, self.session, entry)
            for entry in self.plan.replaced_entries
            if entry.section in MIRRORED
        ]

    @property
    def _replaced(self) -> Replacement | None:
        """What S3 holds of the new name, if anything."""
        return next((one for one in self._replacements() if one.is_stored), None)

    def _refuse_changed(self) -> None:
        """Raises RegistryError unless S3 holds of the old one what it held."""
        self.survey.look_again()
        if marker.digest(self.survey.remote) != self.claims.former.digest:
            raise self._changed()

    def _changed(self) -> RegistryError:
        return RegistryError(f"{self.old} changed in S3 meanwhile: `{self.plan.command} UNDO=1`")
