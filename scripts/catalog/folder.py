"""The folder that a site is written into, beside the former one: what is the same is taken from it.

A file that is taken over keeps its time, so that whoever publishes the site sends what is new.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from catalog.kept import Kept, key_of


class SiteFolder:
    """`former`: where the site is that this one replaces, or is none; `kept`: remembered of it."""

    def __init__(self, folder: Path, former: Path, kept: Kept | None = None) -> None:
        self.path, self._former, self._kept = folder, former, kept or Kept()
        self.rendered = 0  # pages that could not be taken over

    def page(
        self, name: str, context: Mapping[str, Any], render: Callable[[Mapping[str, Any]], str]
    ) -> None:
        """A page that `render` makes out of its context alone; only if that is another one now."""
        digest = key_of(sorted(context.items()))
        if self._kept.get("pages", name) == [digest, _stamp(self._former / name)]:
            self._take_over(name)
            return
        self.rendered += 1
        self.put(name, render(context))
        self._kept.put("pages", name, [digest, _stamp(self.path / name)])

    def put(self, name: str, text: str) -> None:
        body = text.encode()
        if self._holds(name, body):
            self._take_over(name)
        else:
            self._place(name).write_bytes(body)

    def copy(self, name: str, source: Path) -> None:
        shutil.copyfile(source, self._place(name))

    def _place(self, name: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        return file

    def _holds(self, name: str, body: bytes) -> bool:
        former = self._former / name
        return _stamp(former)[:1] == [len(body)] and former.read_bytes() == body

    def _take_over(self, name: str) -> None:
        try:
            os.link(self._former / name, self._place(name))
        except OSError:  # a file system without links
            shutil.copy2(self._former / name, self._place(name))


def _stamp(file: Path) -> list[int]:
    """Its size and time; nothing of what is no plain file."""
    try:
        status = file.lstat()
    except OSError:
        return []
    return [status.st_size, status.st_mtime_ns] if stat.S_ISREG(status.st_mode) else []
