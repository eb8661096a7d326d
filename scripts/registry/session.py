"""One command's view of the registry: where it is, who we are, what the person allowed."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from registry import git, marker, remote, s3, stopping
from registry.entries import ROOT
from registry.errors import UsageError
from registry.marker import Marker

HASTY_SECONDS = 5.0


@dataclass(frozen=True)
class Options:
    """Named overrides and modes, from make's variables of the same names in the environment."""

    take_local: bool = False  # TAKE=local: conflicts go to what is here
    delete: bool = False  # DELETE=1: deleting most of an entry is meant
    dry_run: bool = False  # DRY_RUN=1: say it, do not do it
    full: bool = False  # FULL=1: list everything, trust no marker
    engine: str = "auto"  # ENGINE=aws or rclone: who moves the bytes, whatever the plan

    @classmethod
    def from_environment(cls) -> Options:
        """Raises UsageError for a value that is not understood."""
        take = os.environ.get("TAKE", "")
        if take not in ("", "local"):
            raise UsageError(f"TAKE={take!r}: the only choice is TAKE=local")
        engine = os.environ.get("ENGINE") or "auto"
        if engine not in ("auto", "aws", "rclone"):
            raise UsageError(f"ENGINE={engine!r}: the choices are auto, aws and rclone")
        return cls(take == "local", _flag("DELETE"), _flag("DRY_RUN"), _flag("FULL"), engine)


@dataclass
class Session:
    """What all entries of one command share; safe to share between threads."""

    remote: remote.Remote
    client: s3.Client
    options: Options = field(default_factory=Options)
    root: Path = ROOT
    plans: int = 1  # how many entries have files to move in this run
    stopping: threading.Event = stopping.asked
    _probe: threading.Lock = field(default_factory=threading.Lock)
    _conditional: bool | None = None
    _said: set[str] = field(default_factory=set)

    @classmethod
    def open(cls, root: Path = ROOT) -> Session:
        there = remote.load(root)
        return cls(there, s3.Client(there), Options.from_environment(), root)

    def say_once(self, text: str) -> None:
        """Tell the person something that is true of the whole command."""
        with self._probe:
            if text not in self._said:
                self._said.add(text)
                print(text, file=sys.stderr, flush=True)

    def is_conditional(self) -> bool:
        """Whether the store has conditional writes; asked once per command."""
        with self._probe:
            if self._conditional is None:
                self._conditional = marker.is_conditional(self.client)
            return self._conditional

    def hasty(self) -> Session:
        """The same with little patience: for tidying up after a failure."""
        return replace(self, client=s3.Client(self.remote, patience=HASTY_SECONDS))

    def new_marker(self, token: str) -> Marker:
        """A marker in our name, `pushing`, with this token."""
        who, commit = self._author
        return Marker(marker.PUSHING, token, who, socket.gethostname(), marker.now(), commit)

    @cached_property
    def _author(self) -> tuple[str, str]:
        """Who pushes, as Git knows them, and the commit that is checked out."""
        who = _ask(self.root, "config", "user.name") or os.environ.get("USER", "somebody")
        return who, _ask(self.root, "rev-parse", "HEAD")


def _ask(root: Path, *words: str) -> str:
    """What Git answers; "" where it has no answer."""
    with contextlib.suppress(git.GitError):
        return git.run(root, *words).decode(errors="replace").strip()
    return ""


def _flag(name: str) -> bool:
    value = os.environ.get(name, "")
    if value.lower() in ("", "0", "no", "false"):
        return False
    if value.lower() in ("1", "yes", "true"):
        return True
    raise UsageError(f"{name}={value!r}: write {name}=1, or leave it out")
