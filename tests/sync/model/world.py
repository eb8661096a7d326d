"""One seeded schedule: who does what next, until everybody has stopped and settled."""

from __future__ import annotations

import random

from model import commands, settling
from model.commands import Command
from model.oracle import Oracle, Violation
from model.rules import PROTOCOL, Rules
from model.store import Object, Store
from model.users import PATHS, User

STEPS = 200


class World:
    def __init__(self, seed: int, rules: Rules = PROTOCOL) -> None:
        self.seed, self.rules, self.rng = seed, rules, random.Random(seed)
        self.now, self.trace, self.graves = 0, list[str](), list[Command]()
        self.oracle = Oracle(self)
        self.store = Store(self, conditional=self.rng.random() < 0.7)
        self.flaky = self.rng.choice((0, 0, 0.02))
        self.crashes = self.rng.choice((0, 0.01, 0.04))
        self.eagerness = self.rng.choice((0.01, 0.03, 0.1, 0.3))  # of fingers while commands run
        self.patience = self.rng.choice((0, 0.8, 0.95))  # how long one runs before another does
        self.keenness = self.rng.choice((0.3, 0.8))  # to start a command rather than edit
        self.plain_aws = self.rng.random() < 0.15
        self.in_gap: set[str] = set()  # between the GET and the PUT of a store without conditions
        names = ("alice", "bob", "carol")[: self.rng.choice((2, 2, 3))]
        apart = PATHS[:2], PATHS[2:4], PATHS[4:]
        parts = apart if self.rng.random() < 0.5 else (PATHS, PATHS, PATHS)
        self.users = {
            name: User(self, name, part) for name, part in zip(names, parts, strict=False)
        }
        self.current = self.users["alice"]
        self.fill()

    def fill(self) -> None:
        """A bucket from before: objects, no marker."""
        for path in self.rng.sample(PATHS, self.rng.choice((0, 2, 4))):
            self.store.objects[path] = Object(f"old-{path}.1", self.tick(), "before")
            self.oracle.was_remote(path, f"old-{path}.1")
        self.oracle.marker_written()

    def tick(self) -> int:
        self.now += 1
        return self.now

    def say(self, who: str, text: str) -> None:
        self.trace.append(f"{self.now:5} {who:7} {text}")

    def is_busy(self, who: str) -> bool:
        return who in self.users and bool(self.users[who].command or self.users[who].orphan)

    def play(self) -> None:
        """Raises Violation, whose text ends with the schedule."""
        try:
            for _ in range(STEPS):
                self.turn()
            settling.settle(self)
        except Violation as violation:
            story = "\n".join(self.trace)
            raise Violation(f"seed {self.seed}: {violation}\n{story}\n{violation}") from None

    def turn(self) -> None:
        if self.plain_aws and self.rng.random() < 0.05:
            return self.meddle()
        if self.rng.random() >= self.patience:
            self.current = self.rng.choice(list(self.users.values()))
        user = self.current
        if user.orphan:
            commands.step_orphan(user)
        elif user.command and self.rng.random() < self.crashes * (5 if user.disk.aside else 1):
            commands.crash(user)
        elif not user.command and self.rng.random() < self.keenness and user.away is None:
            commands.start(user, *self.wish(user))
        elif not user.command or self.rng.random() < self.eagerness:
            self.say(user.who, f"  {user.change()}")
        else:
            commands.step(user)
        self.oracle.nothing_lost(user.who)
        return None

    def wish(self, user: User) -> tuple[str, dict[str, bool]]:
        """What a person types next, given how the last command ended."""
        chance, last = self.rng.random(), user.last
        options = {"full": chance < 0.2}
        if last == "too many deletes":
            options["delete"] = chance < 0.5
        if last in ("conflict", "removed upstream", "torn"):
            options["mine"] = chance < 0.4
            if chance > 0.8 and last != "torn":
                self.say(user.who, f"  {user.reset()}")
        if last == "behind":
            return "pull", options
        if last in ("pushing", "torn") and chance < 0.3:
            return ("unlock" if last == "pushing" else "seal"), {}
        if user.disk.files and self.rng.random() < (0.05 if last else 0.25):
            return "free", {}
        pushes = 0.6 if user.disk.files else 0.2
        return ("push" if self.rng.random() < pushes else "pull"), options

    def meddle(self) -> None:
        """Somebody's plain `aws s3 sync --delete`: it asks nobody."""
        self.oracle.foreign = True
        path = self.rng.choice(PATHS)
        self.oracle.goes(path)
        if self.rng.random() < 0.3:
            self.store.objects.pop(path, None)
            self.oracle.gone_by[path] = "foreign"
        else:
            self.store.objects[path] = Object(f"foreign{self.tick()}.1", self.tick(), "foreign")
            self.oracle.was_remote(path, self.store.objects[path].content)
        self.say("foreign", f"writes or deletes {path}")
