"""A model of moves: two people, S3, Git; every order of their steps, and a crash at each of them.

A command yields before each of its steps; what lies between two yields is atomic. P10: no byte and
no reference is lost, whoever crashes, pushes or pulls meanwhile. The mutants leave one rule out.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

SCHEDULES = 3000
PATHS = ("w", "x")


class Lost(AssertionError):
    """A promise is broken."""


@dataclass(frozen=True)
class Rules:
    git_first: bool = True  # old keys go only when Git has the new card, and not the old one
    stat_goes_along: bool = True  # a baseline is carried with the stats that it had


@dataclass
class Person:
    """A checkout: which name its card has, its folder, and what it last verified."""

    name: str
    card: str = "old"
    folder: dict[str, dict[str, str]] = field(default_factory=dict)
    base: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)  # path: (stat, tag)
    trash: list[str] = field(default_factory=list)
    plan: str = ""  # of a move that is under way: "begun" or "done"
    command: object = None


class World:
    def __init__(self, seed: int, rules: Rules) -> None:
        self.rng, self.rules, self.count = random.Random(seed), rules, 0
        self.objects = {("old", path): f"{path}0" for path in PATHS}
        self.markers: dict[str, tuple[str, str]] = {"old": ("done", "")}  # (state, moved or whose)
        self.s3_trash: list[str] = []
        self.git = "old"  # the card that the common branch has
        self.written = set(self.objects.values())
        self.people = [Person("anna"), Person("ben")]
        for one in self.people:
            one.folder["old"] = {path: f"{path}0" for path in PATHS}
            one.base["old"] = {path: (f"{path}0", f"{path}0") for path in PATHS}

    # What people do.

    def edit(self, one: Person) -> None:
        for name, files in one.folder.items():
            if files and self.rng.random() < 0.5:
                self.count += 1
                path = self.rng.choice(PATHS)
                files[path] = f"{path}{self.count}"  # the old bytes are S3's, or this person's own
                self.written.add(files[path])
                self.overwritten(one, name)
                return

    def overwritten(self, one: Person, name: str) -> None:
        """What a person writes over is theirs to lose."""
        self.written &= self.held() | {f for p in self.people for d in p.folder.values()
                                       for f in d.values()}  # fmt: skip

    def move(self, one: Person):
        """`make move`, from wherever it stopped."""
        if self.git != "old" and not one.plan:
            return
        state, whose = self.markers.get("old", ("", ""))
        if not one.plan and (one.card != "old" or state != "done" or whose):
            return
        one.plan = "begun"
        yield
        state, whose = self.markers["old"]
        if (state, whose) not in (("done", ""), ("pushing", one.name), ("done", "new")):
            one.plan = ""
            return
        if whose != "new":
            self.markers["old"], self.markers["new"] = (
                ("pushing", one.name),
                ("pushing", one.name),
            )
        if self.markers["old"] != ("done", "new"):
            for path in PATHS:
                yield
                if ("old", path) in self.objects:
                    self.objects["new", path] = self.objects["old", path]
            yield
            listed = {p: self.objects["old", p] for p in PATHS if ("old", p) in self.objects}
            self.markers["new"] = ("done", "")
            base = one.base.get("old", {})
            one.base["new"] = {
                path: (stat if self.rules.stat_goes_along else one.folder["old"].get(path, ""), tag)
                for path, (stat, tag) in base.items()
                if path in listed
            }
            yield
            self.markers["old"] = ("done", "new")
        yield
        if "old" in one.folder:
            one.folder["new"] = one.folder.pop("old")
        yield
        one.card, one.plan = "new", "done"

    def commit(self, one: Person) -> None:
        if one.card == "new" and one.plan == "done":
            self.git = "new"

    def git_pull(self, one: Person) -> None:
        if self.git == "new" and not one.plan:
            one.card = "new"

    def push(self, one: Person):
        """`make push` of the name that the card has; it also ends a move that Git knows of."""
        if one.plan == "begun":
            return
        if one.plan == "done" and (self.git == "new" or not self.rules.git_first):
            yield from self.settle(one)
        name = one.card
        files, base = one.folder.get(name), one.base.get(name, {})
        state, moved = self.markers.get(name, ("", ""))
        if files is None or state != "done" or moved:
            return
        if any(self.objects.get((name, p)) != base.get(p, ("", None))[1] for p in PATHS):
            return  # S3 has news: pull first
        news = [p for p in files if base.get(p, ("", ""))[0] != files[p]]
        if not news:
            return
        yield
        if self.markers.get(name) != (state, moved):
            return
        self.markers[name] = ("pushing", f"push {one.name}")
        for path in news:
            yield
            sent = files[path]
            self.s3_trash.append(self.objects.get((name, path), ""))
            self.objects[name, path] = sent
            one.base[name] = {**one.base[name], path: (sent, sent)}
        yield
        self.markers[name] = ("done", "")

    def settle(self, one: Person):
        if self.markers.get("old") == ("done", "new"):
            listed = {p: t for (n, p), t in self.objects.items() if n == "old"}
            for path, tag in listed.items():
                yield
                now = self.objects.get(("old", path))
                if now == tag:
                    self.s3_trash.append(now)
                    del self.objects["old", path]
        one.plan = ""

    def pull(self, one: Person):
        """`make pull`: renames what was moved, if it is as the baseline says; else keeps it."""
        if one.plan:
            return
        yield
        name = one.card
        old = one.folder.get("old")
        is_moved = name == "new" and "new" not in one.folder and self.markers["old"][1] == "new"
        known = {path: stat for path, (stat, _) in one.base.get("old", {}).items()}
        if is_moved and old and known == old:
            one.base["new"], one.folder["new"] = one.base.pop("old"), one.folder.pop("old")
            yield
        state, moved = self.markers.get(name, ("", ""))
        if state != "done" or moved:
            return
        files, base = one.folder.setdefault(name, {}), one.base.setdefault(name, {})
        for path in PATHS:
            tag = self.objects.get((name, path))
            row = base.get(path, ("", ""))
            if tag and row[1] != tag and files.get(path, row[0]) == row[0]:
                yield
                if self.objects.get((name, path)) == tag and files.get(path, row[0]) == row[0]:
                    files[path] = tag
                    base[path] = (tag, tag)

    # What must hold.

    def held(self) -> set[str]:
        mine = {f for p in self.people for d in p.folder.values() for f in d.values()}
        return mine | set(self.objects.values()) | set(self.s3_trash)

    def check(self) -> None:
        if lost := self.written - self.held():
            raise Lost(f"P10: {sorted(lost)} is nowhere any more")
        if self.git == "old" and not any(n == "old" for n, _ in self.objects):
            raise Lost("P10: Git names what S3 holds no more")
        for one in self.people:
            sealed = self.markers.get(one.card, ("", ""))[0] == "done"
            for path, (stat, tag) in one.base.get(one.card, {}).items() if sealed else ():
                if stat != tag:
                    raise Lost(f"P5: {one.name} takes {stat} for {tag} at {path}")

    def play(self) -> None:
        for _ in range(60):
            one = self.rng.choice(self.people)
            if one.command and self.rng.random() < 0.06:
                one.command = None  # killed
            elif one.command:
                if next(one.command, "over") == "over":
                    one.command = None
            else:
                act = self.rng.choice([self.edit, self.move, self.commit, self.git_pull, self.push,
                                       self.pull])  # fmt: skip
                done = act(one)
                one.command = done
            self.check()


def play(rules: Rules) -> None:
    for seed in range(SCHEDULES):
        world = World(seed, rules)
        try:
            world.play()
        except Lost as error:
            raise Lost(f"seed {seed}: {error}") from None


def test_no_move_loses_a_byte_or_a_reference():
    play(Rules())


@pytest.mark.parametrize("rule", ["git_first", "stat_goes_along"])
def test_the_oracle_catches(rule):
    with pytest.raises(Lost):
        play(Rules(**{rule: False}))
