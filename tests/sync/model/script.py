"""A schedule written by hand: alice and bob, a store with conditional writes, nothing random."""

from __future__ import annotations

from model import commands
from model.oracle import Oracle
from model.rules import Rules
from model.settling import run
from model.store import Store
from model.users import User
from model.world import World


class Script(World):
    def __init__(self, *left_out: str) -> None:
        super().__init__(0, Rules(**dict.fromkeys(left_out, False)))
        self.flaky = self.crashes = 0.0
        self.oracle, self.store = Oracle(self), Store(self, conditional=True)
        self.oracle.marker_written()
        self.users = {name: User(self, name) for name in ("alice", "bob")}

    def writes(self, who: str, **contents: str) -> None:
        for path, content in contents.items():
            self.users[who].save(path, content, in_place=True)

    def removes(self, who: str, path: str) -> None:
        del self.users[who].disk.files[path]
        self.users[who].forget(path)

    def does(self, who: str, verb: str, **options: bool) -> str:
        """The whole command; "" when it is done, else why not."""
        return run(self, self.users[who], verb, **options)

    def must(self, who: str, verb: str, **options: bool) -> None:
        """Nobody disagrees with anybody, so it has to go through."""
        end = self.does(who, verb, **options)
        self.oracle.check(not end, "P7", f"{who}'s {verb} ends with '{end}'")

    def stops_before(self, who: str, label: str, verb: str = "", **options: bool) -> None:
        """Start or continue a command up to that step."""
        user = self.users[who]
        if verb:
            commands.start(user, verb, options)
        while user.command and not user.command.label.startswith(label):
            commands.step(user)
        assert user.command, f"there is no step '{label}'"

    def steps(self, who: str) -> None:
        commands.step(self.users[who])

    def goes_on(self, who: str) -> str:
        user = self.users[who]
        while user.command:
            commands.step(user)
        self.oracle.nothing_lost(who)
        return user.last

    def dies(self, who: str) -> None:
        """At a step where no aws runs."""
        commands.crash(self.users[who])
        self.oracle.nothing_lost(who)

    def share(self, **contents: str) -> None:
        """Alice has pushed it, bob has pulled it."""
        self.writes("alice", **contents)
        assert not self.does("alice", "push")
        assert not self.does("bob", "pull")
