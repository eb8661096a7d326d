"""Checks the rules of experiments/ before a push: the reminder that most people meet."""

from __future__ import annotations

from collections.abc import Callable

from registry import problems
from registry.console import print_line, say
from registry.entries import ROOT
from registry.errors import RegistryError
from registry.experiments import rules
from registry.experiments import state as experiments_state
from registry.experiments.state import State

REFUSED = 3  # a person has to mend it; no entry that is pushed depends on it


def look() -> State:
    """Ask Git for the state of experiments/. Raises RegistryError."""
    return experiments_state.look(ROOT)


def check(looked: Callable[[], State]) -> int:
    """Name what breaks a rule; the exit code. It stops no entry."""
    try:
        state = looked()
    except RegistryError as error:
        say(f"check-experiments: {error}")
        return REFUSED
    broken = rules.check(state)
    if broken:
        print_line(problems.as_text(broken).rstrip("\n"))
        say(f"check-experiments: {len(state.kept)} kept, {problems.count(broken)}")
    return REFUSED if broken else 0
