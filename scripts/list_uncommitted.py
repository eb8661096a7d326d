"""Say which cards, `.dvc` files and rules are not committed yet: others get them by Git.

usage: list_uncommitted.py
"""

from __future__ import annotations

import shlex

from registry import console, git
from registry.console import say
from registry.entries import ROOT
from registry.sections import SECTIONS


def main(argv: list[str]) -> int:
    paths = git.uncommitted(ROOT, *SECTIONS)
    if paths:
        say("push: not committed yet, so nobody else sees them: " + ", ".join(paths))
        say(f"push: git add {shlex.join(paths)} && git commit && git push")
    return 0


if __name__ == "__main__":
    raise SystemExit(console.run(main))
