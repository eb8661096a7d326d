#!/usr/bin/env python3
"""Install the registry's Git hooks: pre-commit (cards, experiments, no data) and pre-push.

usage: install_hooks.py

Each is a few lines in Git's hooks folder that run scripts/hooks/<name> of whatever worktree is
worked in. A hook of somebody else's is never touched: exit code 3 says what line to add to it.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from registry import console, git
from registry.console import say
from registry.entries import ROOT
from registry.errors import Refusal
from registry.files import write_whole

MARK = "# The data registry's hook, written by `make hooks`; delete this file to be rid of it."
RUN = '"$(git rev-parse --show-toplevel)/scripts/hooks/{name}"'
SHIM = f"""#!/bin/sh
{MARK}
hook={RUN}
[ ! -x "$hook" ] || exec "$hook" "$@"
"""


def main(argv: list[str]) -> int:
    folder = hooks_folder(ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(path.name for path in (ROOT / "scripts" / "hooks").iterdir())
    foreign = [name for name in names if not install(folder / name)]
    for name in foreign:
        say(f"hooks: {folder / name} is not ours and stays; to run ours as well, add to it:")
        say(f'  {RUN.format(name=name)} "$@" || exit 1')
    return 3 if foreign else 0


def hooks_folder(root: Path) -> Path:
    """Return where Git looks for this repository's hooks, also from a worktree.

    Raises Refusal for a folder that other repositories share, set by core.hooksPath.
    """
    common = Path(git.run(root, "rev-parse", "--git-common-dir").decode().strip())
    folder = Path(git.run(root, "rev-parse", "--git-path", "hooks").decode().strip())
    inside = [(root / common).resolve(), root.resolve()]
    path = (root / folder).resolve()
    if not any(path.is_relative_to(top) for top in inside):
        raise Refusal(
            f"core.hooksPath is {folder}, which other repositories share: nothing was written. "
            "Set it for this one with `git config core.hooksPath .git/hooks`, then `make hooks`"
        )
    return path


def install(path: Path) -> bool:
    """Write one hook; False when somebody else's is there. Raises OSError."""
    text = SHIM.format(name=path.name)
    if path.exists() or path.is_symlink():
        installed = path.read_text(errors="replace") if path.is_file() else ""
        if MARK not in installed:
            return False
        if installed == text and os.access(path, os.X_OK):
            say(f"hooks: {path.name} is installed already")
            return True
    write_whole(path, text.encode())
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    say(f"hooks: installed {path.name}")
    return True


if __name__ == "__main__":
    raise SystemExit(console.run(main, "hooks"))
