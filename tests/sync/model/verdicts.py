"""What a command's end is checked for: P6, P7 and P8."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.disk import Stop
from model.oracle import Oracle
from registry.sync.compare import BEHIND, CONFLICT, NOT_HERE

if TYPE_CHECKING:
    from model.commands import Command


def judge(oracle: Oracle, command: Command, end: Stop | dict[str, str]) -> None:
    """`end` is how it stopped, or for a success the remote state it vouches for."""
    if isinstance(end, dict):
        if command.verb == "pull":
            is_sealed(oracle, command, end)
        if command.verb in ("pull", "push"):
            is_done(oracle, command, end)
    elif end.why in (CONFLICT, BEHIND):
        for path in end.paths:
            is_real(oracle, command, path, end.why)
    else:
        assert end.code or end.why == NOT_HERE


def is_sealed(oracle: Oracle, command: Command, state: dict[str, str]) -> None:
    ok = any(seal.state == state and seal.end >= command.start for seal in oracle.seals)
    who = command.user.who
    oracle.check(ok or oracle.foreign, "P6", f"{who} pulled {state}, never sealed or out of date")


def is_done(oracle: Oracle, command: Command, state: dict[str, str]) -> None:
    """Every path that the user left alone since the start is the same on both sides now."""
    user = command.user
    for path in state.keys() | user.disk.files.keys():
        here = user.disk.files[path].content if path in user.disk.files else None
        if user.touched(path) or here == state.get(path):
            continue
        own = here == user.written.get(path, "") or (here is None and path in user.deleted)
        ok = command.verb == "pull" and own
        oracle.check(ok, "P8", f"{user.who}'s {command.verb} left {path} undone: {here}")


def is_real(oracle: Oracle, command: Command, path: str, why: str) -> None:
    """A refusal needs two people: not oneself before a crash, nor what was sealed or pulled."""
    user, stored = command.user, oracle.world.store.objects.get(path)
    if user.lost or user.touched(path):
        return
    writer = stored.writer if stored else oracle.gone_by.get(path)
    text = f"{user.who} is refused ({why}) for {path} because of"
    oracle.check(writer != user.who, "P7", f"{text} an own push")
    if why == BEHIND or path not in user.disk.files:
        return
    here = user.disk.files[path].content
    oracle.check(here == user.written.get(path), "P7", f"{text} what an own pull placed: {here}")
    since = user.edits.get(path, 0)
    own = [seal.state for seal in oracle.seals if seal.who == user.who and seal.start > since]
    ok = all(state.get(path) != here for state in own)
    oracle.check(ok, "P7", f"{text} {here}, which was sealed")
