"""Brings a former registry here, or says why it cannot be taken over."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from registry import git
from registry.errors import UsageError
from registry.start import shared
from registry.start.former import Former


def fetch(root: Path, where: str) -> Former:
    """Bring its checked out branch here, as objects only.

    Raises UsageError for what is no repository that Git can read, or cannot be taken over.
    """
    place = os.path.abspath(os.path.expanduser(where)) if _is_path(where) else where
    try:
        told = git.run(root, "ls-remote", "--symref", "--", place, "HEAD").decode()
        if told:
            git.run(root, "fetch", "-q", "--no-tags", "--", place, "HEAD")
    except git.GitError as error:
        raise UsageError(f"FROM={where!r} {_why_unread(place)} ({error})") from None
    branch = told.partition("ref: refs/heads/")[2].partition("\t")[0]
    commit = git.ask(root, "rev-parse", "--verify", "-q", "FETCH_HEAD") if told else ""
    if why := _why_not(root, place, told, branch, commit):
        raise UsageError(f"FROM={where!r} {why}")
    return Former(place, branch, commit, shared.of(place, branch))


def _why_unread(place: str) -> str:
    """Return what Git could not read there."""
    if not os.path.isdir(place):
        return "cannot be read as a Git repository"
    top = git.ask(Path(place), "rev-parse", "--show-toplevel")
    if top:
        return f"is a folder of a repository: FROM={shlex.quote(top)} is all of it"
    return "is no Git repository: for folders of data see docs/migrating.md"


def _why_not(root: Path, place: str, told: str, branch: str, commit: str) -> str:
    """Return why what was read cannot be taken over, with the cure; "" if it can."""
    at = f"git -C {shlex.quote(place)}" if os.path.isdir(place) else "git"
    if not told:
        return f"has no commit yet: `{at} commit` what is to come along first"
    if not commit:  # Git fetches nothing of a history that ends early, and is silent about it
        return f"is a shallow clone, without its history: type `{at} fetch --unshallow` there first"
    if not branch:
        return f"is at no branch: type `{at} switch main` there first, or whatever it is called"
    if git.ask(root, "merge-base", "HEAD", commit):
        return (
            "has these scripts and their history already: clone that and work there, "
            "`make update` brings newer scripts"
        )
    return ""


def _is_path(where: str) -> bool:
    return os.path.exists(os.path.expanduser(where)) or ("://" not in where and ":" not in where)
