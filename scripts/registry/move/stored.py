"""Carries out a move in S3: the objects are copied on the server and looked at, none is deleted.

Both markers are claimed first. Then copies, a listing that is compared with what was copied, the
new entry sealed with the same version, and last the old one's marker as it was, with `moved`.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from registry.entries import Entry
from registry.errors import Refusal, RegistryError
from registry.humanize import some
from registry.index import baseline, content, listing
from registry.index.baseline import Row
from registry.index.listing import Objects
from registry.move.plan import MovePlan
from registry.remote import capabilities
from registry.remote.server_copy import Copier
from registry.remote.session import Session
from registry.sections import EXPERIMENTS
from registry.sync import guards, marker, refusals, versions
from registry.sync.marker import Marker
from registry.sync.survey import Survey


@dataclass
class Relocation:
    """S3's part of one move. Call `look` first."""

    plan: MovePlan
    session: Session
    survey: Survey = field(init=False)

    def __post_init__(self) -> None:
        self.old, self.new = self.plan.old_entry, self.plan.new_entry
        self.stays_here = self.new.section == EXPERIMENTS  # nothing of it is to be in S3

    def see(self) -> None:
        """Look at the old one, here and in S3, and judge nothing."""
        self.survey = Survey(self.old, self.session)
        self.survey.look_here()
        self.survey.look_there()

    def look(self) -> None:
        """Raises Refusal unless S3 holds a sealed state of the old one, and nothing of the new."""
        self.see()
        is_over = self.survey.marker and self.survey.marker.moved == str(self.new)
        if self._is_ours(self.survey.marker) or (is_over and self.plan.stored.get("token")):
            return
        guards.refuse_unfinished(self.survey, "")
        if self.survey.marker and self.survey.marker.moved:
            raise refusals.moved(self.old, self.survey.marker)
        if not self.survey.is_sealed:
            raise Refusal(
                f"what S3 holds of {self.old} is not a sealed state: "
                f"`make push DATASET={self.old:sh}` or `make seal` first"
            )
        if self.survey.remote_problems:
            raise refusals.hostile_keys(self.survey.remote_problems)
        if self.stays_here:
            self._refuse_absent()
        else:
            self._refuse_taken()

    def _refuse_absent(self) -> None:
        """What becomes an experiment lives here alone: all of it must be here first."""
        local, remote = self.survey.local.files, self.survey.remote
        lacking = [path for path in remote if path not in local]
        behind = [p for p in remote if (row := self.survey.base.rows.get(p)) is None
                  or row.etag != remote[p].etag]  # fmt: skip
        if lacking or behind:
            raise Refusal(
                f"S3 holds what is not here ({some(lacking or behind)}), and experiments live here "
                f"alone: `make pull DATASET={self.old:sh}` first"
            )

    def _refuse_taken(self) -> None:
        held, _ = marker.read(self.session.client, self.new)
        listed = listing.read(self.session.client, self.session.remote.prefix(self.new)).files
        if len(listed) or (held and held.files and not self._is_ours(held)):
            raise Refusal(
                f"S3 holds something at {self.new} already ({some([*listed] or ['its marker'])}): "
                f"another name, or `make remove DATASET={self.new:sh}`"
            )

    def carry_out(self) -> None:
        """Raises RegistryError where S3 changed meanwhile; running it again goes on."""
        if self.survey.marker and self.survey.marker.moved == str(self.new):
            return
        self._begin()
        if not self.stays_here:
            self._claim(self.new, self._own_marker())
        self._claim(self.old, self._own_marker())
        self.survey.look_again()
        if marker.digest(self.survey.remote) != self._former.digest:
            raise RegistryError(f"{self.old} changed in S3 meanwhile: `{self.plan.command} UNDO=1`")
        sealed_etag = "" if self.stays_here else self._copy()
        self._keep_baseline()
        if not self.stays_here:
            self._carry_baseline(sealed_etag)
        self._write(self.old, replace(self._former, moved=str(self.new)))

    def go_back(self) -> None:
        """Take away what was copied, by its ETag; the old marker becomes what it was."""
        if not self.plan.stored.get("token"):
            return
        former = self._former
        self.survey.look_again()
        if marker.digest(self.survey.remote) != former.digest:
            raise Refusal(
                f"{self.old} changed in S3 since: what was copied to {self.new} stays; "
                f"`make remove DATASET={self.new:sh}` takes it out"
            )
        held, _ = marker.read(self.session.client, self.new)
        if self._is_ours(held):
            self._take_copies_away()
        held, _ = marker.read(self.session.client, self.old)
        if held and (self._is_ours(held) or held.moved == str(self.new)):
            self._write(self.old, former)
        self._restore_baseline()

    def _begin(self) -> None:
        """Note the token and the former marker before anything is claimed."""
        if not self.plan.stored.get("token"):
            assert self.survey.marker
            self.plan.stored["token"] = capabilities.new_token()
            self.plan.stored["former"] = asdict(self.survey.marker)
            self.plan.save()

    @property
    def _former(self) -> Marker:
        values: dict[str, Any] = self.plan.stored["former"]
        return Marker(**{f.name: values[f.name] for f in fields(Marker) if f.name in values})

    def _own_marker(self) -> Marker:
        """One text for one move: written again after a crash it is the same object."""
        kept = self.plan.stored.get("mine")
        if not kept:
            kept = asdict(
                marker.pushing(self.session, self.plan.stored["token"], former=self._former)
            )
            self.plan.stored["mine"] = kept
            self.plan.save()
        return Marker(**kept)

    def _is_ours(self, held: Marker | None) -> bool:
        token = self.plan.stored.get("token")
        return bool(held and token and held.token == token)

    def _claim(self, entry: Entry, mine: Marker) -> None:
        held, tag = marker.read(self.session.client, entry)
        if self._is_ours(held):
            return
        if held and held.state != marker.DONE:
            raise refusals.being_pushed(entry, held)
        self._write(entry, mine, tag)

    def _write(self, entry: Entry, new: Marker, over: str | None = None) -> str:
        tag = marker.read(self.session.client, entry)[1] if over is None else over
        conditional = self.session.is_conditional()
        try:
            return marker.write(self.session.client, entry, new, tag, conditional)
        except marker.Taken as error:
            raise Refusal(f"{entry}: {error}") from None

    def _copy(self) -> str:
        """Copy what the new place lacks, list it, seal it; the ETag of its marker."""
        client, remote = self.session.client, self.session.remote
        there, rows = self._listed(), self.survey.remote
        prefix = remote.prefix(self.new)
        wanted = [
            (row, prefix + path)
            for path, row in rows.items()
            if (now := there.get(path)) is None or (now.size, now.etag) != (row.size, row.etag)
        ]
        tags = {row.key: tag for row, tag in Copier(client).copy_all(wanted)}
        there = self._listed()
        for path, row in rows.items():
            copied = there.get(path)
            if (
                copied is None
                or copied.size != row.size
                or copied.etag != tags.get(row.key, row.etag)
            ):
                raise RegistryError(f"{path}: its copy in S3 is not what was copied: run again")
        if len(there) != len(rows):
            raise Refusal(f"somebody else writes to {self.new} in S3: another name, or remove it")
        self._copy_versions()
        self.survey.look_again()  # nobody came in between
        if marker.digest(self.survey.remote) != self._former.digest:
            raise RegistryError(f"{self.old} changed in S3 meanwhile: `{self.plan.command} UNDO=1`")
        former, mine = self._former, self._own_marker()
        sealed = mine.sealing(there).of_version(former.version).made_from_these(former.made_from)
        sealed = replace(sealed, accepted=former.accepted)
        held, tag = marker.read(client, self.new)
        return tag if held and held.state == marker.DONE else self._write(self.new, sealed, tag)

    def _listed(self) -> Objects:
        prefix = self.session.remote.prefix(self.new)
        return listing.read(self.session.client, prefix, self.survey.numbers).files

    def _copy_versions(self) -> None:
        """What its versions held, and who made them: its history goes with it."""
        client, remote = self.session.client, self.session.remote
        pairs = []
        for prefix in (versions.list_key, lambda r, e, _: versions.log_prefix(r, e)):
            before, after = (prefix(remote, entry, "") for entry in (self.old, self.new))
            pairs += [(row, after + row.key[len(before) :]) for row in client.list(before)]
        for _ in Copier(client).copy_all(pairs):
            pass

    def _keep_baseline(self) -> None:
        """The old one's knows all that is left there, for the day it goes; and a way back."""
        path, kept = baseline.path_of(self.old), self.plan.baseline_kept
        if path.exists() and not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, kept)

    def _carry_baseline(self, sealed_etag: str) -> None:
        """Each row with its own stat, so that an edit before the move is an edit after it."""
        rows, there = self.survey.base.rows, self._listed()
        if not rows:
            return
        carried = baseline.Baseline(device=self.survey.base.device)
        known = all(rows.get(p) and rows[p].etag == o.etag for p, o in self.survey.remote.items())
        for path, row in rows.items():
            source, copied = self.survey.remote.get(path), there.get(path)
            is_same = source and copied and source.etag == row.etag
            carried.rows[path] = Row(row.stat, copied.etag) if is_same and copied else row
        if known and len(rows) == len(there):
            carried.marker, carried.version = sealed_etag, self._former.version
        baseline.save(self.new, self.session.remote.identity, carried, 0)
        hashes = content.load(self.old, self.session.remote.identity, self.survey.numbers)
        content.save(self.new, self.session.remote.identity, hashes)

    def _restore_baseline(self) -> None:
        kept = self.plan.baseline_kept
        if kept.exists():
            shutil.copyfile(kept, baseline.path_of(self.old))
        if not self.stays_here:
            baseline.forget(self.new)
            content.forget(self.new)

    def _take_copies_away(self) -> None:
        """Only what is a copy of an object that still is where it was."""
        client = self.session.client
        for path, row in self._listed().items():
            if path in self.survey.remote:
                head = client.head(row.key)
                if head and head.etag == row.etag:
                    client.delete(row.key)
        client.delete(self.session.remote.marker(self.new))
