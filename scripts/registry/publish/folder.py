"""Keeps a public mirror in a folder, for static hosting."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from registry import files


@dataclass(frozen=True)
class Folder:
    top: Path

    @property
    def where(self) -> str:
        return str(self.top)

    def read(self, name: str) -> bytes | None:
        try:
            return (self.top / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, body: bytes) -> None:
        files.write_whole(self.top / name, body, durable=True)

    def put(self, name: str, path: Path, is_ours: bool) -> None:
        target = self.top / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if is_ours:
            with contextlib.suppress(OSError):  # it is on another disk
                os.replace(path, target)
                return
        with files.whole(target, durable=True) as file, open(path, "rb") as source:
            shutil.copyfileobj(source, file, 2**20)

    def sizes(self, below: str) -> dict[str, int]:
        by_path = {}
        for folder, names in files.walk(self.top / below):
            for name in names:
                path = Path(folder, name)
                by_path[path.relative_to(self.top).as_posix()] = path.stat().st_size
        return by_path

    def delete(self, name: str) -> None:
        path = self.top / name
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # others are in it
            path.parent.rmdir()

    def how_to_open(self) -> str:
        return f"serve {self.top} as static files"
