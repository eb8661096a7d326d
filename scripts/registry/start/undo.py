"""Remembers what a start changed, and goes back to it."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from registry import git
from registry.errors import Refusal
from registry.files import write_whole
from registry.start import join

LOCAL = ".dvc/config.local"


def _file(root: Path) -> Path:
    return root / ".registry" / "started.json"


def now(root: Path) -> dict[str, str]:
    """Return what is to be remembered before anything is changed."""
    local = root / LOCAL
    return {
        "before": git.run(root, "rev-parse", "HEAD").decode().strip(),
        "local": local.read_text() if local.exists() else "",
        "branch": _branch(root),
        "follows": git.ask(root, "rev-parse", "--abbrev-ref", "@{upstream}"),
    }


def remember(root: Path, former: dict[str, str], renamed: bool) -> None:
    """Write it down: with this the last commit can be undone. `renamed`: origin is upstream now."""
    after = git.run(root, "rev-parse", "HEAD").decode().strip()
    _file(root).parent.mkdir(exist_ok=True)
    text = json.dumps({**former, "after": after, "renamed": "yes" if renamed else ""})
    write_whole(_file(root), text.encode())


def back(root: Path) -> None:
    """Undo the start. Raises Refusal when there is none, or when something was made on top."""
    if not _file(root).exists():
        raise Refusal("nothing to undo: `make init` did nothing here, or was undone")
    was = json.loads(_file(root).read_text())
    head = git.run(root, "rev-parse", "HEAD").decode().strip()
    if head != was["after"]:
        raise Refusal(
            f"there are commits on top of what `make init` made: `git reset --hard "
            f"{was['before'][:12]}` drops them too"
        )
    join.refuse_unsaved(root)
    git.run(root, "reset", "-q", "--hard", was["before"])
    restore_local(root, was["local"])
    call_branch(root, was.get("branch", ""))
    if was["renamed"]:
        with suppress(git.GitError):
            git.run(root, "remote", "remove", "origin")
            git.run(root, "remote", "rename", "upstream", "origin")
    if was.get("follows"):
        with suppress(git.GitError):
            git.run(root, "branch", "-q", f"--set-upstream-to={was['follows']}")
    _file(root).unlink()


def call_branch(root: Path, name: str) -> None:
    """Give the branch that is checked out this name, if no other has it.

    Named as the branch that it goes to, it is sent there by a plain `git push`.
    """
    now = _branch(root)
    if name and now and name != now:
        with suppress(git.GitError):
            git.run(root, "branch", "-m", now, name)


def _branch(root: Path) -> str:
    return git.ask(root, "symbolic-ref", "--short", "-q", "HEAD")


def restore_local(root: Path, text: str) -> None:
    if text:
        write_whole(root / LOCAL, text.encode())
    else:
        (root / LOCAL).unlink(missing_ok=True)


def point_origin(root: Path, where: str) -> bool:
    """Make `where` the origin, and what was origin upstream; whether that could be done."""
    names = git.run(root, "remote").decode().split()
    if "upstream" in names and "origin" in names:
        return False
    if "origin" in names:
        git.run(root, "remote", "rename", "origin", "upstream")
        with suppress(git.GitError):  # it had none
            git.run(root, "branch", "--unset-upstream")
    git.run(root, "remote", "add", "origin", where)
    return "origin" in names
