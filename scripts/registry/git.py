"""Asks Git, and nothing else: the only program that nouns of the ground floor start."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from registry.errors import RegistryError
from registry.humanize import harmless

# Source: `git rev-parse --local-env-vars`, without what only adds settings.
ELSEWHERE = {
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"),
    *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_SHALLOW_FILE"),
    *("GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE"),
}


class GitError(RegistryError):
    """Git said no; the text is the line that tells why, and `said` holds all lines."""

    def __init__(self, text: str, said: list[str] | None = None) -> None:
        super().__init__(text)
        self.said = said or [text]


def run(root: Path, *words: str, stdin: bytes | None = None, good: tuple[int, ...] = (0,)) -> bytes:
    """Return what `git <words>` prints in `root`.

    Raises GitError when it ends otherwise than `good`.
    """
    import subprocess

    env = {**environment(root), "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "TZ": "UTC"}
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *words], input=stdin, capture_output=True, env=env, check=False
        )
    except FileNotFoundError:
        raise GitError("git is not installed: install it and run again") from None
    if done.returncode not in good:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        said = [line for line in lines if not line.startswith("Stopping at")]  # says nothing more
        raise GitError(f"git {words[0]}: {_why(said) or f'exit {done.returncode}'}", said)
    return done.stdout


def _why(said: list[str]) -> str:
    """Return the line that tells the reason: the first fatal one, before what is only advice."""
    return next((line for line in said if line.startswith("fatal: ")), said[-1] if said else "")


def environment(root: Path) -> dict[str, str]:
    """Ours, without what would make Git act on another repository than that of `root`.

    A hook's own index stays, if it is this repository's: it is what is about to be committed.
    """
    kept = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    index = os.environ.get("GIT_INDEX_FILE", "")
    if index and os.path.abspath(index).startswith(f"{_git_folder(root)}{os.sep}"):
        kept["GIT_INDEX_FILE"] = os.path.abspath(index)
    return kept


def _git_folder(root: Path) -> str:
    """`.git`, or the folder that it names in a worktree."""
    folder = root / ".git"
    if folder.is_file():
        told = folder.read_text(errors="surrogateescape").removeprefix("gitdir:").strip()
        folder = root / told
    return os.path.abspath(folder)


def names(output: bytes) -> list[str]:
    """Return the paths of an output that was asked for with -z."""
    return [os.fsdecode(name) for name in output.split(b"\0") if name]


def names_with_empty(output: bytes) -> list[str]:
    """Return the fields of an output that was asked for with -z, where some may be empty."""
    return [os.fsdecode(name) for name in output.split(b"\0")[:-1]]


def tracked(root: Path, *paths: str) -> list[str]:
    """Return the paths in the index, relative to `root`. Raises GitError."""
    return names(run(root, "ls-files", "-z", "--", *paths))


def committed(root: Path, *paths: str) -> list[str]:
    """Return the paths in HEAD; none before the first commit. Raises GitError."""
    if not has_head(root):
        return []
    return names(run(root, "ls-tree", "-r", "-z", "--name-only", "HEAD", "--", *paths))


def has_head(root: Path) -> bool:
    """Return whether anything was committed yet. Raises GitError."""
    return bool(run(root, "rev-parse", "--verify", "--quiet", "HEAD", good=(0, 1)))


def ask(root: Path, *words: str) -> str:
    """Return what Git answers, as one line; "" where it has no answer."""
    with suppress(GitError):
        return run(root, *words).decode(errors="replace").strip()
    return ""


def show(root: Path, what: str) -> bytes | None:
    """Return a file as Git has it, `HEAD:path` or `:path` for the index; None when it has none."""
    with suppress(GitError):
        return run(root, "show", what)
    return None


def has(root: Path, commit: str) -> bool:
    """Return whether a commit is in this repository. Raises GitError."""
    with suppress(GitError):
        run(root, "cat-file", "-e", f"{commit}^{{commit}}")
        return True
    return False


def uncommitted(root: Path, *paths: str) -> list[str]:
    """Changed or new files below these paths that Git does not ignore. Raises GitError."""
    words = ("status", "--porcelain", "-z", "--untracked-files=all", "--", *paths)
    return [line[3:] for line in names(run(root, *words)) if line[2:3] == " "]


def unmerged(root: Path, *paths: str) -> set[str]:
    """Return the files that are in a conflict of a merge. Raises GitError."""
    words = ("diff", "--name-only", "--diff-filter=U", "--no-relative", "-z", "--", *paths)
    return set(names(run(root, *words)))


class Commit(NamedTuple):
    """A commit: its id, its author's name, and when they made it (ISO, UTC)."""

    id: str
    who: str
    when: str


def last_commits(root: Path, *paths: str) -> dict[str, Commit]:
    """Return {path: the last commit that changed it} for files below these paths.

    Raises GitError.
    """
    if not has_head(root):
        return {}
    form = "--format=%x01%H%x02%an%x02%ad"
    date = "--date=format-local:%Y-%m-%dT%H:%M:%SZ"
    told = run(root, "log", form, date, "--name-only", "--no-renames", "-z", "--", *paths)
    commits: dict[str, Commit] = {}
    for block in told.decode(errors="surrogateescape").split("\x01")[1:]:
        head, *changed = (part.strip("\n") for part in block.split("\0"))
        commit = Commit(*map(harmless, head.split("\x02")))
        for path in filter(None, changed):
            commits.setdefault(path, commit)
    return commits
