"""A model of moves and frees, with the pushes and pulls of two people, S3 and Git.

A command yields before each of its steps; what lies between two yields is atomic, so that every
order of the steps is played, and a crash at each of them. P9: a free never removes the last copy of
a byte. P10: no byte and no reference is lost, whoever crashes, pushes, pulls or frees meanwhile.
The mutants leave one rule out.

It is no part of `tests/sync/model`. That one knows one entry, each of its files in four places, and
half of a request; a move has nothing to do with these: it reads and writes whole markers, listings
and baselines of two entries, and Git. What both need to be right, P9 of a free against pushes, both
play, and both catch a free that does not look again.
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
    second_list: bool = True  # a free looks again once the folder is set aside
    keeps_first: bool = True  # what is replaced is kept before it is overwritten
    claims_old: bool = True  # nobody else pushes what is on its way


@dataclass
class Person:
    """A checkout: which name its card has, its folder, and what it last verified."""

    name: str
    card: str = "old"
    folder: dict[str, dict[str, str]] = field(default_factory=dict)
    base: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)  # path: (stat, tag)
    trash: list[str] = field(default_factory=list)
    aside: dict[str, str] = field(default_factory=dict)  # what a free has set aside
    freeing: str = ""  # of which folder
    plan: str = ""  # of a move that is under way: "begun" or "done"
    command: object = None


class World:
    def __init__(self, seed: int, rules: Rules) -> None:
        self.rng, self.rules, self.count = random.Random(seed), rules, 0
        self.objects = {("old", path): f"{path}0" for path in PATHS}
        self.markers: dict[str, tuple[str, str]] = {"old": ("done", "")}  # (state, moved or whose)
        self.s3_trash: list[str] = []
        if self.rng.random() < 0.5:  # the new name is taken: it is to be replaced
            self.objects |= {("new", path): f"{path}n" for path in (*PATHS, "more")}
            self.markers["new"] = ("done", "")
        self.latest = {path: f"{path}0" for path in PATHS}  # what was pushed last
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
            self.markers["new"] = ("pushing", one.name)
            if self.rules.claims_old:
                self.markers["old"] = ("pushing", one.name)
        if self.markers["old"] != ("done", "new"):
            yield from self.keep_replaced() if self.rules.keeps_first else ()
            sent = {p: self.objects["old", p] for p in PATHS if ("old", p) in self.objects}
            for path, body in sent.items():
                yield
                self.objects["new", path] = body
            self.objects.pop(("new", "more"), None)
            yield
            if self.markers["old"] not in (("pushing", one.name), ("done", "")):
                return
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

    def keep_replaced(self):
        for path in (*PATHS, "more"):
            yield
            self.s3_trash.append(self.objects.get(("new", path), ""))

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
            gone = self.objects.get((name, path), "")
            self.objects[name, path] = self.latest[path] = sent
            self.written -= {gone} - self.held()  # a section that keeps nothing: that was meant
            one.base[name] = {**one.base[name], path: (sent, sent)}
        yield
        self.markers[name] = ("done", "")

    def free(self, one: Person):
        """`make free`: a LIST, the folder set aside, a LIST again, gone; else put back."""
        name = one.card
        files, base = one.folder.get(name), one.base.get(name, {})
        state, moved = self.markers.get(name, ("", ""))
        is_known = files and all(base.get(p, ("", ""))[0] == f for p, f in files.items())
        if one.plan or not is_known or state != "done" or moved:
            return
        yield
        if not self.lists(name, files):
            return
        yield
        one.aside, one.freeing = one.folder.pop(name), name
        yield
        if self.rules.second_list and not self.lists(name, one.aside):
            self.put_back(one)
            return
        if lost := set(one.aside.values()) - {*self.objects.values(), *self.s3_trash}:
            raise Lost(f"P9: {one.name} freed {sorted(lost)}, which nobody has")
        one.aside, one.freeing = {}, ""

    def lists(self, name: str, files: dict[str, str]) -> bool:
        return all(self.objects.get((name, path)) == body for path, body in files.items())

    def put_back(self, one: Person) -> None:
        """What a free that was stopped had set aside; every command does it first."""
        if one.freeing:
            one.folder.setdefault(one.freeing, one.aside)
            one.aside, one.freeing = {}, ""

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
                    gone = files.get(path, "")
                    files[path] = tag
                    self.written -= {gone} - self.held()  # that was pushed over: that was meant
                    base[path] = (tag, tag)

    # What must hold.

    def held(self) -> set[str]:
        folders = [d for p in self.people for d in (*p.folder.values(), p.aside)]
        mine = {file for folder in folders for file in folder.values()}
        return mine | set(self.objects.values()) | set(self.s3_trash)

    def check(self) -> None:
        if lost := self.written - self.held():
            raise Lost(f"P10: {sorted(lost)} is nowhere any more")
        if self.git == "old" and not any(n == "old" for n, _ in self.objects):
            raise Lost("P10: Git names what S3 holds no more")
        if self.markers["old"] == ("done", "new") and self.markers["new"] == ("done", ""):
            for path, body in self.latest.items():
                if self.objects.get(("new", path)) != body:
                    raise Lost(f"P10: {body} was pushed, and is not under the new name")
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
                self.put_back(one)
                act = self.rng.choice([self.edit, self.move, self.commit, self.git_pull, self.push,
                                       self.pull, self.free])  # fmt: skip
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


MUTANTS = {
    "git_first": "P10",
    "stat_goes_along": "P5",
    "second_list": "P9",
    "keeps_first": "P10",
    "claims_old": "P10",
}


@pytest.mark.parametrize("rule", MUTANTS)
def test_the_oracle_catches(rule):
    with pytest.raises(Lost, match=MUTANTS[rule]):
        play(Rules(**{rule: False}))
