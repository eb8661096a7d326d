"""Holds one command's view of the registry: where it is, who we are, what the person allowed."""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from registry import console, git, workspace
from registry.entries import ROOT
from registry.options import Options
from registry.remote import capabilities, dvc_config, location, s3

HASTY_SECONDS = 5.0


@dataclass
class Session:
    """What all entries of one command share; safe to share between threads."""

    remote: location.Remote
    client: s3.Client
    options: Options = field(default_factory=Options)
    root: Path = ROOT
    _probe: threading.Lock = field(default_factory=threading.Lock)
    _conditional: bool | None = None
    _md5_etags: bool | None = None
    _said: set[str] = field(default_factory=set)

    @classmethod
    def open(cls, root: Path = ROOT) -> Session:
        place = dvc_config.load(root)
        return cls(place, s3.Client(place), Options.from_environment(), root)

    def say_once(self, text: str) -> None:
        """Tell the person something that is true of the whole command."""
        with self._probe:
            if text not in self._said:
                self._said.add(text)
                console.say(text)

    def is_conditional(self) -> bool:
        """Return whether the store has conditional writes; asked once a week."""
        with self._probe:
            if self._conditional is None:
                self._conditional = capabilities.recall(self.root / workspace.ROOM, self.client)
            return self._conditional

    def has_md5_etags(self) -> bool:
        """Return whether the store's ETags say what the bytes are; asked once per command."""
        with self._probe:
            if self._md5_etags is None:
                self._md5_etags = capabilities.has_md5_etags(self.client)
            return self._md5_etags

    def hasty(self) -> Session:
        """Return the same with little patience: for tidying up after a failure."""
        return replace(self, client=s3.Client(self.remote, patience=HASTY_SECONDS))

    def apart(self) -> Session:
        """Return that over connections of its own: for another process."""
        return replace(self, client=self.client.apart(HASTY_SECONDS))

    @cached_property
    def author(self) -> tuple[str, str]:
        """Who pushes, as Git knows them, and the commit that is checked out."""
        who = _ask(self.root, "config", "user.name") or os.environ.get("USER", "somebody")
        return who, _ask(self.root, "rev-parse", "HEAD")


def _ask(root: Path, *words: str) -> str:
    """Return what Git answers; "" where it has no answer."""
    with contextlib.suppress(git.GitError):
        return git.run(root, *words).decode(errors="replace").strip()
    return ""
