"""A command in a checkout: started, stepped, ended, or killed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from model import markers, verdicts
from model.disk import Disk, Stop
from model.freeing import free
from model.pulling import pull
from model.pushing import push
from model.store import Down
from model.users import User

VERBS = {"push": push, "pull": pull, "unlock": markers.unlock, "seal": markers.seal, "free": free}


@dataclass
class Command:
    user: User
    verb: str
    start: int
    steps: Iterator[str]
    label: str = "start"  # the step that comes next


def start(user: User, verb: str, options: dict[str, bool]) -> None:
    steps = after_tidying_up(user.disk, VERBS[verb](user.disk, **options))
    user.command = Command(user, verb, user.world.tick(), steps)
    if options.get("mine"):  # "keep mine": whatever is here is this person's word now
        user.written |= {path: file.content for path, file in user.disk.files.items()}
    words = [word for word, on in options.items() if on]
    user.world.say(user.who, " ".join([f"make {verb}", *words]))


def after_tidying_up(me: Disk, steps: Iterator[str]) -> Iterator[str]:
    """First what a free that died had set aside comes back."""
    if me.aside:
        yield "put back what was set aside"
        me.put_back()
    return (yield from steps)


def step(user: User) -> None:
    command = user.command
    assert command
    if command.label != "start":
        user.world.say(user.who, f"{command.verb}: {command.label}")
    try:
        command.label = next(command.steps)
    except StopIteration as end:
        ended(command, end.value or {})
    except Stop as end:
        ended(command, end)
    except Down:
        ended(command, Stop(1, "no answer"))


def ended(command: Command, end: Stop | dict[str, str]) -> None:
    user = command.user
    user.last = end.why if isinstance(end, Stop) else ""
    code = end.code if isinstance(end, Stop) else 0
    user.world.say(user.who, f"{command.verb}: exit {code} {user.last}")
    verdicts.judge(user.world.oracle, command, end)
    if isinstance(end, dict) and command.verb in ("push", "pull"):
        user.lost, user.deleted = False, user.deleted - user.disk.files.keys()
    user.command = None
    user.world.in_gap.discard(user.who)


def crash(user: User) -> None:
    """kill -9, power loss: memory is gone, the disk stays; an aws may live on."""
    assert user.command
    user.world.say(user.who, f"{user.command.verb}: CRASH before '{user.command.label}'")
    user.died = True
    user.orphan = user.command.label.startswith("aws ") and user.world.rng.random() < 0.5
    user.world.graves.append(user.command)
    user.command, user.last = None, ""
    user.world.in_gap.discard(user.who)


def step_orphan(user: User) -> None:
    """It holds the lock, so no command of this checkout runs beside it."""
    try:
        user.world.say(user.who, f"orphan: then {next(user.disk.aws)}")
    except (StopIteration, Down):
        user.orphan = False
