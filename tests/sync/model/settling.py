"""Everybody stops typing and runs the commands again, alone: P7, it has to converge.

No force flag resolves what a crash left. Only where two people really disagree, or a person
removed the folder of an unfinished push, does somebody choose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from model import commands
from model.store import DONE
from registry.sync.compare import BEHIND, CONFLICT, NOT_HERE, REMOVED

if TYPE_CHECKING:
    from model.users import User
    from model.world import World

TURNS = 12


def settle(world: World) -> None:
    world.flaky = world.crashes = 0
    while any(world.is_busy(name) for name in world.users):
        for user in world.users.values():
            if user.orphan:
                commands.step_orphan(user)
            elif user.command:
                commands.step(user)
    for user in world.users.values():
        if user.away is not None:
            world.say(user.who, f"  {user.mount()}")
    marker = world.store.marker
    first = marker.who if marker and marker.state != DONE else ""
    for user in sorted(world.users.values(), key=lambda user: user.who != first):
        settle_one(world, user)
    agree(world)


def run(world: World, user: User, verb: str, **options: bool) -> str:
    commands.start(user, verb, options)
    while user.command:
        commands.step(user)
    world.oracle.nothing_lost(user.who)
    return user.last


def settle_one(world: World, user: User) -> None:
    """Push until it is done, then pull."""
    for _ in range(TURNS):
        run(world, user, "push", delete=True, full=True)
        if not user.last or (user.last == NOT_HERE and not is_own_torn(world, user)):
            if not run(world, user, "pull", delete=True, full=True):
                return
        elif user.last == BEHIND:
            run(world, user, "pull", delete=True, full=True)
        if user.last and user.last != BEHIND:
            choose(world, user)
    world.oracle.check(False, "P7", f"{user.who} gets no further than '{user.last}'")


def is_own_torn(world: World, user: User) -> bool:
    return user.disk.owns(world.store.marker)


def choose(world: World, user: User) -> None:
    """Overrides, each where a person has to choose and only there."""
    real = (CONFLICT, REMOVED)
    stuck = user.last in (*real, NOT_HERE, "torn", "pushing")
    world.oracle.check(stuck, "P7", f"{user.who} is stopped by '{user.last}' when nobody runs")
    if user.last in real and not is_own_torn(world, user):
        if user.last == REMOVED:
            run(world, user, "push", mine=True, delete=True)
        else:
            world.say(user.who, f"  {user.reset()}")
        return
    ours = user.last in ("torn", "pushing") and is_own_torn(world, user)
    excused = world.oracle.foreign or user.lost or not user.disk.files
    world.oracle.check(not ours or excused, "P7", f"{user.who} is locked out by an own push")
    run(world, user, "unlock")
    run(world, user, "seal")


def agree(world: World) -> None:
    """In the end everybody pulls, and every folder is what S3 holds."""
    for user in world.users.values():
        end = run(world, user, "pull", delete=True, full=True)
        world.oracle.check(not end, "P7", f"{user.who}'s last pull ends with '{end}'")
        here = {path: file.content for path, file in user.disk.files.items()}
        wanted = world.store.etags()
        world.oracle.check(here == wanted, "P8", f"{user.who} has {here}, S3 holds {wanted}")
        empty = {folder for folder in user.disk.folders if not user.disk.holds(folder)}
        left = set() if user.died else empty - user.emptied
        world.oracle.check(not left, "P7", f"{user.who} keeps {left}, where nothing is any more")
