"""Says which cards, `.dvc` files and rules are not committed yet: others get them by Git."""

from __future__ import annotations

import shlex
from collections.abc import Callable

from registry import git
from registry.console import say
from registry.entries import ROOT
from registry.humanize import some
from registry.sections import SECTIONS


def look() -> list[str]:
    """Ask Git for them. Raises RegistryError."""
    return git.uncommitted(ROOT, *SECTIONS)


def name(looked: Callable[[], list[str]]) -> int:
    """Name them, with what to type; the exit code."""
    paths = looked()
    unmerged = git.unmerged(ROOT, *paths) if paths else set()
    if unmerged:
        say(f"push: in a merge conflict, which `git status` tells how to end: {some([*unmerged])}")
    if paths := [path for path in paths if path not in unmerged]:
        say("push: not committed yet, so nobody else sees them: " + ", ".join(paths))
        say(f"push: git add -- {shlex.join(paths)} && git commit{and_share()}")
    return 0


def and_share() -> str:
    """Return how the commit gets to others; nothing where this clone has no remote yet.

    `upstream` is where these scripts come from, and no place for a team's cards.
    """
    if git.ask(ROOT, "rev-parse", "--abbrev-ref", "@{upstream}"):
        return " && git push"
    remotes = [name for name in git.ask(ROOT, "remote").split() if name != "upstream"]
    where = "origin" if "origin" in remotes else "".join(remotes[:1])
    return f" && git push -u {shlex.quote(where)} HEAD" if where else ""
