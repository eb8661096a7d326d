"""What must never happen, checked while it happens. It remembers every content ever written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from model.disk import Disk, Stat
from model.store import DONE

if TYPE_CHECKING:
    from model.world import World


class Violation(AssertionError):
    pass


class Seal(NamedTuple):
    state: dict[str, str]
    who: str
    start: int
    end: float


class Intent(NamedTuple):
    """What a push said it would do, and when it last looked at the store."""

    listing: dict[str, str]
    want: dict[str, str]
    mine: bool
    stats: dict[str, Stat]
    looked: int


class Oracle:
    def __init__(self, world: World) -> None:
        self.world = world
        self.truth: dict[Stat, str] = {}  # every version of every local file
        self.contents: list[str] = []  # everything that a person ever wrote
        self.remote: set[tuple[str, str]] = set()  # every (path, content) the store ever had
        self.gone_by: dict[str, str] = {}
        self.seals: list[Seal] = []
        self.intents: dict[str, Intent] = {}
        self.foreign = False  # somebody wrote with plain aws commands

    def check(self, ok: object, promise: str, text: str) -> None:
        if not ok:
            raise Violation(f"{promise}: {text}")

    def was_remote(self, path: str, content: str) -> None:
        self.remote.add((path, content))

    def plans(
        self, me: Disk, listing: dict[str, str], want: dict[str, str], mine: bool, stats: dict
    ) -> None:
        self.intents[me.who] = Intent(listing, want, mine, dict(stats), self.world.tick())

    def looks(self, who: str) -> None:
        self.intents[who] = self.intents[who]._replace(looked=self.world.tick())

    def overwrites(self, who: str, path: str, verb: str) -> None:
        there, intent = self.world.store.objects.get(path), self.intents[who]
        if not there or there.writer == who:
            return
        known = self.world.users[who].disk.saved.rows.get(path)
        ok = known and known.etag == there.content
        ok = ok or (intent.mine and intent.listing.get(path) == there.content)
        ok = ok or (there.writer == "foreign" and there.mtime > intent.looked)
        self.check(ok, "P2", f"{who} {verb} {path}, which holds {there.writer}'s {there.content}")

    def deletes(self, who: str, path: str) -> None:
        user, intent, objects = self.world.users[who], self.intents[who], self.world.store.objects
        self.check(
            user.removed(path) and intent.stats, "P3", f"{who} deletes {path}, which nobody deleted"
        )
        for key, etag in intent.want.items():
            there = objects.get(key)
            ok = there and (there.content == etag or there.writer == "foreign")
            self.check(ok or self.foreign, "P4", f"{who} deletes {path} before {key} is up")

    def marker_written(self) -> None:
        store, now = self.world.store, self.world.tick()
        if self.seals and self.seals[-1].end == float("inf"):
            self.seals[-1] = self.seals[-1]._replace(end=now)
        if store.marker is None or store.marker.state == DONE:
            state, who = store.etags(), store.marker.token.split("-")[0] if store.marker else ""
            said = store.marker is None or store.marker.digest == frozenset(state.items())
            self.check(said or self.foreign, "P6", f"{who} seals a state that is not there")
            self.seals.append(Seal(state, who, now, float("inf")))

    def baseline_written(self, disk: Disk) -> None:
        for path, row in disk.saved.rows.items():
            true = row.stat is None or self.truth[row.stat] == row.etag
            self.check(true, "P5", f"{disk.who} records {row.etag} for another version of {path}")
            known = (path, row.etag) in self.remote
            self.check(known, "P5", f"{disk.who} records {path} {row.etag}, never in the store")

    def nothing_lost(self, who: str) -> None:
        user = self.world.users[who]
        kept = user.disk.contents() | {file.content for file in (user.away or {}).values()}
        seen = {content for _, content in self.remote}
        for path, content in user.written.items():
            ok = content in kept or content in seen
            self.check(ok, "P1", f"{who}'s {path} {content} is gone")
