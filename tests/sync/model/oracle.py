"""What must never happen, checked while it happens. It remembers every content ever written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from model.disk import Disk, Stat
from model.store import DONE, TORN, Marker, last_sealed
from registry.sync.compare import SAME

if TYPE_CHECKING:
    from model.looking import View
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
    restored: set[str]  # what is brought back to a whole state, over what a torn push left
    sealed: frozenset[tuple[str, str]]  # that state, if somebody sealed it


class Oracle:
    def __init__(self, world: World) -> None:
        self.world = world
        self.truth: dict[Stat, str] = {}  # every version of every local file
        self.contents: list[str] = []  # everything that a person ever wrote
        self.remote: set[tuple[str, str]] = set()  # every (path, content) the store ever had
        self.gone_by: dict[str, str] = {}
        self.gone_at: dict[tuple[str, str], int] = {}  # when the store last held (path, content)
        self.seals: list[Seal] = []
        self.intents: dict[str, Intent] = {}
        self.foreign = False  # somebody wrote with plain aws commands

    def check(self, ok: object, promise: str, text: str) -> None:
        if not ok:
            raise Violation(f"{promise}: {text}")

    def was_remote(self, path: str, content: str) -> None:
        self.remote.add((path, content))

    def plans(
        self, me: Disk, view: View, want: dict[str, str], mine: bool, former: Marker | None
    ) -> None:
        is_torn = former is not None and former.state == TORN
        paths = view.listing.keys() | view.rows.keys() if is_torn and mine else set()
        news = {p for p in paths if view.local(p) == SAME and view.remote(p) != SAME}
        last = last_sealed(former)
        sealed = last.digest if last else frozenset()
        stats, now = dict(view.stats), self.world.tick()
        self.intents[me.who] = Intent(view.listing, want, mine, stats, now, news, sealed)

    def goes(self, path: str) -> None:
        """What the store holds of this path is about to go."""
        stored = self.world.store.objects.get(path)
        if stored:
            self.gone_at[path, stored.content] = self.world.tick()

    def frees(self, me: Disk) -> None:
        """From here on this checkout does without what it set aside."""
        held = self.world.store.etags()
        for path, file in me.aside.items():
            ok = held.get(path) == file.content
            ok = ok or self.gone_at.get((path, file.content), 0) >= me.aside_since
            text = f"{me.who} frees {path} {file.content}, which the store did not hold any more"
            self.check(ok, "P9", text)
        self.world.users[me.who].lost = True

    def looks(self, who: str) -> None:
        self.intents[who] = self.intents[who]._replace(looked=self.world.tick())

    def overwrites(self, who: str, path: str, verb: str) -> None:
        stored, intent = self.world.store.objects.get(path), self.intents[who]
        if not stored or stored.writer == who:
            return
        took_back = path in intent.restored and (path, stored.content) in intent.sealed
        self.check(
            not took_back, "P2", f"{who} takes back {path} {stored.content}, which was sealed"
        )
        known = self.world.users[who].disk.saved.rows.get(path)
        ok = known and known.etag == stored.content
        ok = ok or (intent.mine and intent.listing.get(path) == stored.content)
        ok = ok or (stored.writer == "foreign" and stored.mtime > intent.looked)
        self.check(ok, "P2", f"{who} {verb} {path}, which holds {stored.writer}'s {stored.content}")

    def deletes(self, who: str, path: str) -> None:
        user, intent, objects = self.world.users[who], self.intents[who], self.world.store.objects
        meant = user.removed(path) or path in intent.restored
        self.check(meant and intent.stats, "P3", f"{who} deletes {path}, which nobody deleted")
        for key, etag in intent.want.items():
            stored = objects.get(key)
            ok = stored and (stored.content == etag or stored.writer == "foreign")
            self.check(ok or self.foreign, "P4", f"{who} deletes {path} before {key} is up")

    def marker_written(self) -> None:
        store, now = self.world.store, self.world.tick()
        if self.seals and self.seals[-1].end == float("inf"):
            self.seals[-1] = self.seals[-1]._replace(end=now)
        if store.marker is None or store.marker.state == DONE:
            state, who = store.etags(), store.marker.token.split("-")[0] if store.marker else ""
            said = store.marker is None or store.marker.digest == frozenset(state.items())
            self.check(said or self.foreign, "P6", f"{who} seals a state that is not there")
            named = store.marker and store.marker.version
            is_true = named is None or named == frozenset(state.items())
            self.check(is_true or self.foreign, "P6", f"{who} names another version than it seals")
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
